"""What a supervisor's board asks PostgreSQL, in one statement each: how many open tasks lie where and how long they
have left, who has how many in hand, which data is kept back, and what was decided this month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, ColumnElement, DateTime, and_, func, literal, not_, true, union_all
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from activities.tables.cases import ActRow, CaseRow, TaskRow
from activities.tables.catalogue import DatasetRow
from activities.tables.gate import RestrictionRow
from reading.due import answered_already, answers_in_time, end_of, lies_open
from reading.store import Present, Store
from reading.supervision.sight import Seen
from rules.loading import load_pack

AHEAD = 3
"""Working days after today that the board tells apart."""
NO_LONGER = timedelta(microseconds=1)
"""The finest step of PostgreSQL's time: a task is overdue from its due instant on."""


class TimeLeft(NamedTuple):
    """Where a task lies, and how long it has left: 0 is overdue, 1 due today, 2 in the next working day and so on,
    `AHEAD` + 2 later."""

    city: str
    body: str
    left: int


class InHand(NamedTuple):
    """What an officer has claimed in a city, and since when the oldest of it lies open."""

    city: str
    body: str
    officer: str
    tasks: int
    overdue: int
    oldest: datetime


class Decided(NamedTuple):
    """What a body has decided under a limit of time."""

    city: str
    body: str
    late: bool
    tasks: int


class KeptBack(NamedTuple):
    """Data that is kept from being served; its case is named in a list unless whoever looks has a side in it."""

    city: str
    dataset_id: str
    kind: str
    since: datetime
    case_number: str
    is_listed: bool


async def count_by_time_left(store: Store, seen: Seen, present: Present) -> Counter[TimeLeft]:
    """How many open tasks with a due instant lie before each body, by the working days that they have left; without
    tasks that a waiting act answers in time."""
    counted, answered = [], []
    for city in seen.cities:
        left = _left(city, present)
        open_tasks = (col(TaskRow.ended_at).is_(None), col(TaskRow.city) == city, col(TaskRow.due_at).is_not(None))
        columns: tuple[ColumnElement[Any], ...] = (
            literal(city).label("city"),
            col(TaskRow.body).label("body"),
            left.label("place"),
        )
        counted.append(select_columns(*columns).where(*open_tasks, *seen.conditions()))
        answered.append(
            select_columns(*columns, col(TaskRow.task_id).label("task_id"))
            .select_from(ActRow)
            .join(TaskRow, answers_in_time())
            .where(*open_tasks, *seen.conditions())
            .distinct()
        )
    tasks, less = union_all(*counted).subquery(), union_all(*answered).subquery()
    statement = union_all(
        select_columns(tasks.c.city, tasks.c.body, tasks.c.place, func.count()).group_by(
            tasks.c.city, tasks.c.body, tasks.c.place
        ),
        select_columns(less.c.city, less.c.body, less.c.place, literal(0) - func.count()).group_by(
            less.c.city, less.c.body, less.c.place
        ),
    )
    found: Counter[TimeLeft] = Counter()
    connection = await store.session.connection()
    for city, body, place, number in await connection.execute(statement):
        found[TimeLeft(city, body, place)] += number
    return +found


def _left(city: str, present: Present) -> ColumnElement[int]:
    calendar = load_pack(city).calendar
    ends = [end_of(days, calendar, present.now, present.record) for days in range(AHEAD + 1)]
    bounds = [instant + NO_LONGER for instant in (present.now, *ends)]
    place: ColumnElement[int] = func.width_bucket(col(TaskRow.due_at), literal(bounds, ARRAY(DateTime(timezone=True))))
    return place


async def count_owed_promptly(store: Store, seen: Seen, now: datetime) -> Counter[tuple[str, str]]:
    """How many tasks are owed promptly, by city and body: those that `owed_promptly` lists."""
    rows = await store.session.exec(
        select(TaskRow.city, TaskRow.body, func.count(col(TaskRow.task_id)))
        .where(
            lies_open(now),
            col(TaskRow.at_once),
            col(TaskRow.due_at).is_(None),
            col(TaskRow.city).in_(seen.cities),
            not_(answered_already()),
            *seen.conditions(),
        )
        .group_by(col(TaskRow.city), col(TaskRow.body))
    )
    return Counter({(city, body): number for city, body, number in rows})


async def in_hand(store: Store, seen: Seen, now: datetime, most: int) -> list[InHand]:
    """What officers have in hand: those with most overdue tasks first, then those with most tasks."""
    # Of no column: the index of what is claimed has all that is asked.
    late, tasks = func.count().filter(col(TaskRow.due_at) <= now), func.count()
    of: tuple[Any, ...] = (col(TaskRow.city), col(TaskRow.body), col(TaskRow.claimed_by))
    claimed = (
        col(TaskRow.ended_at).is_(None),
        col(TaskRow.claimed_by).is_not(None),
        col(TaskRow.city).in_(seen.cities),
        *seen.conditions(),
    )
    statement = (
        select_columns(*of, tasks, late, func.min(col(TaskRow.opened_at)))
        .where(*claimed)
        .group_by(*of)
        .order_by(late.desc(), tasks.desc(), col(TaskRow.claimed_by))
        .limit(most)
    )
    # The acts that wait are few: what they answered in time is counted by itself and taken off.
    answered = (
        select_columns(*of, func.count(col(TaskRow.task_id).distinct()))
        .select_from(ActRow)
        .join(TaskRow, answers_in_time())
        .where(*claimed, col(TaskRow.due_at) <= now)
        .group_by(*of)
    )
    connection = await store.session.connection()
    less = {tuple(row[:3]): row[3] for row in await connection.execute(answered)}
    found = [InHand._make(row) for row in await connection.execute(statement)]
    return [each._replace(overdue=each.overdue - less.get(each[:3], 0)) for each in found]


async def decided_since(store: Store, seen: Seen, since: datetime) -> list[Decided]:
    """The decisions of bodies since an instant that had a period, in time or late."""
    of = (col(TaskRow.city), col(TaskRow.body), col(TaskRow.late))
    statement = (
        select_columns(*of, func.count())
        .where(
            col(TaskRow.city).in_(seen.cities),
            col(TaskRow.ended_at) >= since,
            col(TaskRow.state) == "done",
            col(TaskRow.due_at).is_not(None),
            *seen.conditions(),
        )
        .group_by(*of)
    )
    connection = await store.session.connection()
    return [Decided(*row) for row in await connection.execute(statement)]


async def kept_back(store: Store, seen: Seen) -> Sequence[KeptBack]:
    """The data that is kept back now, of these cities, of a county or of one provider; the longest first."""
    conditions: list[ColumnElement[bool]] = [
        col(RestrictionRow.ended_at).is_(None),
        col(DatasetRow.city).in_(seen.cities),
    ]
    if seen.body is not None:
        conditions.append(col(DatasetRow.provider) == seen.body)
    if seen.county is not None:
        conditions.append(col(DatasetRow.provider).in_(sorted(seen.county.bodies)))
    statement = (
        select_columns(
            col(DatasetRow.city),
            col(RestrictionRow.dataset_id),
            col(RestrictionRow.kind),
            col(RestrictionRow.since),
            col(CaseRow.case_number),
            and_(true(), *seen.listed(CaseRow)),
        )
        .join(DatasetRow, col(DatasetRow.dataset_id) == col(RestrictionRow.dataset_id))
        .join(CaseRow, col(CaseRow.case_id) == col(RestrictionRow.case_id))
        .where(*conditions)
        .order_by(col(RestrictionRow.since), col(RestrictionRow.dataset_id))
    )
    connection = await store.session.connection()
    return [KeptBack(*row) for row in await connection.execute(statement)]
