"""What lies before a body in a case, in words: what is asked, what was said and decided so far, what was filed before.

Nothing of it is a code: items are called by the names of the catalogue, choices by the labels of the law.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pages.cases.stated import Speaking, headed, year_in
from pages.dates import period_in_words, short_day
from pages.editing import FREQUENCIES
from pages.wording import Words
from reading.cases.shapes import CaseShown, TaskShown
from reading.catalogue.shapes import DatasetShown
from reading.shape import RuleNamed
from reading.words.language import Language
from reading.words.law import Law
from reading.words.texts import texts
from rules.pinned import Label

CHOSEN = ("urgency", "access_mode", "use", "leak")
WRITTEN = ("purpose", "scenario", "safeguards", "tender_reference", "statement", "elsewhere", "special_reason")


@dataclass(frozen=True)
class Stated:
    """One thing that somebody stated: what it is called, and what was said."""

    label: str
    text: str


@dataclass(frozen=True)
class Answered:
    """What a body decided: its stage, the outcome, when, and what it wrote with it."""

    stage: str
    body: str
    outcome: str
    at: datetime
    late: bool
    said: tuple[Stated, ...]
    rule: RuleNamed


def asked(law: Law, words: Words, case: CaseShown, dataset: DatasetShown | None) -> list[Stated]:
    """What the case is about, as whoever filed it said it."""
    names = names_of_items(dataset)
    of = (
        case.request
        or case.objection
        or case.report
        or case.misuse
        or case.misuse_appeal
        or case.quality_check
        or case.of_body
        or case.update
        or case.demand
        or case.rectification
        or case.finding
        or case.opening_elsewhere
        or case.sharing_request
    )
    if case.year:
        return [Stated(each.label, each.text) for each in year_in(Speaking(law, dataset), case.year)]
    if of is None:
        return []
    found = of.model_dump()
    if case.update:
        found["trigger"] = case.update.trigger_label
    if case.objection:
        found["ground"] = case.objection.ground_label
    if case.misuse:
        found["misuse"] = case.misuse.misuse_label
    if case.rectification:
        found |= {"breach": case.rectification.breach_label, "body": case.rectification.body_name}
    return [*_in_words(law, words, found, names), *_filed_within(words, case, law.language)]


def _filed_within(words: Words, case: CaseShown, language: Language) -> Iterator[Stated]:
    """Within which time the law wanted it filed, and whether it was."""
    if (it := case.filing_period) is None:
        return
    day, last = short_day(it.counted_from, language), short_day(it.last_day, language)
    said = words("filing_period.beforehand", called=it.counted_from_label, day=day)
    if it.period:
        length = period_in_words(it.period, language)
        said = words("filing_period.within", called=it.counted_from_label, day=day, period=length, last=last)
    standing = words("filing_period.late" if it.late else "filing_period.kept")
    yield Stated(headed(words("filing_period.title")), f"{said} · {standing} · {it.text}")


def _in_words(law: Law, words: Words, found: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Stated]:
    known = texts().fields
    for name in ("ground", "trigger", "breach", "misuse"):
        if found.get(name):
            yield Stated(headed(law.say(known[name])), found[name])
    if found.get("body"):
        yield Stated(words("task.directed_against"), found["body"])
    if found.get("occurred_on"):
        yield Stated(words("task.occurred_on"), short_day(found["occurred_on"], law.language))
    if found.get("discovered_on"):
        yield Stated(headed(law.say(known["discovered_on"])), short_day(found["discovered_on"], law.language))
    if found.get("opens_on"):
        yield Stated(headed(law.say(known["opens_on"])), short_day(found["opens_on"], law.language))
    if "data_items" in found:
        named = items_in_words(words, names, found["data_items"])
        yield Stated(words("task.items_concerned"), named)
    for name in CHOSEN:
        if value := found.get(name):
            choice = law.rules.choice(name, value)
            if choice:
                yield Stated(headed(law.say(known[name])), law.say(choice.label))
    for name in WRITTEN:
        if value := found.get(name):
            yield Stated(headed(law.say(known[name])), value)


def names_of_items(dataset: DatasetShown | None) -> dict[str, str]:
    """Item to its name in the catalogue."""
    return {each.item: each.name for each in dataset.items} if dataset else {}


def items_in_words(words: Words, names: Mapping[str, str], items: Iterable[str]) -> str:
    """Items by their names; the whole dataset, where none is named."""
    return words("task.between").join(names.get(each, each) for each in items) or words("task.whole_dataset")


def answered(law: Law, words: Words, case: CaseShown, names: Mapping[str, str]) -> list[Answered]:
    """The decisions so far, in their order, with what was written as far as the caller may read it."""
    return [decided for task in case.tasks if task.ended_at and (decided := of_task(law, words, case, task, names))]


def of_task(law: Law, words: Words, case: CaseShown, task: TaskShown, names: Mapping[str, str]) -> Answered | None:
    """What a body decided on a task; None for a task that nobody decided."""
    outcome = next((each for each in task.outcomes if each.outcome == task.outcome), None)
    stage = law.rules.stage(task.stage)
    known = stage.outcome(task.outcome or "") if stage else None
    if task.ended_at is None or outcome is None or known is None:
        return None
    written = [each.text for each in case.reasons if each.task_id == task.task_id]
    said = written[-1] if written else {}
    return Answered(
        stage=task.label,
        body=task.body_name,
        outcome=outcome.label,
        at=task.ended_at,
        late=task.late,
        said=tuple(_said(law, words, said, names)),
        rule=law.named(known.citation),
    )


def _said(law: Law, words: Words, text: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Stated]:
    for name, value in text.items():
        if name in ("entry", "answers"):  # the draft is shown by what it changes
            continue
        label = texts().fields.get(name, Label(zh=words("task.said"), en=words("task.said")))
        if name == "time_limit":
            value = period_in_words(value, law.language)  # noqa: PLW2901 - the same in words
        if name == "named_class" and (choice := law.rules.choice("openness", value)):
            value = law.say(choice.label)  # noqa: PLW2901
        yield Stated(headed(law.say(label)), value if isinstance(value, str) else items_in_words(words, names, value))


@dataclass(frozen=True)
class Difference:
    """A field of an entry: what it says, and what it would say."""

    label: str
    now: str
    then: str


@dataclass(frozen=True)
class ItemDifference:
    """A data item of an entry beside the draft: `added`, `dropped`, `changed` or `same`."""

    item: str
    how: str
    now: str
    then: str


def differences(law: Law, words: Words, draft: Mapping[str, Any], before: Mapping[str, Any]) -> list[Difference]:
    """The fields of an entry that a draft changes, without its items."""
    return [
        Difference(
            law.say(texts().fields.get(f"entry.{name}", Label(zh=name, en=name))),
            in_words(law, words, name, before.get(name)),
            in_words(law, words, name, value),
        )
        for name, value in draft.items()
        if name != "items" and value != before.get(name)
    ]


def item_differences(words: Words, draft: Mapping[str, Any], before: Mapping[str, Any]) -> list[ItemDifference]:
    """The items of an entry row by row, as a draft leaves them; none for a draft that names no items."""
    if "items" not in draft:
        return []
    now = {each["item"]: each for each in before.get("items") or ()}
    then = {each["item"]: each for each in draft["items"]}
    found = []
    for code in [*now, *(code for code in then if code not in now)]:
        old, new = now.get(code), then.get(code)
        found.append(ItemDifference(code, what_became(old, new), item_in_words(words, old), item_in_words(words, new)))
    return found


def what_became(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    """Of an item that stood in the entry as `old`, and is `new` in the draft."""
    match old, new:
        case None, _:
            return "added"
        case _, None:
            return "dropped"
        case _:
            return "same" if same(old or {}, new or {}) else "changed"


def same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return all((old.get(name) or None) == (new.get(name) or None) for name in ("name", "type", "note"))


def item_in_words(words: Words, item: Mapping[str, Any] | None) -> str:
    if item is None:
        return ""
    name = item["name"]["zh" if words.language == "zh" else "en"]
    note = (item.get("note") or {}).get("zh" if words.language == "zh" else "en")
    return words("task.item_row", called=name, type=words(f"item_type.{item['type']}")) + (f" {note}" if note else "")


def in_words(law: Law, words: Words, name: str, value: object) -> str:
    """A field of an entry as people read it."""
    if value is None:
        return words("task.nothing")
    if name == "openness":
        choice = law.rules.choice("openness", str(value))
        return law.say(choice.label) if choice else words(f"openness.{value}")
    if name == "update_frequency" and str(value) in FREQUENCIES:
        return words(f"frequency.{FREQUENCIES[str(value)]}")
    if isinstance(value, Mapping):
        return str(value.get("zh" if law.language == "zh" else "en", ""))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return words("task.between").join(str(each) for each in value)
    return str(value)
