"""What the service reads from PostgreSQL: the log of one case, and the tables in which people search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from activities.tables.cases import FORESEEN, ActRow, CaseRow, EventRow, TaskRow
from models.passing import opened_by_time
from models.state import CaseState, fold
from reading.due import UNSETTLED, answers, has_come, overdue
from reading.sight import Caller
from reading.store import CaseRead, Store


@dataclass(frozen=True)
class TaskRead:
    """A task of a list, with what the list says of its case."""

    task: TaskRow
    case: CaseRow
    overdue: bool


async def case(store: Store, caller: Caller, case_id: str) -> CaseRow | None:
    """The case, unless the caller may not know of it."""
    found = select(CaseRow).where(CaseRow.case_id == case_id, caller.sees_cases())
    return (await store.session.exec(found)).first()


async def overdue_tasks(store: Store, case_id: str, now: datetime) -> set[str]:
    """The overdue tasks of a case."""
    found = select(TaskRow.task_id).where(TaskRow.case_id == case_id, overdue(now))
    return set((await store.session.exec(found)).all())


async def task(store: Store, task_id: str) -> TaskRow | None:
    """The task, unless it is one that time has yet to open."""
    row = (await store.session.exec(select(TaskRow).where(TaskRow.task_id == task_id))).first()
    if row and row.state == FORESEEN and not await task_has_come(store, row):
        return None
    return row


async def task_has_come(store: Store, task: TaskRow) -> bool:
    """Of a task that time opens: whether it has."""
    now = (await store.present()).now
    found = select(TaskRow.task_id).where(TaskRow.task_id == task.task_id, has_come(now))
    return (await store.session.exec(found)).first() is not None


async def with_what_time_opened(store: Store, read: CaseRead, now: datetime) -> CaseState:
    """The case with what lies open in it by the passing of a clock, which the log may not say yet."""
    events = opened_by_time(read.rules, read.state, now)
    if not events:
        return read.state
    waiting = select(ActRow.act_id).where(
        ActRow.case_id == read.state.case_id,
        col(ActRow.state) == UNSETTLED,
        col(ActRow.received_at) < min(event.at for event in events),
        answers(),
    )
    goes_first = (await store.session.exec(waiting)).first()
    return read.state if goes_first else fold(read.state, events)


async def tasks(
    store: Store, caller: Caller, wanted: Sequence[ColumnElement[bool]], now: datetime, limit: int
) -> list[TaskRead]:
    """The caller's tasks, most urgent first."""
    rows = await store.session.exec(
        select(TaskRow, CaseRow, overdue(now))
        .join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
        .where(caller.sees_tasks(), *wanted)
        .order_by(
            # What the law wants done promptly comes first; `beyond` in `api.routers.tasks` goes by this order.
            col(TaskRow.at_once).desc(),
            col(TaskRow.due_at).asc().nulls_last(),
            col(TaskRow.opened_at),
            col(TaskRow.task_id),
        )
        .limit(limit)
    )
    return [TaskRead(task, case, bool(is_overdue)) for task, case, is_overdue in rows]


async def cases(store: Store, caller: Caller, wanted: Sequence[ColumnElement[bool]], limit: int) -> Sequence[CaseRow]:
    """The cases that the caller may know of, latest first."""
    rows = await store.session.exec(
        select(CaseRow)
        .where(caller.sees_cases(), *wanted)
        .order_by(col(CaseRow.received_at).desc(), col(CaseRow.case_id))
        .limit(limit)
    )
    return rows.all()


async def act(store: Store, act_id: str) -> ActRow | None:
    return (await store.session.exec(select(ActRow).where(ActRow.act_id == act_id))).first()


async def acts_with_text(store: Store, case_id: str) -> Sequence[ActRow]:
    """The accepted acts of a case that came with something to read, in their order."""
    rows = await store.session.exec(
        select(ActRow)
        .where(ActRow.case_id == case_id, ActRow.state == "accepted", col(ActRow.content).is_not(None))
        .order_by(col(ActRow.seq))
    )
    return rows.all()


async def asked_for(store: Store, acts: Iterable[str | None]) -> dict[str, str]:
    """Act to what it asks for in words; none whose words are erased."""
    ids = {each for each in acts if each}
    if not ids:
        return {}
    text = func.jsonb_extract_path_text(col(ActRow.content), "text")
    rows = await store.session.exec(select(ActRow.act_id, text).where(col(ActRow.act_id).in_(ids)))
    return {act_id: said for act_id, said in rows if said}


async def events(store: Store, case_id: str, after: int, limit: int) -> Sequence[EventRow]:
    rows = await store.session.exec(
        select(EventRow)
        .where(EventRow.case_id == case_id, col(EventRow.number) > after)
        .order_by(col(EventRow.number))
        .limit(limit)
    )
    return rows.all()
