"""A draft of a catalogue entry: how it would change the entry, before anybody decides about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.act_contents import Amendment, Measure
from models.classes import OPENNESS
from models.state import CaseState
from models.task_state import TaskState
from rules.admissibility import Inadmissible
from rules.pinned import AfterRule
from rules.pinned_stages import EntryEffect, Outcome
from rules.procedure_names import CATALOGUE_UPDATE
from rules.procedure_rules import ProcedureRules

CHANGE, READABILITY = "change", "readability"
NEW, WIDER, SAME, NARROWER = "new", "wider", "same", "narrower"
BY_OPENNESS = ("closed", "conditional", "unconditional")
FITTING: Mapping[str, tuple[str, ...]] = {"conditions": ("conditional",), "basis": ("conditional", "closed")}
"""Field to the openness of data that can have it: only conditional data has conditions, and what is open to everybody
has nothing to justify."""
SHARING = "sharing_class"
"""The question for which departments an entry's data is."""
LIMITED_SHARING = ("sharing_reason", "sharing_basis")
"""What only data that is not for all departments has to justify."""
UNLIMITED = "unconditional"
NEW_ENTRY_STATES = ("title", "items")
"""Without them an entry could be neither shown nor asked for."""


class DraftUnfit(Exception):
    """What is submitted is not a valid draft of this entry; `reasons` say why, by field."""

    def __init__(self, *reasons: Inadmissible) -> None:
        self.reasons = reasons
        super().__init__(", ".join(f"{each.field}: {each.code}" for each in reasons))


class DraftOpensAfterTheLaw(DraftUnfit):
    """The law has ended, and the draft would open what that law leaves closed."""


@dataclass(frozen=True)
class EntryNow:
    """An entry of the catalogue as it stands."""

    openness: str
    items: tuple[str, ...]
    fields: Mapping[str, object]


@dataclass(frozen=True)
class Drafted:
    """What a decision that submits a draft carries in addition to the draft itself, as codes."""

    measure: Measure
    amends: Amendment

    @property
    def given(self) -> frozenset[str]:
        return self.amends.given


def submits(outcome: Outcome | None) -> bool:
    """Whether this outcome comes with a draft."""
    return outcome is not None and outcome.entry is EntryEffect.SUBMIT


def first_compilation(rules: ProcedureRules, state: CaseState, body: str | None) -> tuple[TaskState, str] | None:
    """The task with which a case began and its outcome that submits a draft; None where the body cannot submit one with
    it."""
    for task in state.tasks.values():
        stage = rules.stage(task.stage)
        outcome = next((each for each in stage.outcomes if submits(each)), None) if stage else None
        if outcome and task.round == 1 and task.body == body:
            return task, outcome.outcome
    return None


def may_submit_what_is_kept(rules: ProcedureRules, stage: str, round_: int, outcome: str) -> bool:
    """Whether a decision of this task submits the draft that came with the filing, if it states none: the first that
    submits one in a catalogue update, before anything was returned."""
    if rules.procedure != CATALOGUE_UPDATE or round_ > 1:
        return False
    of_case = rules.stage(stage)
    return submits(of_case.outcome(outcome) if of_case else None)


@dataclass(frozen=True)
class Kept:
    """What a decision states by the draft that came with the filing, as that was written."""

    entry: Mapping[str, object]
    answers: Mapping[str, object]
    basis: str | None


def kept_with(filing: Mapping[str, Any], answers: Mapping[str, object], basis: str | None) -> Kept | None:
    """The draft that came with a filing, None where none did. What the decision answers and gives as its basis itself
    goes before what is kept."""
    if "entry" not in filing:
        return None
    entry = dict(filing["entry"])
    # A row of an import states its classes in its entry, for a file answers no questions.
    proposed = {name: entry.pop(name) for name in (OPENNESS, SHARING) if name in entry}
    said = {**proposed, **filing.get("answers", {}), **answers}
    return Kept(entry, said, filing.get("basis") if basis is None else basis)


def drafted(
    rules: ProcedureRules,
    choices: Mapping[str, str],
    now: EntryNow | None,
    draft: Mapping[str, object] | None,
    answers: Mapping[str, str],
    measure: Measure | None = None,
) -> Drafted:
    """What a draft and its answers mean for an entry that stands as `now`; `now` is None for a new entry.

    `choices` are those of the case so far. Raises DraftUnfit for a question that the law of the case does not ask, for
    a field that data of the proposed openness cannot have, and for a new entry without a title or items; raises
    DraftOpensAfterTheLaw.
    """
    amends = answered(rules, choices, now, answers)
    proposed = amends.choices.get(OPENNESS) or choices.get(OPENNESS)
    openness = proposed or (now.openness if now else None)
    base = measure or Measure()
    amends = with_readability(rules, amends, draft, now)
    if not draft:
        return Drafted(base, amends)
    if now and rules.after_the_law:
        no_further_items(rules.after_the_law, draft, now)
    return Drafted(with_entry(base, draft, now, openness), amends)


def no_further_items(after: AfterRule, draft: Mapping[str, object], now: EntryNow) -> None:
    """Once the law has ended, a draft may remove items from an entry and add none. Raises DraftOpensAfterTheLaw."""
    if further := tuple(item for item in items_of_entry(draft) if item not in now.items):
        reason = Inadmissible("entry.items", "opens_after_the_law", after.citation, {"items": further})
        raise DraftOpensAfterTheLaw(reason)


def answered(
    rules: ProcedureRules, choices: Mapping[str, str], now: EntryNow | None, answers: Mapping[str, str]
) -> Amendment:
    """The answers as choices of the case, and how the proposed class differs from today's. Raises DraftUnfit."""
    choices_made = dict(answers)
    for name in choices_made:
        if name not in rules.choices:
            raise DraftUnfit(Inadmissible(f"answers.{name}", "question_not_asked", None))
    if CHANGE in rules.choices:
        proposed = choices_made.get(OPENNESS) or choices.get(OPENNESS)
        choices_made[CHANGE] = change_of(now.openness if now else None, proposed)
    return Amendment(choices=choices_made, given=frozenset(choices_made))


def with_readability(
    rules: ProcedureRules, amends: Amendment, draft: Mapping[str, object] | None, now: EntryNow | None
) -> Amendment:
    """The answers, and whether the entry will have a format that the law's list calls easy to process; where no value
    has a list, nothing is answered."""
    known = rules.choices.get(READABILITY, ())
    stated = {**(now.fields if now else {}), **(draft or {})}.get("formats") or []
    assert isinstance(stated, Sequence)
    listed = next((each for each in known if not set(stated).isdisjoint(each.formats)), None)
    found = listed or next((each for each in known if not each.formats), None)
    if found is None:
        return amends
    choices = {**amends.choices, READABILITY: found.value}
    return amends.model_copy(update={"choices": choices, "given": amends.given | {READABILITY}})


def change_of(today: str | None, proposed: str | None) -> str:
    """How the proposed class differs from today's: `new` for a new entry, `same` where no class is proposed."""
    if today is None:
        return NEW
    if proposed not in BY_OPENNESS or proposed == today:
        return SAME
    return WIDER if BY_OPENNESS.index(proposed) > BY_OPENNESS.index(today) else NARROWER


def with_entry(measure: Measure, draft: Mapping[str, object], now: EntryNow | None, openness: str | None) -> Measure:
    """The measure of a decision that submits a draft, with the fields that the published entry will have. Raises
    DraftUnfit."""
    for field, fitting in FITTING.items():
        if field in draft and openness is not None and openness not in fitting:
            raise DraftUnfit(Inadmissible(f"entry.{field}", f"entry_{field}_out_of_place", None))
    if now is None and (lacking := [field for field in NEW_ENTRY_STATES if field not in draft]):
        raise DraftUnfit(*(Inadmissible(f"entry.{field}", "missing_here", None) for field in lacking))
    entry = {**(now.fields if now else {}), **draft, OPENNESS: openness, "provider": True}
    fitting_fields = {name for name in entry if openness is None or openness in FITTING.get(name, (openness,))}
    return measure.model_copy(
        update={
            "entry_fields": frozenset(name for name in fitting_fields if entry[name] not in (None, [])),
            "entry_items": items_of_entry(entry),
        }
    )


def with_its_sharing(entry: Mapping[str, Any], sharing: str | None) -> dict[str, Any]:
    """The entry with the class of sharing that its draft answers, and no reason for a limit that it does not have; as
    it is where the law asks for no such class."""
    if sharing is None:
        return dict(entry)
    left_out = LIMITED_SHARING if sharing == UNLIMITED else ()
    return {name: value for name, value in entry.items() if name not in left_out} | {SHARING: sharing}


def items_of_entry(entry: Mapping[str, object]) -> tuple[str, ...]:
    """The codes of the data items that an entry or a draft names."""
    items = entry.get("items") or []
    assert isinstance(items, list)
    return tuple(item["item"] for item in items)
