"""Tasks as answers show them: the question, its clock, and its outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from activities.tables.cases import ActRow
from models import events as e
from models.clock import Clock
from models.clock_ledger import Line, ledgers_of
from models.state import CaseState
from models.task_state import TaskState
from reading.cases import questions as cases
from reading.cases.shapes import TaskListed, TaskShown
from reading.cases.sought import TaskInList
from reading.cases.stages import StageInWords, stage_in_words
from reading.directory import questions as directory
from reading.store import CaseRead, Present, Store
from reading.updates import questions as updates_questions
from reading.updates import shown as updates_shown
from reading.words.clocks import clock_shown
from reading.words.language import Language, said
from reading.words.law import Law
from rules.calendar import CalendarRecord
from rules.deadlines import to_shanghai
from rules.pinned import APPLICANT, Label
from rules.procedure_names import CATALOGUE_UPDATE

Names = Mapping[str, str]
"""Account to login, body to name."""
NOT_AT_ALL = timedelta(0)


@dataclass(frozen=True)
class TaskKnown:
    """A task with all that an answer says of it.

    `record` is the record of notices by which its clock was set, `waited` the time for which a supplement was asked for
    and had not come, `draft` how a draft stands that came with the filing.
    """

    law: Law
    case: CaseState | TaskInList
    task: TaskState | TaskInList
    stage: StageInWords
    names: Names
    record: CalendarRecord
    now: datetime
    overdue: bool
    moves_pending: bool
    waited: timedelta
    draft: Literal["waiting", "kept"] | None
    supplement_wanted: str | None
    ledger: Sequence[Line] | None = None
    """How its clock came to its end; None where no log was read."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What acts say that the caller may read, by their ids."""


def logins_of(accounts: Iterable[str], called: Mapping[str, directory.Called]) -> dict[str, str]:
    """Account to login; one that is gone keeps its id."""
    return {each: called[each].login if each in called else each for each in accounts}


async def bodies_called(store: Store, language: Language, bodies: Iterable[str]) -> dict[str, str]:
    """Body to its name."""
    return {body: said(label, language) for body, label in (await directory.body_names(store, bodies)).items()}


async def tasks_of_case(
    store: Store,
    law: Law,
    read: CaseRead,
    acts: Sequence[ActRow],
    names: Names,
    present: Present,
    moves_pending: frozenset[str],
) -> list[TaskShown]:
    """The tasks of a case in the order in which they opened; `acts` are those of the case that came with text,
    `moves_pending` the tasks whose ends a notice could still move before the case was read."""
    state = read.state
    overdue = await cases.overdue_of(store, state, present.now)
    drafts = await updates_questions.drafts_kept(store, [state.case_id] if state.procedure == CATALOGUE_UPDATE else [])
    waited = waiting_times(read.log, present.now)
    ledgers = dict(ledgers_of(read.rules, read.log))
    wanted = {row.act_id: str(row.content["text"]) for row in acts if row.content and row.content.get("text")}
    return [
        task_shown(
            TaskKnown(
                law=law,
                case=state,
                task=task,
                stage=law.once(stage_in_words, task.stage),
                names=names,
                record=store.archive.record_at(present.record, task.clock.calendar_version),
                now=present.now,
                overdue=task.task_id in overdue,
                moves_pending=task.task_id in moves_pending,
                waited=waited.get(task.task_id, timedelta(0)),
                draft=drafts.get(state.case_id),
                supplement_wanted=wanted.get(task.supplement_act or ""),
                ledger=ledgers.get(task.task_id, ()),
                words=wanted,
            )
        )
        for task in sorted(state.tasks.values(), key=lambda task: task.opened_by_event)
    ]


async def tasks_of_list(
    store: Store, language: Language, listed: Sequence[TaskInList], present: Present
) -> list[TaskListed]:
    """Tasks of many cases, in the order of the list."""
    if max((each.clock.calendar_version or 0 for each in listed), default=0) > present.record.version:
        # A notice was published between the look at the calendar and the look at the tasks.
        present = await store.present()
    accounts = {each for it in listed for each in (it.claimed_by, it.task_party, it.party) if each}
    called, bodies = await directory.called_with_bodies(store, accounts, {it.body for it in listed})
    names = logins_of(accounts, called) | {body: said(label, language) for body, label in bodies.items()}
    drafts = await updates_questions.drafts_kept(
        store, [it.case_id for it in listed if it.procedure == CATALOGUE_UPDATE]
    )
    wanted = await cases.asked_for(store, (it.supplement_act for it in listed))
    laws = {digest: await store.law(digest, language) for digest in {it.rules_digest for it in listed}}
    shown = []
    for it in listed:
        law, party = laws[it.rules_digest], called.get(it.party)
        known = TaskKnown(
            law=law,
            case=it,
            task=it,
            stage=law.once(stage_in_words, it.stage),
            names=names,
            record=store.archive.record_at(present.record, it.clock.calendar_version),
            now=present.now,
            overdue=it.overdue,
            moves_pending=it.moves_pending,
            waited=NOT_AT_ALL,
            draft=drafts.get(it.case_id),
            supplement_wanted=wanted.get(it.supplement_act or ""),
        )
        urgency = law.rules.choice("urgency", it.urgency) if it.urgency else None
        shown.append(
            TaskListed(
                **facts_of(known),
                procedure_label=law.say(law.rules.label),
                dataset_title=said(Label.model_validate(it.title), language) if it.title else None,
                party_name=said(party.name, language) if party else it.party,
                urgency=it.urgency,
                urgency_label=law.say(urgency.label) if urgency else None,
                working_days_left=working_days_left(it.clock, present),
            )
        )
    return shown


def working_days_left(clock: Clock, present: Present) -> int | None:
    """Working days after today up to the last day; none once that is over, None where no day is set."""
    if clock.last_day is None:
        return None
    calendar = present.record.calendar(clock.calendar)
    return calendar.working_days_between(to_shanghai(present.now).date(), clock.last_day)


def task_shown(known: TaskKnown) -> TaskShown:
    """The task as a case has it."""
    return TaskShown(**facts_of(known))


def facts_of(known: TaskKnown) -> dict[str, Any]:
    """What every answer says of the task, by the fields of its shape."""
    law, case, task, stage, names = known.law, known.case, known.task, known.stage, known.names
    return {
        "task_id": task.task_id,
        "case_id": case.case_id,
        "case_number": case.case_number,
        "city": case.city,
        "procedure": case.procedure,
        "dataset_id": case.dataset_id or None,
        "stage": task.stage,
        "label": stage.label,
        "step": task.step,
        "round": task.round,
        "body": task.body,
        "body_name": names.get(case.party, case.party) if task.body == APPLICANT else names.get(task.body, task.body),
        "state": task.state,
        "claimed_by": names.get(task.claimed_by) if task.claimed_by else None,
        "outcome": task.outcome,
        "late": task.late,
        "opened_at": task.opened_at,
        "ended_at": task.ended_at,
        "supplement_asked_at": task.supplement_asked_at,
        "supplement_wanted": known.supplement_wanted,
        "asked_by_task": task.asked_by_task,
        "urgings": task.urgings,
        "urged_at": task.urged_at,
        "rule": stage.rule,
        "outcomes": stage.outcomes,
        "clock": clock_shown(
            law,
            task.clock,
            stage.stage,
            stage.clock,
            stage.assumed,
            known.record,
            until=task.ended_at or known.now,
            overdue=known.overdue,
            moves_pending=known.moves_pending and task.is_open,
            waiting=known.waited,
            ledger=known.ledger,
            words=known.words,
        ),
        "said": updates_shown.said_of(law, task, known.draft),
    }


def waiting_times(log: Sequence[e.Event], now: datetime) -> dict[str, timedelta]:
    """Task to the time for which a supplement was asked for and had not come."""
    waited: dict[str, timedelta] = {}
    since: dict[str, datetime] = {}
    for event in log:
        match event:
            case e.SupplementAsked():
                since[event.task_id] = event.at
            case e.SupplementReceived() | e.TaskDecided() | e.TaskLapsed() | e.TaskCancelled():
                if asked := since.pop(event.task_id, None):
                    waited[event.task_id] = waited.get(event.task_id, timedelta(0)) + (event.at - asked)
            case _:
                pass
    for task_id, asked in since.items():
        waited[task_id] = waited.get(task_id, timedelta(0)) + (now - asked)
    return waited
