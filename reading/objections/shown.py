"""Objections and reports of leaks as the caller may see them, and what they mean for requests and grants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from activities.tables.cases import ActRow
from models import events as e
from models.course import next_of
from models.events import Event
from models.granting import waits_for_data
from models.kept_back import by_kind
from models.parts import before
from models.restrictions import RestrictionKind, touches, written
from models.state import CaseState
from reading.objections import questions as objections
from reading.objections.shapes import (
    AnswerShown,
    DataShown,
    EarlierObjection,
    EvidenceListed,
    HoldWithheldShown,
    KeptBackShown,
    ObjectionShown,
    ObjectorHistoryShown,
    OfBodyShown,
    QualityCheckShown,
    ReportShown,
    RestrictedBy,
    UndecidedShown,
)
from reading.sight import Caller
from reading.stated import choices_of, texts_of
from reading.store import CaseRead, Store, filing_of
from reading.words.law import Law
from reading.words.texts import texts
from rules.pack import GROUND
from rules.procedure_names import ACCOUNT_CHANGE, CONTACT_CHANGE, LEAK, OBJECTION, QUALITY_CHECK
from rules.procedure_rules import ProcedureRules


@dataclass(frozen=True)
class ObjectionPart:
    """What objections and leaks bring into a case: of an objection itself, of a report, or of the data of another."""

    objection: ObjectionShown | None = None
    report: ReportShown | None = None
    quality_check: QualityCheckShown | None = None
    of_body: OfBodyShown | None = None
    data: DataShown | None = None
    hold_withheld: HoldWithheldShown | None = None
    disputed: bool = False
    answer: AnswerShown | None = None
    objector_history: ObjectorHistoryShown | None = None
    restricted_by: list[RestrictedBy] = field(default_factory=list)
    waits_for_data: bool = False


async def objection_part(
    store: Store, caller: Caller, law: Law, read: CaseRead, acts: Sequence[ActRow], now: datetime
) -> ObjectionPart:
    """That part, for this caller; `acts` are those of the case that came with text."""
    state = read.state
    if state.procedure == OBJECTION:
        return await of_objection(store, caller, law, read, acts)
    if state.procedure == LEAK:
        report = ReportShown(**texts_of(LEAK, filing_of(acts)), data_items=list(state.data_items))
        return ObjectionPart(report=report)
    if state.procedure == QUALITY_CHECK:
        return ObjectionPart(quality_check=quality_check_shown(state, acts))
    if state.procedure in (ACCOUNT_CHANGE, CONTACT_CHANGE):
        return ObjectionPart(of_body=of_body_shown(state, acts))
    return ObjectionPart(
        restricted_by=await restricted_by(store, caller, state),
        waits_for_data=waits(read.rules, state, now),
    )


def quality_check_shown(state: CaseState, acts: Sequence[ActRow]) -> QualityCheckShown:
    """What was raised, and whether in the time that the law wants."""
    return QualityCheckShown(
        **texts_of(QUALITY_CHECK, filing_of(acts)),
        data_items=list(state.data_items),
        discovered_on=state.occurred_on,
        wanted_until=state.wanted_until,
        late=state.filed_late,
    )


def of_body_shown(state: CaseState, acts: Sequence[ActRow]) -> OfBodyShown:
    """What a body has filed of itself, and whether in the time that the law wants."""
    return OfBodyShown(
        body=state.for_body or "",
        **choices_of(state.procedure, state.choices),
        **texts_of(state.procedure, filing_of(acts)),
        changed_on=state.occurred_on,
        wanted_until=state.wanted_until,
        late=state.filed_late,
    )


async def of_objection(store: Store, caller: Caller, law: Law, read: CaseRead, acts: Sequence[ActRow]) -> ObjectionPart:
    """What an objection is about, what it does to the data, and what its objector was answered; to officers with a part
    in it, what the objector filed before."""
    state = read.state
    files = await objections.evidence_of(store, state.case_id)
    ground = state.choices.get(GROUND, "")
    choice = law.rules.choice(GROUND, ground)
    # Nobody reads its own history, even where it filed for a body that has a part.
    reads_history = caller.has_part(state, law.rules) and caller.account_id != state.party
    return ObjectionPart(
        objection=ObjectionShown(
            **choices_of(OBJECTION, state.choices) | {GROUND: ground},
            **texts_of(OBJECTION, filing_of(acts)),
            ground_label=law.say(choice.label) if choice else ground,
            data_items=list(state.data_items),
            evidence=[EvidenceListed.model_validate(each, from_attributes=True) for each in files],
        ),
        data=data_shown(law.rules, state),
        hold_withheld=hold_withheld(law, read.log),
        disputed=state.disputed,
        answer=answer_shown(read.log, acts),
        objector_history=await history(store, state) if reads_history else None,
    )


def data_shown(rules: ProcedureRules, state: CaseState) -> DataShown:
    """What the case keeps back, the strongest first, and what of the data lies undecided before a task."""
    last = [
        KeptBackShown(
            restriction=each.kind,
            data_items=list(each.data_items),
            except_items=list(each.except_items),
            since=each.since,
        )
        for each in by_kind(state.kept_back)
        if each.since
    ]
    strongest = last[0] if last else None
    return DataShown(
        restriction=state.strongest_restriction.kind if state.strongest_restriction else None,
        data_items=strongest.data_items if strongest else [],
        except_items=strongest.except_items if strongest else [],
        since=strongest.since if strongest else None,
        lifted_at=state.lifted_at,
        kept_back=last if state.in_force else [],
        undecided=[
            UndecidedShown(task_id=task.task_id, **{name: list(items) for name, items in written(remains).items()})
            for task in state.open_tasks()
            if task.in_part and (remains := before(rules, state, task))
        ],
    )


def hold_withheld(law: Law, log: Sequence[Event]) -> HoldWithheldShown | None:
    """Why nothing was held at receipt; None where later evidence holds it."""
    spoken = [event for event in log if isinstance(event, e.HoldWithheld | e.DataHeld)]
    if not spoken or not isinstance(spoken[-1], e.HoldWithheld):
        return None
    code = spoken[-1].because
    return HoldWithheldShown(code=code, text=law.say(texts().holds[code]))


def answer_shown(log: Sequence[Event], acts: Sequence[ActRow]) -> AnswerShown | None:
    """The latest answer to the objector; its text is None once it is erased."""
    answered = next((event for event in reversed(log) if isinstance(event, e.ObjectorAnswered)), None)
    if answered is None:
        return None
    content = next((row.content for row in acts if row.act_id == answered.act and row.content), {})
    return AnswerShown(text=content.get("answer"), at=answered.at)


async def history(store: Store, state: CaseState) -> ObjectorHistoryShown:
    """What the objector filed before this case."""
    found = await objections.history_of(store, state.party, state.dataset_id, state)
    return ObjectorHistoryShown(
        upheld=found.upheld,
        not_upheld=found.not_upheld,
        open=found.open,
        same_dataset=[
            EarlierObjection(case_number=case.case_number, ground=each.ground, outcome=case.outcome, upheld=each.upheld)
            for each, case in found.same_dataset
        ],
    )


async def restricted_by(store: Store, caller: Caller, state: CaseState) -> list[RestrictedBy]:
    """What cases keep back now of the data that a request asks for or a grant gives."""
    items = state.grant.data_items if state.grant else state.data_items
    reads_numbers = caller.reads_as_officer(state)
    return [
        RestrictedBy(
            case_number=number if reads_numbers else None,
            restriction=RestrictionKind(each.kind),
            data_items=each.data_items,
            except_items=each.except_items,
        )
        for each, number in await objections.restrictions_on(store, state.dataset_id)
        if touches(each.restricted, items)
    ]


def waits(rules: ProcedureRules, state: CaseState, now: datetime) -> bool:
    """Whether all agree to a grant, which waits for its data."""
    if state.closed or state.grant or rules.grant is None:
        return False
    ending = rules.ending(next_of(rules, state) or "")
    return ending is not None and ending.grants and waits_for_data(rules, state, now)
