"""What a draft of a catalogue's entry makes of the entry, and what is answered with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from activities.catalogue.entries import FITTING
from activities.tables.catalogue import DatasetRow
from api.acting.forms.deciding import DecisionForm
from api.acting.forms.entries import Answers, EntryDraft
from api.http.problems import Problem, Wrong, invalid
from models.acts import Amendment, Measure
from reading.updates.changes import CHANGE, OPENNESS
from rules.pinned import AfterRule
from rules.procedure_rules import ProcedureRules

NEW, WIDER, SAME, NARROWER = "new", "wider", "same", "narrower"
BY_OPENNESS = ("closed", "conditional", "unconditional")
NEW_ENTRY_STATES = ("title", "items")
"""Without them an entry could be neither shown nor asked for."""


@dataclass(frozen=True)
class Drafted:
    """What a decision that submits a draft carries beside the draft itself, by codes."""

    measure: Measure
    amends: Amendment

    @property
    def given(self) -> frozenset[str]:
        return self.amends.given


def with_kept_draft(form: DecisionForm, filing: Mapping[str, Any]) -> DecisionForm:
    """A decision that submits the draft which came with the `filing`: what it says itself goes before what is kept.

    A draft of its own takes the place of the one that is kept, and of all that was answered with that. Raises a Problem
    where what is kept is larger than a draft may be by now: then another one takes its place.
    """
    if form.entry is not None or "entry" not in filing:
        return form
    entry = dict(filing["entry"])
    # A row of an import states the class in its entry, for a file answers no questions.
    proposed = {OPENNESS: entry.pop(OPENNESS)} if OPENNESS in entry else {}
    said = form.answers.said() if form.answers else {}
    answers = {**proposed, **filing.get("answers", {}), **said}
    try:
        kept = EntryDraft.model_validate(entry)
    except ValidationError as fact:
        raise Problem("RequestInvalid", errors=[of_draft(each) for each in fact.errors(include_url=False)]) from fact
    return form.model_copy(
        update={
            "entry": kept,
            "answers": Answers.model_validate(answers) if answers else None,
            "basis": filing.get("basis") if form.basis is None else form.basis,
        }
    )


def of_draft(found: ErrorDetails) -> Wrong:
    """What is wrong with one field of a draft that was kept."""
    return Wrong(".".join(str(part) for part in ("entry", *found["loc"])), found["type"], found.get("ctx", {}))


def drafted(
    rules: ProcedureRules,
    choices: Mapping[str, str],
    dataset: DatasetRow | None,
    entry: EntryDraft | None,
    answers: Answers | None,
    measure: Measure | None = None,
) -> Drafted:
    """What a draft and its answers mean for an entry that is as in `dataset` now, None where it is new.

    `choices` are those of the case so far. Raises a Problem for a question that the law of the case does not ask, for a
    field that data of the proposed openness cannot have, and for a new entry without a title or items.
    """
    amends = answered(rules, choices, dataset, answers)
    proposed = amends.choices.get(OPENNESS) or choices.get(OPENNESS)
    openness = proposed or (dataset.openness if dataset else None)
    told = measure or Measure()
    if entry and dataset and rules.after_the_law:
        no_further_items(rules, rules.after_the_law, entry, dataset)
    return Drafted(with_entry(told, entry, dataset, openness) if entry else told, amends)


def no_further_items(rules: ProcedureRules, after: AfterRule, entry: EntryDraft, dataset: DatasetRow) -> None:
    """Once the law has ended an entry loses items and gets none. Raises a Problem."""
    drafted_items = tuple(item.item for item in entry.items or ())
    if further := tuple(item for item in drafted_items if item not in dataset.items):
        wrong = Wrong("entry.items", "opens_after_the_law", {"items": further}, after.citation, rules)
        raise Problem("NotInForce", errors=[wrong])


def answered(
    rules: ProcedureRules, choices: Mapping[str, str], dataset: DatasetRow | None, answers: Answers | None
) -> Amendment:
    """The answers as choices of the case, and how the proposed class differs from today's. Raises a Problem."""
    said = {name: str(value) for name, value in (answers.said() if answers else {}).items()}
    for name in said:
        if name not in rules.choices:
            asked = tuple(each for each in Answers.model_fields if each in rules.choices)
            errors = [Wrong(f"answers.{name}", "question_not_asked", {"known": asked})]
            raise Problem("RequestInvalid", errors=errors)
    if CHANGE in rules.choices:
        proposed = said.get(OPENNESS) or choices.get(OPENNESS)
        said[CHANGE] = change_of(dataset.openness if dataset else None, proposed)
    return Amendment(choices=said, given=frozenset(said))


def change_of(today: str | None, proposed: str | None) -> str:
    """How a proposed class differs from today's: `new` where the entry is, `same` where nothing is proposed."""
    if today is None:
        return NEW
    if proposed not in BY_OPENNESS or proposed == today:
        return SAME
    return WIDER if BY_OPENNESS.index(proposed) > BY_OPENNESS.index(today) else NARROWER


def with_entry(measure: Measure, draft: EntryDraft, dataset: DatasetRow | None, openness: str | None) -> Measure:
    """The measure of a decision that submits a draft: what the entry has, once the draft is published. Raises a
    Problem."""
    for field, fitting in FITTING.items():
        if getattr(draft, field) is not None and openness is not None and openness not in fitting:
            raise invalid(f"entry.{field}", f"entry_{field}_out_of_place")
    said = draft.said()
    if dataset is None and (missing := [field for field in NEW_ENTRY_STATES if field not in said]):
        raise Problem("RequestInvalid", errors=[Wrong(f"entry.{field}", "missing_here") for field in missing])
    entry = {**(dataset.entry if dataset else {}), **said, OPENNESS: openness, "provider": True}
    fitting_fields = {name for name in entry if openness is None or openness in FITTING.get(name, (openness,))}
    items = entry.get("items") or []
    return measure.model_copy(
        update={
            "entry_fields": frozenset(name for name in fitting_fields if entry[name] not in (None, [])),
            "entry_items": tuple(item["item"] for item in items),
        }
    )
