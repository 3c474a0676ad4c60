"""What a message says to people, in both languages: a text, the law, the day and the link."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from rules.articles import phrase
from rules.citing import citation_named
from rules.deadlines import to_shanghai
from rules.pinned import Basis, Citation, Label
from rules.pinned_stages import Stage
from rules.procedure_rules import ProcedureRules
from rules.remedies import sentence
from rules.strict_yaml import load

Language = Literal["zh", "en"]
INSTANTS = ("_at", "_until", "_before", "since")
"""How facts end that are instants."""
OTHER = "other"
"""The text of a kind that has none, such as one that a newer version wrote."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KindText(Strict):
    subject: Label
    text: Label


class MessageTexts(Strict):
    """`kinds` by the kind of a message, `lines` that many of them end with, `endings` by an outcome that no pack
    names."""

    kinds: Mapping[str, KindText]
    lines: Mapping[str, Label]
    endings: Mapping[str, Label]


@cache
def message_texts() -> MessageTexts:
    """The texts. Raises YamlRefused or ValidationError where the file is not as it must be."""
    return MessageTexts.model_validate(
        load(files("activities.outbox").joinpath("message_texts.yaml"), "message_texts.yaml")
    )


@dataclass(frozen=True)
class Message:
    """A message as the outbox has it, with what its text needs of its case; `number` is the order of writing."""

    message_id: str
    number: int
    kind: str
    case_id: str | None
    task_id: str | None
    city: str | None
    created_at: datetime
    facts: Mapping[str, str | int] = field(default_factory=dict)
    case_number: str | None = None
    body_name: Label | None = None
    rules: ProcedureRules | None = None
    """Of the case; None where the message is about none."""
    asked: str | None = None
    """What somebody asks for, in its words, as long as the act that says it has them."""
    to_reviewer: bool = False
    """Whether whom it is for decides tasks."""
    among_bodies: bool = False
    """Whether it is about a grant that a body has: among bodies there is nowhere to go against its end."""
    read_at: datetime | None = None


@dataclass(frozen=True)
class Said:
    """A message in one language. `text` is all of it, `told` the part without day, law and link. `due` is None where
    there is no due day, `law` where it is about no rule, `link` where it is about nothing that can be opened."""

    subject: str
    text: str
    told: str
    law: str | None
    due: str | None
    link: str | None


def say(message: Message, language: Language, pages_url: str) -> Said:
    """The message in words, with a link that begins with the address of the pages."""
    known = message_texts()
    kind = known.kinds.get(message.kind, known.kinds[OTHER])
    params = _params(message, language)
    link = link_to(message, language, pages_url)
    lines = {"due": due_of(message, language), "law": line_of_law(message, language), "link": link}
    shown = [_fill(kind.text, params, language)]
    if message.asked:
        shown.append(_fill(known.lines["asked"], {"asked": message.asked}, language))
    rules, outcome = None if message.among_bodies else message.rules, str(message.facts.get("outcome", ""))
    if rules and (to := sentence(rules, outcome)):
        shown.append(_in(to, language))
    if late := filed_late(message, language):
        shown.append(_fill(known.lines["filed_late"], late, language))
    without_day_and_law = list(shown)
    if lines["due"]:
        shown.append(_fill(known.lines["due"], lines, language))
    if params["due_before"]:
        shown.append(_fill(known.lines["due_before"], params, language))
    if lines["due"] and message.facts.get("provisional"):
        shown.append(_fill(known.lines["provisional"], {}, language))
    shown += [_fill(known.lines[name], lines, language) for name in ("law", "link") if lines[name]]
    return Said(
        subject=_fill(kind.subject, params, language),
        text="\n".join(shown),
        told="\n".join(without_day_and_law),
        law=lines["law"],
        due=lines["due"],
        link=link,
    )


def with_its_number(said: Said, message_id: str, language: Language) -> Said:
    """The message with its number as the last line, by which a receiver knows a repeat."""
    number = _fill(message_texts().lines["key"], {"message_id": message_id}, language)
    return replace(said, text=f"{said.text}\n{number}")


def link_to(message: Message, language: Language, pages_url: str) -> str | None:
    """The page of the feedback, delegation, declaration or dataset that the message is about, of the task for whoever
    decides it, or of the case."""
    pages = f"{pages_url}/en" if language == "en" else pages_url
    if feedback_id := message.facts.get("feedback_id"):
        return f"{pages}/feedback/{feedback_id}"
    if delegation_id := message.facts.get("delegation_id"):
        return f"{pages}/my/delegations/{delegation_id}"
    if declaration_id := message.facts.get("declaration_id"):
        return f"{pages}/declarations/{declaration_id}"
    if city := message.facts.get("declarations_of"):
        return f"{pages}/{city}/declarations"
    if dataset_id := message.facts.get("dataset_id"):
        return f"{pages}/datasets/{dataset_id}"
    if message.case_number is None:
        return None
    if message.task_id and message.to_reviewer:
        return f"{pages}/desk/{message.case_number}/{'.'.join(message.task_id.rsplit('.', 2)[1:])}"
    return f"{pages}/cases/{message.case_number}"


def due_of(message: Message, language: Language) -> str | None:
    """The last day of a period in days, or the instant at which one in hours ends."""
    if due_on := message.facts.get("due_on"):
        return _to_its_end(date.fromisoformat(str(due_on)), language)
    due_at = message.facts.get("due_at")
    return _instant(datetime.fromisoformat(str(due_at)), language) if due_at else None


def line_of_law(message: Message, language: Language) -> str | None:
    """The article that the message is about, with its regulation; a service rule is called one."""
    rules = message.rules
    if rules is None:
        return None
    citation = citation_of(message, rules)
    if citation is None:
        return _in(rules.regulation.title, language)
    return _cited(rules, citation, language)


def filed_late(message: Message, language: Language) -> dict[str, str] | None:
    """By when the case was to be filed and by which article, where it was filed later; None where it was not."""
    until, rules = message.facts.get("filed_until"), message.rules
    if until is None or rules is None or rules.filed_within is None:
        return None
    last = to_shanghai(datetime.fromisoformat(str(until)) - timedelta(microseconds=1)).date()
    law = _cited(rules, rules.filed_within.citation, language)
    return {"wanted_by": _to_its_end(last, language), "law": law}


def _cited(rules: ProcedureRules, citation: Citation, language: Language) -> str:
    """An article with its regulation; a service rule is called one."""
    named = _in(phrase(rules.city_name, citation), language)
    if citation.basis is Basis.SERVICE:
        return named
    sources = (rules.regulation, *rules.regulations)
    title = next((each.title for each in sources if each.source == citation.source), rules.regulation.title)
    return f"{named}（{_in(title, language)}）" if language == "zh" else f"{named} ({_in(title, language)})"


def citation_of(message: Message, rules: ProcedureRules) -> Citation | None:
    """The citation that the message itself names (`source`, `article`, `basis`), else the rule of its ending or its
    stage."""
    facts = message.facts
    if article := facts.get("article"):
        source, basis = (
            str(facts.get("source", rules.regulation.source)),
            Basis(str(facts.get("basis", Basis.LAW.value))),
        )
        return citation_named(rules, source, str(article), basis)
    stage = _stage(message)
    if stage is None:
        ending = rules.ending(str(facts.get("outcome", "")))
        return ending.citation if ending else None
    if named := stage.outcome(str(facts.get("outcomes", "")).partition("|")[0]):
        return named.citation
    return stage.period_citation if stage.period_citation and "due_at" in facts else stage.citation


def _stage(message: Message) -> Stage | None:
    return message.rules.stage(str(message.facts.get("stage", ""))) if message.rules else None


def _params(message: Message, language: Language) -> dict[str, str]:
    rules, facts = message.rules, message.facts
    params = {name: _fact(name, value, language) for name, value in facts.items()}
    stage = _stage(message)
    params |= {
        "case_number": message.case_number or "",
        "procedure": _in(rules.label, language) if rules else "",
        "on": to_shanghai(message.created_at).date().isoformat(),
        "due_before": _day_before(str(facts.get("due_before", "")), language),
    }
    if stage:
        params["stage"] = _in(stage.label, language)
    if message.body_name:
        params["body"] = _in(message.body_name, language)
    if stage and (named := str(facts.get("outcomes", ""))):
        labels = [outcome.label for outcome in stage.outcomes if outcome.outcome in named.split("|")]
        params["outcomes"] = ("、" if language == "zh" else ", ").join(_in(label, language) for label in labels)
    if outcome := _outcome(str(facts.get("outcome", "")), stage, rules):
        params["outcome"] = _in(outcome, language)
    return params


def _outcome(name: str, stage: Stage | None, rules: ProcedureRules | None) -> Label | None:
    decided = stage.outcome(name) if stage else None
    if decided:
        return decided.label
    ending = rules.ending(name) if rules else None
    return ending.label if ending else message_texts().endings.get(name)


def _fact(name: str, value: str | int, language: Language) -> str:
    if name.endswith(INSTANTS) and isinstance(value, str):
        return _instant(datetime.fromisoformat(value), language)
    return str(value)


def _day_before(due_before: str, language: Language) -> str:
    """The due day as it was. Periods that a notice moves are in days, so they end at midnight."""
    if not due_before:
        return ""
    return _to_its_end((to_shanghai(datetime.fromisoformat(due_before)) - timedelta(microseconds=1)).date(), language)


def _to_its_end(day: date, language: Language) -> str:
    return _fill(message_texts().lines["due_until_the_end"], {"day": day.isoformat()}, language)


def _instant(at: datetime, language: Language) -> str:
    return to_shanghai(at).strftime("%Y-%m-%d %H:%M") + ("（北京时间）" if language == "zh" else " (Beijing time)")


def _in(label: Label, language: Language) -> str:
    return label.zh if language == "zh" else label.en


class _Lenient(string.Formatter):
    """Leaves empty what a message does not say."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, str | None]) -> str:
        return kwargs.get(str(key)) or ""


def _fill(text: Label, params: Mapping[str, str | None], language: Language) -> str:
    return _Lenient().vformat(_in(text, language), (), params)
