"""The lists of tasks in which people search: what is wanted of them, in which order, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, DateTime, Select, and_, bindparam, false, func, not_, or_
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from activities.catalogue.index import IN_TITLE, query_of
from activities.tables.cases import FORESEEN, CaseRow, TaskRow
from activities.tables.catalogue import DatasetRow
from models.clock import Clock
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


class TaskInList(NamedTuple):
    """A task of a list as the read model has it, with what its case says, and the title of its dataset in both
    languages. `kept` is the state in which it is kept there."""

    task_id: str
    step: str
    stage: str
    round: int
    body: str
    urgency: str | None
    kept: str
    claimed_by: str | None
    outcome: str | None
    late: bool
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    at_once: bool
    urgings: int
    urged_at: datetime | None
    supplement_asked_at: datetime | None
    supplement_act: str | None
    task_party: str
    case_id: str
    case_number: str
    city: str
    procedure: str
    dataset_id: str
    party: str
    rules_digest: str
    title: Mapping[str, str] | None
    clock: Clock
    overdue: bool
    moves_pending: bool

    @property
    def state(self) -> TaskStatus:
        """As the log says it: one that time opens is open like any other."""
        if self.kept in ENDED_AS:
            return ENDED_AS[self.kept]
        return "claimed" if self.claimed_by else "open"

    @property
    def is_open(self) -> bool:
        return self.kept not in ENDED_AS

    @property
    def asked_by_task(self) -> str | None:
        """Not said in a list."""
        return None


ENDED_AS: Mapping[str, TaskStatus] = {"done": "done", "cancelled": "cancelled"}
"""The states in which a task is kept that has ended."""
COLUMNS: tuple[Any, ...] = (
    *(TaskRow.task_id, TaskRow.step, TaskRow.stage, TaskRow.round, TaskRow.body, TaskRow.urgency, TaskRow.state),
    *(TaskRow.claimed_by, TaskRow.outcome, TaskRow.late, TaskRow.opened_at, TaskRow.ended_at, TaskRow.due_at),
    *(TaskRow.at_once, TaskRow.urgings, TaskRow.urged_at, TaskRow.supplement_asked_at, TaskRow.supplement_act),
    *(TaskRow.party, CaseRow.case_id, CaseRow.case_number, CaseRow.city, CaseRow.procedure, CaseRow.dataset_id),
    *(CaseRow.party, CaseRow.rules_digest, col(DatasetRow.entry)["title"], TaskRow.clock),
)
"""Of which a row of a list is made, in this order; whether it is overdue, and may still move, comes last."""
NOW: Any = bindparam("now", type_=DateTime(timezone=True))
"""The instant of an answer, where what is asked is put together once and asked at many."""


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
    found = _narrowed(_open_ones(caller, _known(sought)), sought, present)
    if after is not None:
        found = found.where(less_urgent(after))
    rows = await _listed(store, found, present.now, limit)
    return cut(rows, limit, lambda it: (int(it.at_once), it.due_at, it.opened_at, it.task_id))


async def tasks_ended(
    store: Store, caller: Caller, sought: TasksSought, present: Present, after: str | None, limit: int
) -> Cut[TaskInList]:
    """A page of the caller's tasks that were decided, the latest first. Raises CursorUnusable."""
    found = _narrowed(_ended_ones(caller, _known(replace(sought, states=ENDED))), sought, present)
    if after is not None:
        found = found.where(ended_earlier(after))
    rows = await _listed(store, found, present.now, limit)
    return cut(rows, limit, lambda it: (it.ended_at, it.task_id))


@lru_cache(maxsize=256)  # the same officers look at the same lists; what it answers is never changed
def _open_ones(caller: Caller, sought: TasksSought) -> Select[Any]:
    return _rows(_standing(caller, sought, NOW), MOST_URGENT_FIRST)


@lru_cache(maxsize=256)  # as above
def _ended_ones(caller: Caller, sought: TasksSought) -> Select[Any]:
    # Said for the index of what has ended.
    return _rows([*_standing(caller, sought, NOW), col(TaskRow.ended_at).is_not(None)], LATEST_ENDED_FIRST)


def _known(sought: TasksSought) -> TasksSought:
    """What of it is asked for in the same way at every instant, and says nothing of whom somebody looks for."""
    return replace(sought, due=None, q=None)


def _narrowed(found: Select[Any], sought: TasksSought, present: Present) -> Select[Any]:
    """The rest of it."""
    return found.where(*_more(sought, present))


def _rows(wanted: Sequence[ColumnElement[bool]], order: Sequence[Any]) -> Select[Any]:
    return (
        select_columns(*COLUMNS, overdue(NOW), moves_pending())
        .select_from(TaskRow)
        .join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
        .join(DatasetRow, col(DatasetRow.dataset_id) == col(CaseRow.dataset_id), isouter=True)
        .where(*wanted)
        .order_by(*order)
    )


async def _listed(store: Store, found: Select[Any], now: datetime, limit: int) -> list[TaskInList]:
    """One row more than the limit, where there are so many."""
    connection = await store.session.connection()
    rows = await connection.execute(found.limit(limit + 1), {"now": now})
    return [TaskInList._make((*row[:-3], Clock.model_validate(row[-3]), bool(row[-2]), bool(row[-1]))) for row in rows]


async def own_tasks_with_days(store: Store, caller: Caller, now: datetime, limit: int) -> list[TaskInList]:
    """What lies open and has a last day: of the caller's own cases, whoever has to answer, and what an officer has in
    hand; the earliest due first."""
    ways: list[ColumnElement[bool]] = [false()]
    if caller.has("applicant", "reviewer"):
        ways.append(and_(col(TaskRow.party) == caller.account_id, not_(filed_for_a_body())))
    if caller.has("reviewer"):
        ways.append(and_(col(TaskRow.claimed_by) == caller.account_id, col(TaskRow.body) == caller.body))
    return await _with_days(store, or_(*ways), now, limit)


async def tasks_with_days_of(store: Store, case_id: str, now: datetime, limit: int) -> list[TaskInList]:
    """What lies open in a case and has a last day, the earliest due first."""
    return await _with_days(store, col(TaskRow.case_id) == case_id, now, limit)


async def _with_days(store: Store, which: ColumnElement[bool], now: datetime, limit: int) -> list[TaskInList]:
    wanted = (which, lies_open(NOW), col(TaskRow.due_at).is_not(None))
    found = _rows(wanted, (col(TaskRow.due_at), col(TaskRow.task_id)))
    return (await _listed(store, found, now, limit))[:limit]


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
    return [*_standing(caller, sought, present.now), *_more(sought, present)]


def _standing(caller: Caller, sought: TasksSought, now: datetime) -> list[ColumnElement[bool]]:
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
    return wanted + [col(column) == value for column, value in equal if value is not None]


def _more(sought: TasksSought, present: Present) -> list[ColumnElement[bool]]:
    """What goes by the calendar of today, or by words."""
    wanted = [] if sought.due is None else [due(sought.due, present)]
    return wanted if sought.q is None else [*wanted, named_so(sought.q)]


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
