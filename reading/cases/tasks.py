"""Tasks as answers show them: the question, its clock, and its outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from activities.tables.cases import ActRow, CaseRow, TaskRow
from models import events as e
from models.clock import Clock
from models.state import CaseState
from models.task_state import TaskState
from reading.cases import questions as cases
from reading.cases.shapes import OutcomeShown, RequirementShown, TaskListed, TaskShown
from reading.cases.sought import TaskInList
from reading.directory import questions as directory
from reading.store import CaseRead, Present, Store
from reading.updates import questions as updates_questions
from reading.updates import shown as updates_shown
from reading.words.clocks import clock_shown
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from rules.calendar import CalendarRecord
from rules.deadlines import to_shanghai
from rules.pinned import APPLICANT, Label
from rules.pinned_stages import Outcome, Stage
from rules.procedure_names import CATALOGUE_UPDATE

Names = Mapping[str, str]
"""Account to login, body to name."""
ENDED_AS: Mapping[str, Literal["decided", "cancelled"]] = {"done": "decided", "cancelled": "cancelled"}
"""The state of a row of the read model to how its task ended."""


@dataclass(frozen=True)
class TaskKnown:
    """A task with all that an answer says of it.

    `record` is the record of notices by which its clock was set, `waited` the time for which a supplement was asked for
    and had not come, `draft` how a draft stands that came with the filing.
    """

    law: Law
    case: CaseState | CaseRow
    task: TaskState
    stage: Stage
    outcomes: list[OutcomeShown]
    names: Names
    record: CalendarRecord
    now: datetime
    overdue: bool
    waited: timedelta
    draft: Literal["waiting", "kept"] | None
    supplement_wanted: str | None


async def names_of(
    store: Store, language: Language, accounts: Iterable[str | None], bodies: Iterable[str]
) -> dict[str, str]:
    """What these accounts and bodies are called."""
    logins = await directory.logins(store, accounts)
    labels = await directory.body_names(store, bodies)
    return logins | {body: said(label, language) for body, label in labels.items()}


async def tasks_of_case(
    store: Store, law: Law, read: CaseRead, acts: Sequence[ActRow], names: Names, present: Present
) -> list[TaskShown]:
    """The tasks of a case in the order in which they opened; `acts` are those of the case that came with text."""
    state = read.state
    overdue = await cases.overdue_tasks(store, state.case_id, present.now)
    drafts = await updates_questions.drafts_kept(store, [state.case_id] if state.procedure == CATALOGUE_UPDATE else [])
    waited = waiting_times(read.log, present.now)
    wanted = {row.act_id: str(row.content["text"]) for row in acts if row.content and row.content.get("text")}
    return [
        task_shown(
            TaskKnown(
                law=law,
                case=state,
                task=task,
                stage=(stage := stage_of(law, task)),
                outcomes=outcomes_shown(law, stage),
                names=names,
                record=store.archive.record_at(present.record, task.clock.calendar_version),
                now=present.now,
                overdue=task.task_id in overdue,
                waited=waited.get(task.task_id, timedelta(0)),
                draft=drafts.get(state.case_id),
                supplement_wanted=wanted.get(task.supplement_act or ""),
            )
        )
        for task in sorted(state.tasks.values(), key=lambda task: task.opened_by_event)
    ]


async def tasks_of_list(
    store: Store, language: Language, listed: Sequence[TaskInList], present: Present
) -> list[TaskListed]:
    """Tasks of many cases, in the order of the list."""
    if max((each.task.clock.get("calendar_version") or 0 for each in listed), default=0) > present.record.version:
        # A notice was published between the look at the calendar and the look at the tasks.
        present = await store.present()
    accounts = (each for it in listed for each in (it.task.claimed_by, it.task.party))
    names = await names_of(store, language, accounts, (it.task.body for it in listed))
    parties = await directory.account_names(store, (it.case.party for it in listed))
    drafts = await updates_questions.drafts_kept(
        store, [it.task.case_id for it in listed if it.task.procedure == CATALOGUE_UPDATE]
    )
    wanted = await cases.asked_for(store, (it.task.supplement_act for it in listed))
    laws = {digest: Law(await store.rules(digest), language) for digest in {it.case.rules_digest for it in listed}}
    outcomes: dict[tuple[str, str], list[OutcomeShown]] = {}
    shown = []
    for it in listed:
        law = laws[it.case.rules_digest]
        task = state_of(it.task)
        stage = stage_of(law, task)
        # A list has the same few stages over and over.
        key = (it.case.rules_digest, task.stage)
        if key not in outcomes:
            outcomes[key] = outcomes_shown(law, stage)
        known = task_shown(
            TaskKnown(
                law=law,
                case=it.case,
                task=task,
                stage=stage,
                outcomes=outcomes[key],
                names=names,
                record=store.archive.record_at(present.record, task.clock.calendar_version),
                now=present.now,
                overdue=it.overdue,
                waited=timedelta(0),
                draft=drafts.get(it.case.case_id),
                supplement_wanted=wanted.get(task.supplement_act or ""),
            )
        )
        party = parties.get(it.case.party)
        urgency = law.rules.choice("urgency", it.task.urgency) if it.task.urgency else None
        shown.append(
            # Not validated a second time: `known` was, and the rest has the types that it is to have.
            TaskListed.model_construct(
                **dict(known),
                procedure_label=law.say(law.rules.label),
                dataset_title=said(Label.model_validate(it.title), language) if it.title else None,
                party_name=said(party, language) if party else it.case.party,
                urgency=it.task.urgency,
                urgency_label=law.say(urgency.label) if urgency else None,
                working_days_left=working_days_left(task.clock, present),
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
    """The task, by what is known of it."""
    law, case, task, stage, names = known.law, known.case, known.task, known.stage, known.names
    return TaskShown(
        task_id=task.task_id,
        case_id=case.case_id,
        case_number=case.case_number,
        city=case.city,
        procedure=case.procedure,
        dataset_id=case.dataset_id or None,
        stage=task.stage,
        label=law.say(stage.label),
        step=task.step,
        round=task.round,
        body=task.body,
        body_name=names.get(case.party, case.party) if task.body == APPLICANT else names.get(task.body, task.body),
        state=task.state,
        claimed_by=names.get(task.claimed_by) if task.claimed_by else None,
        outcome=task.outcome,
        late=task.late,
        opened_at=task.opened_at,
        ended_at=task.ended_at,
        supplement_asked_at=task.supplement_asked_at,
        supplement_wanted=known.supplement_wanted,
        asked_by_task=task.asked_by_task,
        urgings=task.urgings,
        urged_at=task.urged_at,
        rule=law.cited(stage.citation),
        outcomes=known.outcomes,
        clock=clock_shown(
            law,
            task,
            stage.period_citation or stage.citation,
            known.record,
            until=task.ended_at or known.now,
            overdue=known.overdue,
            waiting=known.waited,
        ),
        said=updates_shown.said_of(law, task, known.draft),
    )


def stage_of(law: Law, task: TaskState) -> Stage:
    """The stage that the task is."""
    stage = law.rules.stage(task.stage)
    assert stage, f"the log holds a stage that the rules do not know: {task.stage}"
    return stage


def outcomes_shown(law: Law, stage: Stage) -> list[OutcomeShown]:
    """The ways in which a stage can be decided."""
    return [outcome_shown(law, outcome) for outcome in stage.outcomes]


def outcome_shown(law: Law, outcome: Outcome) -> OutcomeShown:
    """One of them, with what it demands."""
    return OutcomeShown(
        **law.cited(outcome.citation).model_dump(),
        outcome=outcome.outcome,
        label=law.say(outcome.label),
        requires=[
            RequirementShown(
                **law.cited(requirement.citation).model_dump(),
                any_of=list(requirement.any_of),
                labels=[law.say(texts().fields[name]) for name in requirement.any_of],
                when={name: list(values) for name, values in requirement.when.items()},
            )
            for requirement in outcome.requires
        ],
    )


def waiting_times(log: Sequence[e.Event], now: datetime) -> dict[str, timedelta]:
    """Task to the time for which a supplement was asked for and had not come."""
    waited: dict[str, timedelta] = {}
    since: dict[str, datetime] = {}
    for event in log:
        match event:
            case e.SupplementAsked():
                since[event.task_id] = event.at
            case e.SupplementReceived() | e.TaskDecided() | e.TaskCancelled():
                if asked := since.pop(event.task_id, None):
                    waited[event.task_id] = waited.get(event.task_id, timedelta(0)) + (event.at - asked)
            case _:
                pass
    for task_id, asked in since.items():
        waited[task_id] = waited.get(task_id, timedelta(0)) + (now - asked)
    return waited


def state_of(row: TaskRow) -> TaskState:
    """A task of the read model in the shape of the fold, with as much as a list shows."""
    return TaskState(
        task_id=row.task_id,
        step=row.step,
        stage=row.stage,
        round=row.round,
        body=row.body,
        claimed_by=row.claimed_by,
        outcome=row.outcome,
        late=row.late,
        outcomes=(),
        clock=Clock.model_validate(row.clock),
        opened_at=row.opened_at,
        opened_by_event=0,
        ended=ENDED_AS.get(row.state),
        ended_at=row.ended_at,
        urgings=row.urgings,
        urged_at=row.urged_at,
        supplement_asked_at=row.supplement_asked_at,
        supplement_act=row.supplement_act,
    )
