"""What *overdue* means, in SQL: computed when asked, never stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, not_, or_
from sqlmodel import col

from activities.tables.calendar import CaseToMoveRow, NoticeMovingRow, NoticeRow
from activities.tables.cases import FORESEEN, ActRow, TaskRow
from models.procedures import ANSWERS_NOTHING
from reading.store import Present
from rules.calendar import CalendarRecord
from rules.deadlines import midnight, to_shanghai
from rules.loading import cities, load_pack
from rules.seed_notices import read_scopes

TaskDue = Literal["overdue", "today", "soon"]
SOON = 3
"""Working days after today."""

UNSETTLED: ColumnElement[str] = literal_column("'received'")


def unsettled() -> ColumnElement[bool]:
    """The act waits to be worked off. It cannot have been delivered then; said too, since the index of the acts that
    wait goes by that."""
    return and_(col(ActRow.state) == UNSETTLED, col(ActRow.delivered_at).is_(None))


def answers() -> ColumnElement[bool]:
    """The act is of a kind that can answer its task: a claim, a reassignment or an urging cannot."""
    return col(ActRow.kind).not_in(ANSWERS_NOTHING)


def answers_the_task() -> ColumnElement[bool]:
    """The act waits to be worked off and answers this very task, whenever it was received."""
    return and_(
        col(ActRow.case_id) == col(TaskRow.case_id),
        unsettled(),
        answers(),
        func.jsonb_extract_path_text(col(ActRow.act), "task_id") == col(TaskRow.task_id),
    )


def answers_in_time() -> ColumnElement[bool]:
    """Like `answers_the_task`, and the act was received before the task's due instant."""
    return and_(answers_the_task(), col(ActRow.received_at) < col(TaskRow.due_at))


def waits_in_time() -> ColumnElement[bool]:
    """An act that answers the task and was received before its due instant waits to be worked off."""
    return exists().where(answers_in_time())


def lies_open(now: datetime, task: Any = TaskRow) -> ColumnElement[bool]:
    """The task is open and its instant has come, also by the passing of a clock that no worker has recorded yet, unless
    an act received before waits. `task` has the columns of one."""
    return and_(task.ended_at.is_(None), has_opened(now, task))


def has_opened(now: datetime, task: Any = TaskRow) -> ColumnElement[bool]:
    """The task is open or was, and none that only time will open."""
    return or_(task.state != FORESEEN, has_come(now, task))


def has_come(now: datetime, task: Any = TaskRow) -> ColumnElement[bool]:
    """For a task that time opens: its instant has come, and no answer received before it waits in its case."""
    waits = exists().where(
        col(ActRow.case_id) == task.case_id,
        unsettled(),
        col(ActRow.received_at) < task.opened_at,
        answers(),
    )
    return and_(task.opened_at <= now, not_(waits))


def answered_already() -> ColumnElement[bool]:
    """An act that answers the task waits to be worked off, whenever it was received."""
    return exists().where(answers_the_task())


def overdue(now: datetime) -> ColumnElement[bool]:
    """The task is open, its due instant has come, and no answer received before waits. Computed when asked, so it is
    true even when no worker runs."""
    return and_(
        col(TaskRow.ended_at).is_(None),
        func.coalesce(col(TaskRow.due_at) <= now, False),
        not_(waits_in_time()),
    )


def moves_pending() -> ColumnElement[bool]:
    """A notice on record has not come to the case of this open task yet, so that its ends may still move: the case is
    on the list; or nobody is yet, which takes moments, and the notice counts in the calendar of a clock that was set
    without it."""
    listed = exists().where(col(CaseToMoveRow.case_id) == col(TaskRow.case_id))
    calendar = func.jsonb_extract_path_text(col(TaskRow.clock), "calendar")
    to_be_listed = exists().where(
        col(NoticeMovingRow.listed_at).is_(None),
        col(NoticeRow.position) == col(NoticeMovingRow.position),
        or_(*(and_(col(NoticeRow.scope) == scope, calendar.in_(bound)) for scope, bound in _calendars_bound().items())),
        func.jsonb_extract_path(col(TaskRow.clock), "calendar_version") < func.to_jsonb(col(NoticeMovingRow.position)),
    )
    return and_(col(TaskRow.ended_at).is_(None), or_(listed, to_be_listed))


@lru_cache(maxsize=1)
def _calendars_bound() -> dict[str, list[str]]:
    """Scope to the calendars in which its notices count."""
    record = CalendarRecord([], read_scopes())
    return {scope: record.bound_by(scope) for scope in record.scopes}


def due(which: TaskDue, present: Present) -> ColumnElement[bool]:
    """The task is overdue; or it is not, and is due by the end of today or of so many working days later, by the
    calendar of its city."""
    now = present.now
    if which == "overdue":
        return overdue(now)
    within = 0 if which == "today" else SOON
    ends = {city: end_of(within, load_pack(city).calendar, now, present.record) for city in cities()}
    by_city = (and_(col(TaskRow.city) == city, col(TaskRow.due_at) <= end) for city, end in ends.items())
    return and_(col(TaskRow.ended_at).is_(None), col(TaskRow.due_at) > now, or_(*by_city))


def end_of(days: int, scope: str, now: datetime, record: CalendarRecord) -> datetime:
    """The midnight that ends today, or the last of so many working days after it."""
    if days == 0:
        return midnight(to_shanghai(now).date() + timedelta(days=1))
    return record.calendar(scope).deadline(now, f"{days}wd").due_at
