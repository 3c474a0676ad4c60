"""The agreement of a case as both sign it: the text of the city's pack, filled in, and its digest.

What people wrote is found by the fingerprint that the log has of it, so that the text which is shown is the text of
which the digest is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from activities.tables.catalogue import DatasetRow
from models import acts as a
from models.act_contents import GrantTerms
from models.signing import Terms, canonical, digest_of, fingerprints, terms_of
from models.state import CaseState
from models.task_state import TaskState
from reading.cases import questions as cases
from reading.cases.agreed import signature_of, signatures
from reading.cases.possible import PROBE
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.shape import Instant, RuleNamed, Shape
from reading.sight import Caller
from reading.store import CaseRead, Store
from reading.words.language import Language
from reading.words.law import Law
from rules.agreement import SIGN, AgreementRule, filled
from rules.pinned import APPLICANT, Basis, Label
from rules.procedure_rules import ProcedureRules

ERASED = Label(zh="（内容已删除）", en="(erased)")
NAMED_BODIES = ("provider", "operator")
"""Roles of the bodies that an agreement names."""
ALL_ITEMS = Label(zh="全部数据项", en="all data items")


class ClauseShown(Shape):
    """A clause as it is signed, with the article or service rule that it follows."""

    number: int
    text: str
    rule: RuleNamed


class AgreementPart(Shape):
    heading: str
    clauses: list[ClauseShown]


class SignatureShown(Shape):
    """Who signs: `applicant`, or a body by its id. `digest` is of the text that was signed, null before."""

    stage: str
    body: str
    name: str
    signed_at: Instant | None
    digest: str | None


class AgreementShown(Shape):
    """The text that both sign. `digest` is the SHA-256 of `canonical`, in UTF-8: the template in both languages, the
    terms in codes, and of what people wrote the SHA-256 of the case's id, a line feed and the text. Both signatures
    name it.

    `examined_on` is the day on which a lawyer of the city found the template good, null while none has.
    """

    case_id: str
    case_number: str
    title: str
    version: str
    examined_on: date | None
    rule: RuleNamed
    parts: list[AgreementPart]
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    canonical: str
    signatures: list[SignatureShown]

    @property
    def notes(self) -> list[str]:
        """The service rules that clauses follow, each once."""
        clauses = (clause.rule for part in self.parts for clause in part.clauses)
        return list(dict.fromkeys(rule.note or rule.text for rule in clauses if rule.basis is Basis.SERVICE))


async def agreement_for(
    store: Store, caller: Caller, language: Language, case_id: str, stated: Mapping[str, Any] | None = None
) -> AgreementShown | None:
    """The agreement as it stands, or with what the caller's signature would state; None where the caller may not know
    of the case, where no text is signed in it, or where it states something and has no signature to give."""
    if await cases.case(store, caller, case_id) is None:
        return None
    read = await store.case_read(case_id)
    mine = signature_of(read.rules, read.state, caller)
    if read.rules.agreement is None or not signatures(read.rules, read.state) or (stated and mine is None):
        return None
    act = stating(read.state, mine, caller, stated) if stated and mine else None
    return await agreement_shown(store, caller, language, read, read.rules.agreement, act, stated or {})


def stating(state: CaseState, task: TaskState, caller: Caller, stated: Mapping[str, Any]) -> a.Decide:
    """The signature that states this, as its receipt would take it."""
    items = tuple(stated.get("data_items") or ())
    return a.Decide(
        id=PROBE,
        case_id=state.case_id,
        by=caller.actor,
        received_at=state.at or task.opened_at,
        task_id=task.task_id,
        outcome=SIGN,
        terms=GrantTerms(data_items=items) if items else None,
        words=fingerprints(state.case_id, stated),
    )


async def agreement_shown(
    store: Store,
    caller: Caller,
    language: Language,
    read: CaseRead,
    rule: AgreementRule,
    act: a.Decide | None,
    stated: Mapping[str, Any],
) -> AgreementShown:
    """The text with its blanks filled."""
    law = Law(read.rules, language)
    terms = terms_of(read.rules, read.state, act)
    acts = await cases.acts_with_text(store, caller, read.state)
    written = texts_by_fingerprint(read.state.case_id, [*(row.content or {} for row in acts), stated])
    dataset = await catalogue.dataset(store, terms.dataset_id)
    called = await directory.called_for_good(store, read.state.party)
    bodies = await directory.body_names(store, read.state.bodies.values())
    named = {**bodies, APPLICANT: called or ERASED}
    party = bodies[read.state.for_body] if read.state.for_body in bodies else named[APPLICANT]
    signing = signatures(read.rules, read.state)
    blanks = {
        **of_the_case(read.rules, terms, dataset),
        **{name: written.get(mark, ERASED) for name, mark in terms.words.items()},
        "applicant": party,
        **{role: bodies[body] for role, body in read.state.bodies.items() if body in bodies and role in NAMED_BODIES},
    }
    return AgreementShown(
        case_id=read.state.case_id,
        case_number=read.state.case_number,
        title=law.say(rule.title),
        version=rule.version,
        examined_on=rule.examined_on,
        rule=law.named(rule.citation),
        parts=[
            AgreementPart(
                heading=law.say(part.heading),
                clauses=[
                    ClauseShown(number=each.number, text=law.say(each.text), rule=law.named(each.citation))
                    for each in part.clauses
                ],
            )
            for part in filled(rule, blanks)
        ],
        digest=digest_of(rule, terms),
        canonical=canonical(rule, terms),
        signatures=[
            SignatureShown(
                stage=task.stage,
                body=task.body,
                name=law.say(named[task.body]) if task.body in named else task.body,
                signed_at=task.ended_at if task.ended == "decided" else None,
                digest=task.digest,
            )
            for task in signing
        ],
    )


def of_the_case(rules: ProcedureRules, terms: Terms, dataset: DatasetRow | None) -> dict[str, Label]:
    """What fills the blanks that nobody wrote: names for codes, numbers as they are."""
    entry = dataset.entry if dataset else {}
    names = {each["item"]: Label.model_validate(each["name"]) for each in entry.get("items", ())}
    items = [names.get(item, same(item)) for item in terms.data_items]
    modes = [label_of(rules, "access_mode", mode) for mode in terms.access_modes]
    found = {
        "case_number": same(terms.case_number),
        "dataset": Label.model_validate(entry["title"]) if entry.get("title") else same(terms.dataset_id),
        "data_items": joined(items, Label(zh="、", en=", ")) if items else ALL_ITEMS,
        "access_mode": joined(modes, Label(zh="或者", en=" or ")),
        "valid_days": same(str(terms.valid_days)),
    }
    if terms.use:
        found["use"] = label_of(rules, "use", terms.use)
    if terms.daily_calls:
        found["daily_calls"] = same(str(terms.daily_calls))
    if terms.report_days:
        found["report_days"] = same(str(terms.report_days))
    return found


def texts_by_fingerprint(case_id: str, contents: Sequence[Mapping[str, Any]]) -> dict[str, Label]:
    """What was written in a case, by the fingerprints that the log has."""
    found: dict[str, Label] = {}
    for content in contents:
        for name, mark in fingerprints(case_id, content).items():
            found[mark] = same(str(content[name]).strip())
    return found


def label_of(rules: ProcedureRules, choice: str, value: str) -> Label:
    known = rules.choice(choice, value)
    return known.label if known else same(value)


def joined(labels: Iterable[Label], by: Label) -> Label:
    each = list(labels)
    return Label(zh=by.zh.join(one.zh for one in each), en=by.en.join(one.en for one in each))


def same(text: str) -> Label:
    """What is written alike in both languages."""
    return Label(zh=text, en=text)
