"""What is owed promptly, without a number: nothing is ever overdue, and supervisors see for how long it lies open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field
from sqlalchemy import ColumnElement, not_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.tables.cases import CaseRow, TaskRow
from models.clock import Clock
from reading.directory import questions as directory
from reading.due import answered_already
from reading.shape import Cited, Instant, RuleNamed, Shape
from reading.store import Present, Store
from reading.supervision.questions import Filters
from reading.words.language import Language
from reading.words.law import Law
from reading.words.texts import texts
from rules.deadlines import to_shanghai
from rules.pinned import APPLICANT, Label, ReminderRule


class Opened(NamedTuple):
    """Where a page ended."""

    opened_at: datetime
    task_id: str


class StandardShown(Cited):
    """A standard of this service, and no law: by when it would have the task done, and whether that is over."""

    within: str
    until: Instant
    last_day: date | None
    is_over: bool


class PromptTask(Shape):
    """A task that the law wants done promptly and gives no number for. `since` is when its clock began to run; the time
    used is counted from there, working days by the city's calendar. `held_by` is null while it is the whole body's."""

    task_id: str
    case_id: str
    case_number: str
    city: str
    procedure: str
    procedure_label: str
    dataset_id: str | None
    stage: str
    label: str
    body: str
    body_name: str
    state: Literal["open", "claimed"]
    held_by: str | None
    opened_at: Instant
    since: Instant
    used_seconds: int
    used_working_days: int
    standard: Annotated[StandardShown | None, Field(description="where the rules of the city have one")]
    urgings: int
    urged_at: Instant | None
    rule: RuleNamed


async def owed_promptly(
    session: AsyncSession, among: Sequence[str], filters: Filters, after: Opened | None, limit: int
) -> list[tuple[TaskRow, CaseRow]]:
    """The open tasks of these cities that are owed promptly and have no due instant, the longest open first, beyond a
    place; without those that an act answers which waits to be worked off."""
    place = tuple_(col(TaskRow.opened_at), col(TaskRow.task_id))
    beyond: list[ColumnElement[bool]] = [] if after is None else [place > after]
    rows = await session.exec(
        select(TaskRow, CaseRow)
        .join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
        .where(
            col(TaskRow.ended_at).is_(None),
            col(TaskRow.at_once),
            col(TaskRow.due_at).is_(None),
            col(TaskRow.city).in_(among),
            not_(answered_already()),
            *filters.conditions(),
            *beyond,
        )
        .order_by(col(TaskRow.opened_at), col(TaskRow.task_id))
        .limit(limit)
    )
    return [(task, case) for task, case in rows]


async def prompt_tasks(
    store: Store, listed: Sequence[tuple[TaskRow, CaseRow]], present: Present, language: Language
) -> list[PromptTask]:
    """The tasks of a list, in its order."""
    logins = await directory.logins(store, (task.claimed_by for task, _ in listed))
    bodies = await directory.body_names(store, (task.body for task, _ in listed))
    bodies[APPLICANT] = texts().supervision["applicant"]
    laws = {case.rules_digest: Law(await store.rules(case.rules_digest), language) for _, case in listed}
    return [shown(task, case, laws[case.rules_digest], bodies, logins, present) for task, case in listed]


def shown(
    task: TaskRow, case: CaseRow, law: Law, bodies: dict[str, Label], logins: dict[str, str], present: Present
) -> PromptTask:
    stage = law.rules.stage(task.stage)
    assert stage, f"the read model holds a stage that the rules do not know: {task.stage}"
    clock = Clock.model_validate(task.clock)
    calendar = present.record.calendar(clock.calendar)
    begun, today = to_shanghai(clock.started_at).date(), to_shanghai(present.now).date()
    return PromptTask(
        **task.model_dump(include={"task_id", "case_id", "city", "procedure", "stage", "body", "state"}),
        **task.model_dump(include={"opened_at", "urgings", "urged_at"}),
        case_number=case.case_number,
        procedure_label=law.say(law.rules.label),
        dataset_id=case.dataset_id or None,
        label=law.say(stage.label),
        body_name=law.say(bodies[task.body]) if task.body in bodies else task.body,
        held_by=logins.get(task.claimed_by) if task.claimed_by else None,
        since=clock.started_at,
        used_seconds=max(0, int((present.now - clock.started_at).total_seconds())),
        used_working_days=calendar.working_days_between(begun, today),
        standard=standard_shown(law, law.rules.reminders, clock, present),
        rule=law.named(stage.period_citation or stage.citation),
    )


def standard_shown(law: Law, rule: ReminderRule | None, clock: Clock, present: Present) -> StandardShown | None:
    """Our standard for a task that is owed promptly, by the calendar; None where the city has none."""
    if rule is None or rule.at_once_within is None:
        return None
    deadline = present.record.calendar(clock.calendar).deadline(clock.started_at, rule.at_once_within)
    return StandardShown(
        **law.cited(rule.citation).model_dump(),
        within=rule.at_once_within,
        until=deadline.due_at,
        last_day=deadline.last_day,
        is_over=deadline.due_at <= present.now,
    )
