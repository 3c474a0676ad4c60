"""What is asked of PostgreSQL about cases: one case and its log, and the tables in which people search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Label, String, and_, bindparam, false, not_, or_, true, union
from sqlalchemy import select as select_columns
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from activities.tables.cases import FORESEEN, ActRow, CaseRow, EventRow, TaskRow
from models.passing import opened_by_time
from models.state import CaseState, fold
from reading.cases.filing_period import filed_late
from reading.cases.shapes import CaseShown
from reading.cases.sought import NOW
from reading.due import answers, has_come, moves_pending, overdue, unsettled
from reading.paging import Cut, cut, instant, number_of, place_of
from reading.read_by.register import texts_are_read
from reading.sight import Caller, WaysToCases, before_a_body
from reading.store import CaseRead, Store

LATEST_FIRST = (col(CaseRow.received_at).desc(), col(CaseRow.case_id))
"""The order of every list that goes by cases."""
THE_CASE: Any = bindparam("the_case", type_=String)
"""The case of an answer, where what is asked is put together once and asked of many."""
MOST_COMPARED = 20
"""Open requests of one person for one dataset that a new one is compared with, the latest first."""


@dataclass(frozen=True)
class CasesSought:
    """Which cases are searched for; what is None narrows nothing. `other_than`: the procedure of which none is wanted.
    `received_until` is exclusive."""

    city: str | None = None
    procedure: str | None = None
    other_than: str | None = None
    status: Literal["open", "closed"] | None = None
    outcome: str | None = None
    case_number: str | None = None
    dataset_id: str | None = None
    provider: str | None = None
    party: str | None = None
    filed_late: bool | None = None
    received_from: datetime | None = None
    received_until: datetime | None = None


async def case(store: Store, caller: Caller, case_id: str) -> CaseRow | None:
    """The case, unless the caller may not know of it."""
    return (await store.session.exec(_case_known_to(caller), params={THE_CASE.key: case_id})).first()


@lru_cache(maxsize=256)  # the same people look at one case after another; what it answers is never changed
def _case_known_to(caller: Caller) -> SelectOfScalar[CaseRow]:
    return select(CaseRow).where(CaseRow.case_id == THE_CASE, caller.sees_cases())


async def case_numbered(store: Store, caller: Caller, case_number: str) -> CaseRow | None:
    """The case of the number that people quote, unless the caller may not know of it."""
    found = select(CaseRow).where(CaseRow.case_number == case_number, caller.sees_cases())
    return (await store.session.exec(found)).first()


async def about_the_caller(store: Store, caller: Caller, case_ids: Iterable[str]) -> frozenset[str]:
    """Those of the cases that the caller does not know of because they may be about it."""
    about_it = not_(caller.is_no_affair_of_its_own())
    found = select(CaseRow.case_id).where(col(CaseRow.case_id).in_(set(case_ids)), about_it)
    return frozenset((await store.session.exec(found)).all())


async def tasks_with_moves_pending(store: Store, case_id: str) -> frozenset[str]:
    """The open tasks of a case whose ends a notice on record may still move. Asked before its log is read: what is not
    among them has the end by then that it has in the log."""
    return frozenset((await store.session.exec(_with_moves_pending(), params={THE_CASE.key: case_id})).all())


@cache
def _with_moves_pending() -> SelectOfScalar[str]:
    return select(TaskRow.task_id).where(TaskRow.case_id == THE_CASE, moves_pending())


async def overdue_of(store: Store, case: CaseState, now: datetime) -> frozenset[str]:
    """The open tasks of a case that are overdue; nothing is asked where none has an end."""
    if not any(task.clock.due_at or task.clock.own_due_at for task in case.open_tasks()):
        return frozenset()
    asked = {THE_CASE.key: case.case_id, NOW.key: now}
    return frozenset((await store.session.exec(_overdue(), params=asked)).all())


@cache
def _overdue() -> SelectOfScalar[str]:
    return select(TaskRow.task_id).where(TaskRow.case_id == THE_CASE, overdue(NOW))


async def task_for(store: Store, caller: Caller, task_id: str) -> TaskRow | None:
    """The task, unless the caller may not know of its case or time has yet to open it."""
    row = await task(store, task_id)
    return row if row and await case(store, caller, row.case_id) else None


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
    """The case with the tasks that the passing of a clock has opened, which the log may not have yet."""
    events = opened_by_time(read.rules, read.state, now)
    if not events:
        return read.state
    waiting = select(ActRow.act_id).where(
        ActRow.case_id == read.state.case_id,
        unsettled(),
        col(ActRow.received_at) < min(event.at for event in events),
        answers(),
    )
    goes_first = (await store.session.exec(waiting)).first()
    return read.state if goes_first else fold(read.state, events)


async def task_at(store: Store, caller: Caller, case_number: str, stage: str, round_: int) -> TaskRow | None:
    """The task of that stage and round in the case of that number, unless the caller may not know of it."""
    found = select(TaskRow.task_id).join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
    at = (CaseRow.case_number == case_number, TaskRow.stage == stage, TaskRow.round == round_)
    task_id = (await store.session.exec(found.where(*at))).first()
    return await task_for(store, caller, task_id) if task_id else None


async def cases(store: Store, caller: Caller, sought: CasesSought, after: str | None, limit: int) -> Cut[CaseRow]:
    """A page of the cases that the caller may know of, latest first. Raises CursorUnusable."""
    found = await store.session.exec(first_known(caller.ways_to_cases(), sought, after, limit + 1))
    return cut(found.all(), limit, received)


def first_known(ways: WaysToCases, sought: CasesSought, after: str | None, limit: int) -> SelectOfScalar[CaseRow]:
    """The statement for the latest cases that are searched for and known in one of these ways, beyond the page that
    ended there. Raises CursorUnusable.

    Each way is a list by itself, in the order of its index and no longer than what is asked for, and the latest of them
    all are the first of the whole: asked as one condition, nothing but the whole table answers it.
    """
    wanted = [ways.but, *_wanted(sought), *_received_in(sought, after, col(CaseRow.received_at), col(CaseRow.case_id))]
    if not ways.tasks_of and len(ways.of_case) < 2:
        return select(CaseRow).where(*(ways.of_case or [false()]), *wanted).order_by(*LATEST_FIRST).limit(limit)
    lists = [
        select(CaseRow.received_at, CaseRow.case_id).where(way, *wanted).order_by(*LATEST_FIRST).limit(limit).subquery()
        for way in ways.of_case
    ]
    if ways.tasks_of:
        received_at: Label[Any] = col(TaskRow.case_received_at).label("received_at")
        case_id = col(TaskRow.case_id)
        lists.append(
            select_columns(received_at, case_id)
            .distinct()
            .join(CaseRow, col(CaseRow.case_id) == case_id)
            .where(*before_a_body(ways.tasks_of), *wanted)
            .where(*_received_in(sought, after, col(TaskRow.case_received_at), case_id))
            .order_by(received_at.desc(), case_id)
            .limit(limit)
            .subquery()
        )
    known = union(*(each.select() for each in lists)).subquery()
    first = (
        select_columns(known.c.case_id).order_by(known.c.received_at.desc(), known.c.case_id).limit(limit).subquery()
    )
    return select(CaseRow).join(first, first.c.case_id == col(CaseRow.case_id)).order_by(*LATEST_FIRST)


def _wanted(sought: CasesSought) -> list[ColumnElement[bool]]:
    """The conditions for the cases that are searched for, but for when they were received."""
    equal = (
        (CaseRow.city, sought.city),
        (CaseRow.procedure, sought.procedure),
        (CaseRow.outcome, sought.outcome),
        (CaseRow.case_number, sought.case_number),
        (CaseRow.dataset_id, sought.dataset_id),
        (CaseRow.provider, sought.provider),
        (CaseRow.party, sought.party),
    )
    wanted: list[ColumnElement[bool]] = [col(column) == value for column, value in equal if value is not None]
    if sought.other_than is not None:
        wanted.append(col(CaseRow.procedure) != sought.other_than)
    match sought.status:
        case "open":
            wanted.append(col(CaseRow.closed_at).is_(None))
        case "closed":
            wanted.append(col(CaseRow.closed_at).is_not(None))
    if sought.filed_late is not None:
        wanted.append(filed_late() if sought.filed_late else filed_late().is_not(true()))
    return wanted


def _received_in(
    sought: CasesSought, after: str | None, received_at: Mapped[Any], case_id: Mapped[str]
) -> list[ColumnElement[bool]]:
    """The conditions on when a case was received, of a row that says it. Raises CursorUnusable."""
    wanted: list[ColumnElement[bool]] = []
    if sought.received_from is not None:
        wanted.append(received_at >= sought.received_from)
    if sought.received_until is not None:
        wanted.append(received_at < sought.received_until)
    if after is not None:
        wanted.append(_earlier(after, received_at, case_id))
    return wanted


def received(case: CaseRow) -> tuple[datetime, str]:
    """What a list in that order goes by."""
    return case.received_at, case.case_id


def received_earlier(after: str) -> ColumnElement[bool]:
    """The cases that come after the page that ended there, in a list with the latest first."""
    return _earlier(after, col(CaseRow.received_at), col(CaseRow.case_id))


def _earlier(after: str, received_at: Mapped[Any], case_id: Mapped[str]) -> ColumnElement[bool]:
    at, last = place_of(after, 2)
    instant_of_last = instant(at)
    # The first says nothing more than the second, in a form by which an index begins where the page ended.
    return and_(
        received_at <= instant_of_last,
        or_(received_at < instant_of_last, case_id > str(last)),
    )


async def same_request_open(store: Store, caller: Caller, filed: CaseShown) -> CaseRow | None:
    """The latest of the caller's open requests for the same items that were received before; never somebody else's."""
    rows = await store.session.exec(
        select(CaseRow)
        .where(
            caller.sees_cases(),
            col(CaseRow.procedure) == filed.procedure,
            col(CaseRow.party) == caller.account_id,
            col(CaseRow.dataset_id) == filed.dataset_id,
            col(CaseRow.closed_at).is_(None),
            col(CaseRow.case_id) != filed.case_id,
            col(CaseRow.received_at) <= filed.received_at,
        )
        .order_by(*LATEST_FIRST)
        .limit(MOST_COMPARED)
    )
    items = set(filed.request.data_items) if filed.request else set()
    for row in rows:
        if set((await store.case_read(row.case_id)).state.data_items) == items:
            return row
    return None


async def act_for(store: Store, caller: Caller, act_id: str) -> ActRow | None:
    """The act, unless the caller may not know of its case or may not ask how the act stands."""
    row = await act(store, act_id)
    if row is None or await case(store, caller, row.case_id) is None:
        return None
    if row.account == caller.account_id:
        return row
    state = (await store.case_read(row.case_id)).state
    return row if caller.may_follow(row, state) else None


async def act(store: Store, act_id: str) -> ActRow | None:
    """The act, whoever asks."""
    return (await store.session.exec(select(ActRow).where(ActRow.act_id == act_id))).first()


async def key_of(store: Store, case_id: str) -> str | None:
    """The key under which what was written in the case is sealed; None where nothing is."""
    return (await store.session.exec(select(CaseRow.key_id).where(CaseRow.case_id == case_id))).first()


async def acts_with_text(store: Store, caller: Caller, state: CaseState) -> Sequence[ActRow]:
    """The accepted acts of a case that came with something to read, in their order; that the caller reads them is on
    record."""
    await texts_are_read(store, caller, state)
    rows = await store.session.exec(
        select(ActRow)
        .where(ActRow.case_id == state.case_id, ActRow.state == "accepted", col(ActRow.content).is_not(None))
        .order_by(col(ActRow.seq))
    )
    return rows.all()


async def asked_for(store: Store, acts: Iterable[str | None]) -> dict[str, str]:
    """For each act the words in which it asks for something; none where they are erased."""
    ids = {each for each in acts if each}
    if not ids:
        return {}
    rows = await store.session.exec(select(ActRow).where(col(ActRow.act_id).in_(ids)))
    return {row.act_id: str(row.content["text"]) for row in rows if row.content and row.content.get("text")}


async def events(store: Store, case_id: str, after: str | None, limit: int) -> Cut[EventRow]:
    """A page of the log of a case, in its order. Raises CursorUnusable."""
    number = 0 if after is None else number_of(after)
    rows = await store.session.exec(
        select(EventRow)
        .where(EventRow.case_id == case_id, col(EventRow.number) > number)
        .order_by(col(EventRow.number))
        .limit(limit + 1)
    )
    return cut(rows.all(), limit, lambda event: (event.number,))
