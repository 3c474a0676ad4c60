"""The lists of tasks in which people search: what is wanted of them, in which order, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_
from sqlalchemy.dialects.postgresql import array
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from activities.catalogue.index import IN_TITLE, query_of
from activities.tables.cases import FORESEEN, CaseRow, TaskRow
from activities.tables.catalogue import DatasetRow
from reading.cases.places import LATEST_ENDED_FIRST, MOST_URGENT_FIRST, Order, PlaceAmongEnded, PlaceAmongOpen
from reading.cases.shapes import TaskStatus
from reading.catalogue.search import has_words
from reading.due import TaskDue, due, has_come, lies_open, moves_pending, overdue
from reading.paging import Cut, Part, cut, instant, place_of
from reading.sight import Caller, filed_for_a_body
from reading.store import Present, Store
from rules.deadlines import midnight, to_shanghai


@dataclass(frozen=True)
class TasksSought:
    """Which tasks are searched for; what is None narrows nothing, but no state named means those to be answered."""

    states: frozenset[TaskStatus] | None = None
    overdue: bool | None = None
    body: str | None = None
    city: str | None = None
    procedure: str | None = None
    stage: str | None = None
    mine: bool = False
    due: TaskDue | None = None
    q: str | None = None


@dataclass(frozen=True)
class TaskInList:
    """A task of a list, with its case and the title of its dataset, in both languages."""

    task: TaskRow
    case: CaseRow
    overdue: bool
    moves_pending: bool
    title: Mapping[str, str] | None


@dataclass(frozen=True)
class TaskCounts:
    """How many tasks of a list there are to be answered: in the caller's hand, in all, and due by the end of today."""

    mine: int
    open: int
    today: int


@dataclass(frozen=True)
class Beside:
    """The tasks beside one in a list, each as `{case number}/{stage}.{round}`."""

    before: str | None = None
    after: str | None = None


ENDED = frozenset[TaskStatus]({"done"})


async def latest_of_cases(store: Store, case_ids: Sequence[str]) -> dict[str, TaskRow]:
    """Case to the task of it that was opened last; none that time has yet to open."""
    rows = await store.session.exec(
        select(TaskRow)
        .where(col(TaskRow.case_id).in_(case_ids), col(TaskRow.state) != FORESEEN)
        .order_by(col(TaskRow.opened_at), col(TaskRow.task_id))
    )
    return {row.case_id: row for row in rows}


async def tasks(
    store: Store, caller: Caller, sought: TasksSought, present: Present, after: str | None, limit: int
) -> Cut[TaskInList]:
    """A page of the caller's tasks, most urgent first. Raises CursorUnusable."""
    wanted = wanted_of(caller, sought, present)
    if after is not None:
        wanted.append(less_urgent(after))
    found = await _listed(store, wanted, MOST_URGENT_FIRST, present.now, limit)
    return cut(found, limit, lambda it: (int(it.task.at_once), it.task.due_at, it.task.opened_at, it.task.task_id))


async def tasks_ended(
    store: Store, caller: Caller, sought: TasksSought, present: Present, after: str | None, limit: int
) -> Cut[TaskInList]:
    """A page of the caller's tasks that were decided, the latest first. Raises CursorUnusable."""
    # Said for the index of what has ended.
    wanted = [*wanted_of(caller, replace(sought, states=ENDED), present), col(TaskRow.ended_at).is_not(None)]
    if after is not None:
        wanted.append(ended_earlier(after))
    found = await _listed(store, wanted, LATEST_ENDED_FIRST, present.now, limit)
    return cut(found, limit, lambda it: (it.task.ended_at, it.task.task_id))


async def _listed(
    store: Store, wanted: Sequence[ColumnElement[bool]], order: Sequence[Any], now: datetime, limit: int
) -> list[TaskInList]:
    title = col(DatasetRow.entry)["title"]
    stands: Any = array([overdue(now), moves_pending()])
    rows = await store.session.exec(
        select(TaskRow, CaseRow, stands, title)
        .join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
        .join(DatasetRow, col(DatasetRow.dataset_id) == col(CaseRow.dataset_id), isouter=True)
        .where(*wanted)
        .order_by(*order)
        .limit(limit + 1)
    )
    return [TaskInList(task, case, bool(late), bool(moves), title) for task, case, (late, moves), title in rows]


async def own_tasks_with_days(store: Store, caller: Caller, now: datetime, limit: int) -> list[TaskInList]:
    """What lies open and has a last day: of the caller's own cases, whoever has to answer, and what an officer has in
    hand; the earliest due first."""
    ways: list[ColumnElement[bool]] = [false()]
    if caller.has("applicant"):
        ways.append(and_(col(TaskRow.party) == caller.account_id, not_(filed_for_a_body())))
    if caller.has("reviewer"):
        ways.append(and_(col(TaskRow.claimed_by) == caller.account_id, col(TaskRow.body) == caller.body))
    return await _with_days(store, or_(*ways), now, limit)


async def tasks_with_days_of(store: Store, case_id: str, now: datetime, limit: int) -> list[TaskInList]:
    """What lies open in a case and has a last day, the earliest due first."""
    return await _with_days(store, col(TaskRow.case_id) == case_id, now, limit)


async def _with_days(store: Store, which: ColumnElement[bool], now: datetime, limit: int) -> list[TaskInList]:
    wanted = (which, lies_open(now), col(TaskRow.due_at).is_not(None))
    return (await _listed(store, wanted, (col(TaskRow.due_at), col(TaskRow.task_id)), now, limit))[:limit]


async def count_tasks(store: Store, caller: Caller, body: str, present: Present) -> TaskCounts:
    """How many tasks of the caller's list are open before this body."""
    of_caller = col(TaskRow.claimed_by) == caller.account_id
    by_tonight = col(TaskRow.due_at) <= midnight(to_shanghai(present.now).date() + timedelta(days=1))
    rows = await store.session.exec(
        select(func.count().filter(of_caller), func.count(), func.count().filter(by_tonight))
        .select_from(TaskRow)
        .where(caller.sees_tasks(), col(TaskRow.body) == body, lies_open(present.now))
    )
    return TaskCounts(*rows.one())


async def beside(store: Store, caller: Caller, sought: TasksSought, present: Present, task_id: str) -> Beside:
    """The tasks before and after this one, in the list as it is searched."""
    wanted = wanted_of(caller, sought, present)
    here = (await store.session.exec(_joined(TaskRow).where(*wanted, col(TaskRow.task_id) == task_id))).first()
    if here is None:
        return Beside()
    at = PlaceAmongOpen(here) if sought.states is None else PlaceAmongEnded(here)
    return Beside(
        before=await _first(store, wanted, at.before(), at.order_before),
        after=await _first(store, wanted, at.after(), at.order_after),
    )


async def _first(
    store: Store, wanted: Sequence[ColumnElement[bool]], nearest_first: Iterable[ColumnElement[bool]], order: Order
) -> str | None:
    """The first task of the first of these parts of the list that has one: each is a range of the index of the list, so
    that nothing is read but the task that is found."""
    place = func.concat(col(CaseRow.case_number), "/", col(TaskRow.stage), ".", col(TaskRow.round))
    for part in nearest_first:
        found = await store.session.exec(_joined(place).where(*wanted, part).order_by(*order).limit(1))
        if (row := found.first()) is not None:
            return str(row)
    return None


def _joined(what: Any) -> SelectOfScalar[Any]:
    """Something of the tasks, with the case and the dataset of each to search by."""
    found: SelectOfScalar[Any] = (
        select(what)
        .select_from(TaskRow)
        .join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
        .join(DatasetRow, col(DatasetRow.dataset_id) == col(CaseRow.dataset_id), isouter=True)
    )
    return found


def wanted_of(caller: Caller, sought: TasksSought, present: Present) -> list[ColumnElement[bool]]:
    """The condition for tasks of the caller's list that are searched for."""
    now = present.now
    wanted = [caller.sees_tasks(), lying_in(sought.states, now)]
    if sought.overdue is not None:
        wanted.append(overdue(now) if sought.overdue else not_(overdue(now)))
    equal = (
        (TaskRow.body, sought.body),
        (TaskRow.city, sought.city),
        (TaskRow.procedure, sought.procedure),
        (TaskRow.stage, sought.stage),
        (TaskRow.claimed_by, caller.account_id if sought.mine else None),
    )
    wanted += [col(column) == value for column, value in equal if value is not None]
    if sought.due is not None:
        wanted.append(due(sought.due, present))
    if sought.q is not None:
        wanted.append(named_so(sought.q))
    return wanted


def named_so(words: str) -> ColumnElement[bool]:
    """The number of the case begins so, or the title of its dataset has all these words."""
    is_number = func.starts_with(col(CaseRow.case_number), words.strip().upper())
    query = query_of(words, prefix=IN_TITLE)
    return or_(is_number, has_words(query)) if query else is_number


def ended_earlier(after: str) -> ColumnElement[bool]:
    """The tasks that come after the page that ended there, in a list with the latest decided first."""
    ended, task_id = place_of(after, 2)
    ended_at = instant(ended)
    same = and_(col(TaskRow.ended_at) == ended_at, col(TaskRow.task_id) > str(task_id))
    return or_(col(TaskRow.ended_at) < ended_at, same)


def lying_in(states: frozenset[TaskStatus] | None, now: datetime) -> ColumnElement[bool]:
    """The tasks in one of these states, in which time may have opened some; those to be answered, where none is
    named."""
    if states is None or states == {"open", "claimed"}:
        return lies_open(now)
    by_time = and_(col(TaskRow.state) == FORESEEN, has_come(now)) if "open" in states else false()
    return or_(col(TaskRow.state).in_(states), by_time)


def less_urgent(after: str) -> ColumnElement[bool]:
    """The tasks that come after the page that ended there, in a list with the most urgent first."""
    at_once, due, opened, task_id = place_of(after, 4)
    if at_once == 1:
        return or_(not_(col(TaskRow.at_once)), and_(col(TaskRow.at_once), due_later(due, opened, task_id)))
    return and_(not_(col(TaskRow.at_once)), due_later(due, opened, task_id))


def due_later(due: Part, opened: Part, task_id: Part) -> ColumnElement[bool]:
    """Among tasks that are alike urgent, those that come after this one."""
    opened_at = instant(opened)
    then = or_(
        col(TaskRow.opened_at) > opened_at,
        and_(col(TaskRow.opened_at) == opened_at, col(TaskRow.task_id) > str(task_id)),
    )
    if due is None:
        return and_(col(TaskRow.due_at).is_(None), then)
    due_at = instant(due)
    return or_(col(TaskRow.due_at) > due_at, and_(col(TaskRow.due_at) == due_at, then), col(TaskRow.due_at).is_(None))
