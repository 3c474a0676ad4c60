"""What supervisors ask PostgreSQL: what is overdue or due soon, before whom, and how much of it.

All of it is computed from `due_at` when asked, by the one meaning of *overdue* in `reading.due`; no worker need run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, literal, not_, or_, tuple_, union_all
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from activities.tables.cases import ActRow, CaseRow, EventRow, TaskRow
from reading.due import UNSETTLED, answers, waits_in_time
from reading.sight import Caller
from reading.store import Store
from rules.calendar import CalendarRecord
from rules.deadlines import midnight, to_shanghai
from rules.loading import cities, load_pack
from rules.procedure_names import RECTIFICATION
from rules.resolving import in_force

Listed = Literal["overdue", "due_soon"]
HELD_SINCE = ("TaskClaimed", "TaskReassigned")


@dataclass(frozen=True)
class Sight:
    """What a caller supervises: the tasks before one body, or all tasks of these cities."""

    cities: tuple[str, ...]
    body: str | None = None
    rectifies: str | None = None
    """Of rectifications, which are not for everybody who sees the city, only what lies before this body."""


def sight_of(caller: Caller, on: date) -> Sight | None:
    """A supervisor sees its city, an admin every city, a reviewer its own body; nobody else anything.

    Who may urge (催办) by the law of its city has to see what there is to urge: such a reviewer sees the city.
    """
    if caller.has("admin"):
        return Sight(tuple(cities()))
    if caller.city is None:
        return None
    if caller.has("supervisor"):
        return Sight((caller.city,))
    if caller.has("reviewer") and caller.body_role in urging_roles(caller.city, on):
        return Sight((caller.city,), rectifies=None if caller.knows_rectifications else caller.body)
    if caller.has("reviewer") and caller.body is not None:
        return Sight((caller.city,), caller.body)
    return None


@lru_cache(maxsize=64)
def urging_roles(city: str, on: date) -> frozenset[str]:
    """The roles of bodies whose reviewers may urge on that day."""
    urging = load_pack(city).urging
    standing = ((role, in_force(versions, on)) for role, versions in urging.items())
    return frozenset(role for role, version in standing if version and "reviewer" in (version.value or ()))


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; `officer` is the id of the account that claimed the task."""

    city: str | None = None
    body: str | None = None
    procedure: str | None = None
    stage: str | None = None
    officer: str | None = None
    rectifies: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL, but for the city."""
        asked = (
            (TaskRow.body, self.body),
            (TaskRow.procedure, self.procedure),
            (TaskRow.stage, self.stage),
            (TaskRow.claimed_by, self.officer),
        )
        wanted: list[ColumnElement[bool]] = [col(column) == value for column, value in asked if value is not None]
        if self.rectifies is not None:
            wanted.append(or_(col(TaskRow.procedure) != RECTIFICATION, col(TaskRow.body) == self.rectifies))
        return wanted


class Span(NamedTuple):
    """Tasks of a city that are due after the one instant, up to and with the other."""

    city: str
    after: datetime | None
    through: datetime


class Group(NamedTuple):
    """Tasks that are counted together."""

    city: str
    body: str
    procedure: str
    stage: str


class Place(NamedTuple):
    """Where a page ended."""

    due_at: datetime
    task_id: str


@dataclass(frozen=True)
class Supervised:
    """A task of a list, with its case, and since when whoever claimed it has it."""

    task: TaskRow
    case: CaseRow
    claimed_at: datetime | None

    @property
    def place(self) -> Place:
        assert self.task.due_at, "what has no due instant is neither overdue nor due soon"
        return Place(self.task.due_at, self.task.task_id)


def narrowed(sight: Sight, filters: Filters) -> tuple[tuple[str, ...], Filters] | None:
    """The cities and filters by which to ask, so that nobody sees beyond its sight; None where nothing is left."""
    among = tuple(city for city in sight.cities if filters.city in (None, city))
    if not among or (sight.body and filters.body not in (None, sight.body)):
        return None
    return among, replace(filters, body=sight.body or filters.body, rectifies=sight.rectifies)


def spans(listed: Listed, among: Iterable[str], now: datetime, within: int, record: CalendarRecord) -> list[Span]:
    """For each city the instants between which something is due to be listed. Due soon is what is due today, or by the
    end of so many working days of the city's calendar after today."""
    if listed == "overdue":
        return [Span(city, None, now) for city in among]
    return [Span(city, now, end_of(within, load_pack(city).calendar, now, record)) for city in among]


def end_of(days: int, scope: str, now: datetime, record: CalendarRecord) -> datetime:
    """The midnight that ends today, or the last of so many working days after it."""
    if days == 0:
        return midnight(to_shanghai(now).date() + timedelta(days=1))
    return record.calendar(scope).deadline(now, f"{days}wd").due_at


def late_days(last_day: date, scope: str, now: datetime, record: CalendarRecord) -> int:
    """How many working days of the calendar have begun since the last day on which it was in time."""
    return record.calendar(scope).working_days_between(last_day, to_shanghai(now).date())


def page_of(spans: Sequence[Span], filters: Filters, after: Place | None, limit: int) -> Select[TaskRow, CaseRow]:
    """The statement for a page: a city at a time, in the order of its index and no longer than the page; then the best
    of them, with their cases."""
    pages = [
        select(col(TaskRow.task_id))
        .where(*_due(span), *filters.conditions(), not_(waits_in_time()), *_beyond(after))
        .order_by(col(TaskRow.due_at), col(TaskRow.task_id))
        .limit(limit)
        .subquery()
        for span in spans
    ]
    found = union_all(*(page.select() for page in pages)).subquery() if len(pages) > 1 else pages[0]
    return (
        select(TaskRow, CaseRow)
        .join(found, found.c.task_id == col(TaskRow.task_id))
        .join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
        .order_by(col(TaskRow.due_at), col(TaskRow.task_id))
        .limit(limit)
    )


def counts_of(among: Sequence[str], filters: Filters, now: datetime) -> CompoundSelect[Any]:
    """The statement for counts by city, body, procedure and stage, to be summed.

    All whose due instant has come, less those on which an act waits that was received in time: the former are counted
    in an index alone, the latter are few. Both in one statement, hence at one instant.
    """
    groups = (col(TaskRow.city), col(TaskRow.body), col(TaskRow.procedure), col(TaskRow.stage))
    past = and_(*_past(among, now), *filters.conditions())
    waiting = and_(
        col(ActRow.state) == UNSETTLED,
        answers(),
        col(ActRow.case_id) == col(TaskRow.case_id),
        func.jsonb_extract_path_text(col(ActRow.act), "task_id") == col(TaskRow.task_id),
        col(ActRow.received_at) < col(TaskRow.due_at),
    )
    return union_all(
        select_columns(*groups, func.count().label("tasks")).where(past).group_by(*groups),
        select_columns(*groups, (literal(0) - func.count(col(TaskRow.task_id).distinct())).label("tasks"))
        .select_from(ActRow)
        .join(TaskRow, waiting)
        .where(past)
        .group_by(*groups),
    )


def _past(among: Sequence[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(TaskRow.ended_at).is_(None), col(TaskRow.city).in_(among), col(TaskRow.due_at) <= now


def _due(span: Span) -> list[ColumnElement[bool]]:
    due = [col(TaskRow.ended_at).is_(None), col(TaskRow.city) == span.city, col(TaskRow.due_at) <= span.through]
    return due if span.after is None else [*due, col(TaskRow.due_at) > span.after]


def _beyond(after: Place | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    # A comparison of rows is one that the index knows.
    place: ColumnElement[bool] = tuple_(col(TaskRow.due_at), col(TaskRow.task_id)) > after
    return [place]


async def supervised(
    store: Store, spans: Sequence[Span], filters: Filters, after: Place | None, limit: int
) -> list[Supervised]:
    """The tasks of these spans, the earliest due first, beyond a place."""
    if not spans:
        return []
    rows = await store.session.exec(page_of(spans, filters, after, limit))
    listed = rows.all()
    since = await _claimed_at(store, [task for task, _ in listed if task.claimed_by])
    return [Supervised(task, case, since.get(task.task_id)) for task, case in listed]


async def _claimed_at(store: Store, tasks: Sequence[TaskRow]) -> Mapping[str, datetime]:
    """Since when whoever has claimed a task has it, as its log says."""
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


async def count_overdue(store: Store, among: Sequence[str], filters: Filters, now: datetime) -> Counter[Group]:
    """How many tasks are overdue, by city, body, procedure and stage; no group of none."""
    found: Counter[Group] = Counter()
    connection = await store.session.connection()
    for *group, tasks in await connection.execute(counts_of(among, filters, now)):
        found[Group(*group)] += tasks
    return +found
