"""What supervisors ask PostgreSQL: which tasks are overdue, due soon or owed promptly, which acts wait, and how many.

All of it is computed when asked, by the one meaning of *overdue* in `reading.due`; no worker need run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, literal, not_, or_, tuple_, union_all
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from activities.tables.cases import ActRow, CaseRow, EventRow, TaskRow
from activities.tables.workers import FailureRow
from reading.due import answered_already, answers_in_time, lies_open, moves_pending, unsettled, waits_in_time
from reading.slices import Slice
from reading.store import Store
from reading.supervision.due_lists import DueBetween
from reading.supervision.pages import PageEnd
from reading.supervision.sight import Seen
from rules.procedure_names import RECTIFICATION

HELD_SINCE = ("TaskClaimed", "TaskReassigned")


@dataclass(frozen=True)
class DueTask:
    """A task with a due instant, with its case, since when whoever claimed it has it, and whether a notice may move it
    still."""

    task: TaskRow
    case: CaseRow
    claimed_at: datetime | None
    moves_pending: bool

    @property
    def due_at(self) -> datetime:
        """The instant from which on it is overdue."""
        assert self.task.due_at, "what has no due instant is neither overdue nor due soon"
        return self.task.due_at

    @property
    def end(self) -> PageEnd:
        return PageEnd(self.due_at, self.task.task_id)


@dataclass(frozen=True)
class PromptlyOwed:
    """A task that is owed promptly, without a number, with its case."""

    task: TaskRow
    case: CaseRow

    @property
    def end(self) -> PageEnd:
        return PageEnd(self.task.opened_at, self.task.task_id)


@dataclass(frozen=True)
class Waiting:
    """An act that waits, with its case and its task, and how it failed if it did."""

    act: ActRow
    case: CaseRow
    task: TaskRow | None
    failure: FailureRow | None

    @property
    def end(self) -> PageEnd:
        return PageEnd(self.act.received_at, self.act.act_id)


def due_tasks_of(
    between: Sequence[DueBetween], conditions: Sequence[ColumnElement[bool]], after: PageEnd | None, limit: int
) -> Select[TaskRow, CaseRow, bool]:
    """The statement for a page: a city at a time, in the order of its index and no longer than the page; then the best
    of them, with their cases."""
    pages = [
        select(col(TaskRow.task_id))
        .where(*_due(each), *conditions, not_(waits_in_time()), *_beyond(after))
        .order_by(col(TaskRow.due_at), col(TaskRow.task_id))
        .limit(limit)
        .subquery()
        for each in between
    ]
    found = union_all(*(page.select() for page in pages)).subquery() if len(pages) > 1 else pages[0]
    return (
        select(TaskRow, CaseRow, moves_pending())
        .join(found, found.c.task_id == col(TaskRow.task_id))
        .join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
        .order_by(col(TaskRow.due_at), col(TaskRow.task_id))
        .limit(limit)
    )


def counts_of(seen: Seen, now: datetime) -> CompoundSelect[Any]:
    """The statement for counts by city, body, procedure and stage, to be summed.

    All tasks whose due instant has come, less those for which an act received in time waits: the former are counted in
    an index alone, the latter are few. Both in one statement, hence at one instant.
    """
    groups = (col(TaskRow.city), col(TaskRow.body), col(TaskRow.procedure), col(TaskRow.stage))
    past = and_(
        col(TaskRow.ended_at).is_(None),
        col(TaskRow.city).in_(seen.cities),
        col(TaskRow.due_at) <= now,
        *seen.conditions(),
    )
    return union_all(
        select_columns(*groups, func.count().label("tasks")).where(past).group_by(*groups),
        select_columns(*groups, (literal(0) - func.count(col(TaskRow.task_id).distinct())).label("tasks"))
        .select_from(ActRow)
        .join(TaskRow, answers_in_time())
        .where(past)
        .group_by(*groups),
    )


def _due(between: DueBetween) -> list[ColumnElement[bool]]:
    due = [col(TaskRow.ended_at).is_(None), col(TaskRow.city) == between.city, col(TaskRow.due_at) <= between.through]
    return due if between.after is None else [*due, col(TaskRow.due_at) > between.after]


def _beyond(after: PageEnd | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    # A comparison of rows is one that the index knows.
    beyond: ColumnElement[bool] = tuple_(col(TaskRow.due_at), col(TaskRow.task_id)) > after
    return [beyond]


async def due_tasks(
    store: Store,
    between: Sequence[DueBetween],
    conditions: Sequence[ColumnElement[bool]],
    after: PageEnd | None,
    limit: int,
) -> list[DueTask]:
    """The tasks that are due between these instants, the earliest due first, beyond the page before."""
    rows = await store.session.exec(due_tasks_of(between, conditions, after, limit))
    found = rows.all()
    since = await _claimed_at(store, [task for task, *_ in found if task.claimed_by])
    return [DueTask(task, case, since.get(task.task_id), moves) for task, case, moves in found]


async def _claimed_at(store: Store, tasks: Sequence[TaskRow]) -> Mapping[str, datetime]:
    """Since when the claimer of a task has had it, by its log."""
    if not tasks:
        return {}
    task_id = func.jsonb_extract_path_text(col(EventRow.event), "task_id")
    rows = await store.session.exec(
        select(task_id, func.max(col(EventRow.at)))
        .where(
            col(EventRow.case_id).in_({task.case_id for task in tasks}),
            col(EventRow.type).in_(HELD_SINCE),
            task_id.in_([task.task_id for task in tasks]),
        )
        .group_by(task_id)
    )
    return dict(rows.all())


async def count_overdue(store: Store, seen: Seen, now: datetime) -> Counter[Slice]:
    """How many tasks are overdue, by city, body, procedure and stage; nothing where none is."""
    found: Counter[Slice] = Counter()
    connection = await store.session.connection()
    for *group, tasks in await connection.execute(counts_of(seen, now)):
        found[Slice(*group)] += tasks
    return +found


async def count_open(store: Store, now: datetime) -> int:
    """How many tasks await a decision, in every city."""
    return (await store.session.exec(select(func.count(col(TaskRow.task_id))).where(lies_open(now)))).one()


async def owed_promptly(
    store: Store, seen: Seen, now: datetime, after: PageEnd | None, limit: int
) -> list[PromptlyOwed]:
    """The tasks that lie open, are owed promptly and have no due instant, the longest open first, beyond the page
    before; without those that a waiting act answers."""
    order = (col(TaskRow.opened_at), col(TaskRow.task_id))
    found = (
        select(TaskRow, CaseRow)
        .join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
        .where(
            lies_open(now),
            col(TaskRow.at_once),
            col(TaskRow.due_at).is_(None),
            col(TaskRow.city).in_(seen.cities),
            not_(answered_already()),
            *seen.conditions(),
            *seen.listed(),
        )
        .order_by(*order)
        .limit(limit)
    )
    if after is not None:
        found = found.where(tuple_(*order) > after)
    return [PromptlyOwed(task, case) for task, case in await store.session.exec(found)]


async def waiting_acts(store: Store, seen: Seen, until: datetime, after: PageEnd | None, limit: int) -> list[Waiting]:
    """The acts received before that instant and not settled, of the cases and tasks that are seen; oldest first, beyond
    the page before."""
    order = (col(ActRow.received_at), col(ActRow.act_id))
    task_id = func.jsonb_extract_path_text(col(ActRow.act), "task_id")
    found = (
        select(ActRow, CaseRow, TaskRow, FailureRow)
        .join(CaseRow, col(CaseRow.case_id) == col(ActRow.case_id))
        .join(TaskRow, col(TaskRow.task_id) == task_id, isouter=True)
        .join(
            FailureRow,
            and_(col(FailureRow.case_id) == col(ActRow.case_id), col(FailureRow.act_id) == col(ActRow.act_id)),
            isouter=True,
        )
        .where(
            unsettled(),
            col(ActRow.received_at) < until,
            col(CaseRow.city).in_(seen.cities),
            *_waits_within(seen),
            *seen.listed(CaseRow),
        )
        .order_by(*order)
        .limit(limit)
    )
    if after is not None:
        found = found.where(tuple_(*order) > after)
    return [Waiting(*row) for row in await store.session.exec(found)]


def _waits_within(seen: Seen) -> list[ColumnElement[bool]]:
    """A body sees acts that wait on its own tasks, a county those on its bodies' tasks and those on none about their
    data; a caller who has no part in rectifications sees only its own of them. An act need not be on a task, so a
    rectification is one by its case."""
    within: list[ColumnElement[bool]] = []
    if seen.body is not None:
        within.append(col(TaskRow.body) == seen.body)
    if seen.county is not None:
        bodies = sorted(seen.county.bodies)
        is_about_their_data = and_(col(TaskRow.task_id).is_(None), col(CaseRow.provider).in_(bodies))
        within.append(or_(col(TaskRow.body).in_(bodies), is_about_their_data))
    if seen.rectifies is not None:
        within.append(or_(col(CaseRow.procedure) != RECTIFICATION, col(TaskRow.body) == seen.rectifies))
    return within
