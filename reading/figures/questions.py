"""Figures counted in PostgreSQL over the read model, and over the log where that keeps only what was last.

Working days come from the calendar as an array: for each day since `FIRST_DAY` how many there were up to it. Instants
are days of Asia/Shanghai. Everything is read in one snapshot.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ARRAY, Boolean, DateTime, Integer, String, bindparam, func, literal_column, text
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from activities.tables.cases import TaskRow
from reading.due import lies_open
from reading.figures.days import Days
from reading.figures.tallies import (
    AGES,
    RESTRICTIONS,
    CaseTally,
    RestrictionTally,
    Tallies,
    TaskTally,
    tally_of,
)
from reading.slices import Slice
from reading.store import Archive, Present, Store
from reading.supervision import questions as supervision
from reading.supervision.sight import Seen
from rules.calendar import Calendar
from rules.deadlines import midnight, to_shanghai
from rules.loading import load_pack
from rules.procedure_names import RECTIFICATION

FIRST_DAY = date(2010, 1, 1)
"""No regulation here is older; what began earlier counts from here."""
AHEAD = timedelta(days=7)
"""How far beyond today the array reaches: somebody may decide while the figures are counted."""
ROOM_TO_GROUP = text("set local work_mem = '64MB'")
"""So that a year of a large city is grouped in memory and not sorted on disk."""
DATA_EVENTS = (*RESTRICTIONS, "DataRestored")


def day(instant: str) -> str:
    """SQL: how many working days there were up to the day of an instant."""
    on = f"(({instant}) at time zone 'Asia/Shanghai')::date"
    return f"(:days)[greatest({on} - date '{FIRST_DAY.isoformat()}', 0) + 1]"


def in_span(instant: str) -> str:
    """SQL: whether an instant lies in the span."""
    return f"{instant} >= :since and {instant} < :until"


def age(instant: str) -> str:
    """SQL: the group of `AGES` of something that has been open since an instant."""
    return f"width_bucket(:today - {day(instant)}, :ages)"


OF_TASKS = """
t.city = :city and (:body is null or t.body = :body) and (:county is null or t.body = any(:county))
and (:procedure is null or t.procedure = :procedure) and (:stage is null or t.stage = :stage)
and (:rectifies is null or t.procedure <> :rectification or t.body = :rectifies)
"""
OF_CASES = """
c.city = :city and (:body is null or c.provider = :body) and (:county is null or c.provider = any(:county))
and (:procedure is null or c.procedure = :procedure)
and (:rectifies is null or c.procedure <> :rectification or c.provider = :rectifies)
"""
# What two rules stopped at once stood still once.
STOOD = """(
  select range_agg(tstzrange(stopped_at, greatest(stopped_at, least(resumed_at, ran_until))))
  from jsonb_to_recordset(stops) as stop (stopped_at timestamptz, resumed_at timestamptz)
)"""
ENDED_TASKS = f"""
select body, procedure, stage, outcome, late, limited, in_days,
  case when outcome is not null then greatest(0, case when in_days
    then {day("ran_until")} - {day("started_at")} - case when stopped then (
      select coalesce(sum({day("upper(stood) - interval '1 microsecond'")} - {day("lower(stood)")}), 0)
      from unnest({STOOD}) as stood
    ) else 0 end
    else ceil((date_part('epoch', ran_until - started_at) - case when stopped then (
      select coalesce(sum(date_part('epoch', upper(stood) - lower(stood))), 0) from unnest({STOOD}) as stood
    ) else 0 end) / 3600)::int
  end) end as used,
  case when late then greatest(0, {day("ended_at")} - {day("coalesce(ends_at - interval '1 microsecond', ended_at)")})
  end as late_by,
  count(*) as tasks
from (
  select *, limited and coalesce(period, '') not like '%h' as in_days, jsonb_array_length(stops) > 0 as stopped
  from (
    select *, ends_at is not null or period is not null as limited
    from (
    select body, procedure, stage, case when state = 'done' then outcome end as outcome, late, ended_at,
      (clock ->> 'started_at')::timestamptz as started_at,
      coalesce((clock ->> 'stopped_at')::timestamptz, ended_at) as ran_until,
      coalesce((clock -> 'own_due_at' ->> outcome)::timestamptz, due_at) as ends_at,
      coalesce(clock -> 'own_periods' ->> outcome, clock ->> 'period') as period,
      coalesce(clock -> 'stops', '[]') as stops
    from tasks t where {OF_TASKS} and {in_span("t.ended_at")}
    ) as ended
  ) as ended_so
) as timed
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
"""  # noqa: S608 - made of constants
TASKS: Any = aliased(TaskRow, name="t")
NOW: Any = literal_column(":now", DateTime(timezone=True))
OPEN_TASKS = str(
    select_columns(
        *(TASKS.body, TASKS.procedure, TASKS.stage),
        literal_column(age("t.opened_at")).label("age"),
        func.count().label("tasks"),
    )
    .where(literal_column(OF_TASKS, Boolean), lies_open(NOW, TASKS))
    .group_by(text("1, 2, 3, 4"))
    .compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
)
"""What lies open, as `reading.due` has it."""
URGINGS = f"""
select t.body, t.procedure, t.stage, count(*) as urgings
from tasks t join events e on e.case_id = t.case_id and e.type = 'TaskUrged' and e.event ->> 'task_id' = t.task_id
where {OF_TASKS} and t.urgings > 0 and t.urged_at >= :since and {in_span("e.at")} group by 1, 2, 3
"""  # noqa: S608 - made of constants
FILED = f"""
select provider, procedure, count(*) as cases from cases c where {OF_CASES} and {in_span("c.received_at")} group by 1, 2
"""  # noqa: S608 - made of constants
CLOSED = f"""
select c.provider, c.procedure, c.outcome, o.upheld,
  greatest(0, {day("c.closed_at")} - {day("c.received_at")}) as lasted, count(*) as cases
from cases c left join objections o using (case_id) where {OF_CASES} and {in_span("c.closed_at")} group by 1, 2, 3, 4, 5
"""  # noqa: S608 - made of constants
OPEN_CASES = f"""
select provider, procedure, {age("received_at")} as age, count(*) as cases
from cases c where {OF_CASES} and closed_at is null group by 1, 2, 3
"""  # noqa: S608 - made of constants
RESTRICTED = f"""
with kept as (
  select distinct c.provider, c.procedure, case_id
  from restrictions r join cases c using (case_id) where {OF_CASES} and (r.ended_at is null or r.ended_at >= :since)
), moved as (
  -- The ways in which the case keeps data back from this event on, each by the type of event that begins it.
  select kept.*, e.number, e.at, array_remove(array[e.type::text], 'DataRestored') || array(
    select case kind when 'hold' then 'DataHeld' when 'suspension' then 'DataSuspended' else 'DataWithdrawn' end
    from jsonb_array_elements_text(coalesce(e.event -> 'beside', '[]')) kind
  ) as types
  from kept join events e using (case_id) where e.type = any(:data_events)
), followed as (
  select *, lag(types) over (partition by case_id order by number) as types_before from moved
), turned as (
  select followed.*, type, type = any(types) as stands
  from followed cross join unnest(array_remove(:data_events, 'DataRestored')) type
  where (type = any(types)) <> coalesce(type = any(types_before), false)
), kept_back as (
  select *, lead(at) over (partition by case_id, type order by number) as lifted_at from turned
), spanned as (
  select *, {in_span("at")} as begun, coalesce({in_span("lifted_at")}, false) as ended, lifted_at is null as in_force,
    ceil(date_part('epoch', lifted_at - at) / 3600)::int as hours
  from kept_back where stands
)
select provider, procedure, type, begun, ended, in_force, case when ended then hours end as lasted,
  count(*) as restrictions
from spanned where begun or ended or in_force group by 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608 - made of constants
PARAMETERS: Mapping[str, Any] = {
    **dict.fromkeys(("city", "body", "procedure", "stage", "rectifies", "rectification"), String),
    **dict.fromkeys(("since", "until", "now"), DateTime(timezone=True)),
    "today": Integer,
    **dict.fromkeys(("days", "ages"), ARRAY(Integer)),
    **dict.fromkeys(("data_events", "county"), ARRAY(String)),
}


@lru_cache(maxsize=16)
def working_days(calendar: Calendar, through: date) -> list[int]:
    """For each day since `FIRST_DAY`, up to and with one, how many working days there were after that first day."""
    days = (FIRST_DAY + timedelta(days=n) for n in range((through - FIRST_DAY).days + 1))
    return [calendar.working_days_between(FIRST_DAY, each) for each in days]


class EndedTasks(NamedTuple):
    """Tasks that ended in the days, alike in all this; outcome, and what it took, are None of what was cancelled."""

    body: str
    procedure: str
    stage: str
    outcome: str | None
    late: bool
    limited: bool
    in_days: bool
    used: int | None
    late_by: int | None
    tasks: int


class OpenTasks(NamedTuple):
    """Tasks that are open, by the group of `AGES` that they are in."""

    body: str
    procedure: str
    stage: str
    age: int
    tasks: int


class Urgings(NamedTuple):
    """How often tasks were urged in the days."""

    body: str
    procedure: str
    stage: str
    urgings: int


class FiledCases(NamedTuple):
    """Cases that were filed in the days."""

    provider: str | None
    procedure: str
    cases: int


class ClosedCases(NamedTuple):
    """Cases that were closed in the days, and after how many working days."""

    provider: str | None
    procedure: str
    outcome: str
    upheld: bool | None
    lasted: int
    cases: int


class OpenCases(NamedTuple):
    """Cases that are open, by the group of `AGES` that they are in."""

    provider: str | None
    procedure: str
    age: int
    cases: int


class Restrictions(NamedTuple):
    """Restrictions that one type of event begins, and how many hours those lasted that ended in the days."""

    provider: str | None
    procedure: str
    type: str
    begun: bool
    ended: bool
    in_force: bool
    lasted: int | None
    restrictions: int


@asynccontextmanager
async def in_one_snapshot(archive: Archive) -> AsyncIterator[Store]:
    """What is read with it, a little behind, all stands as it did at one moment."""
    async with archive.store_a_little_behind() as store:
        await store.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield store


async def tallied(store: Store, seen: Seen, days: Days, present: Present) -> Tallies:
    """What is seen, counted by body, procedure and stage; cases, which are of no stage, only where none is asked for.
    What is open or overdue is so now. The store is in one snapshot."""
    found = Tallies()
    connection = await store.session.connection()
    await connection.execute(ROOM_TO_GROUP)
    for city in seen.cities:
        parameters = _parameters(city, seen, days, present)
        await _tally_tasks(connection, parameters, found)
        if seen.stage is None:
            await _tally_cases(connection, parameters, found)
    overdue = await supervision.count_overdue(store, seen, present.now)
    for each, tasks in overdue.items():
        tally_of(found, each).tasks.overdue += tasks
    return found


def _parameters(city: str, seen: Seen, days: Days, present: Present) -> Mapping[str, Any]:
    calendar = present.record.calendar(load_pack(city).calendar)
    today = to_shanghai(present.now).date()
    counted = working_days(calendar, today + AHEAD)
    return {
        "city": city,
        "body": seen.body,
        "county": sorted(seen.county.bodies) if seen.county else None,
        "procedure": seen.procedure,
        "stage": seen.stage,
        "rectifies": seen.rectifies,
        "rectification": RECTIFICATION,
        "since": midnight(days.from_on),
        "until": midnight(days.until_on),
        "now": present.now,
        "days": counted,
        "today": counted[(today - FIRST_DAY).days],
        "ages": [most + 1 for most in AGES],
        "data_events": list(DATA_EVENTS),
    }


async def _tally_tasks(connection: AsyncConnection, parameters: Mapping[str, Any], found: Tallies) -> None:
    city = parameters["city"]
    for ended in await _rows(connection, EndedTasks, ENDED_TASKS, parameters):
        _add_ended(tally_of(found, Slice(city, ended.body, ended.procedure, ended.stage)).tasks, ended)
    for still in await _rows(connection, OpenTasks, OPEN_TASKS, parameters):
        tally_of(found, Slice(city, still.body, still.procedure, still.stage)).tasks.open[still.age] += still.tasks
    for urged in await _rows(connection, Urgings, URGINGS, parameters):
        tally_of(found, Slice(city, urged.body, urged.procedure, urged.stage)).tasks.urgings += urged.urgings


def _add_ended(tally: TaskTally, row: EndedTasks) -> None:
    if row.outcome is None:
        tally.cancelled += row.tasks
        return
    tally.outcomes[row.outcome] += row.tasks
    assert row.used is not None, "what was decided took its time"
    tally.used_in("working_days" if row.in_days else "hours")[row.used] += row.tasks
    if row.late_by is not None:
        tally.late_by[row.late_by] += row.tasks
    elif row.limited:
        tally.in_time += row.tasks
    else:
        tally.without_limit += row.tasks


async def _tally_cases(connection: AsyncConnection, parameters: Mapping[str, Any], found: Tallies) -> None:
    city = parameters["city"]
    for filed in await _rows(connection, FiledCases, FILED, parameters):
        tally_of(found, Slice(city, filed.provider, filed.procedure)).cases.filed += filed.cases
    for closed in await _rows(connection, ClosedCases, CLOSED, parameters):
        _add_closed(tally_of(found, Slice(city, closed.provider, closed.procedure)).cases, closed)
    for still in await _rows(connection, OpenCases, OPEN_CASES, parameters):
        tally_of(found, Slice(city, still.provider, still.procedure)).cases.open[still.age] += still.cases
    for kept in await _rows(connection, Restrictions, RESTRICTED, parameters):
        cases = tally_of(found, Slice(city, kept.provider, kept.procedure)).cases
        _add_restrictions(cases.of_kind(RESTRICTIONS[kept.type]), kept)


def _add_closed(tally: CaseTally, row: ClosedCases) -> None:
    tally.outcomes[row.outcome] += row.cases
    tally.lasted[row.lasted] += row.cases
    if row.upheld is True:
        tally.upheld += row.cases
    elif row.upheld is False:
        tally.not_upheld += row.cases


def _add_restrictions(tally: RestrictionTally, row: Restrictions) -> None:
    if row.begun:
        tally.begun += row.restrictions
    if row.in_force:
        tally.in_force += row.restrictions
    if row.lasted is not None:
        tally.ended += row.restrictions
        tally.lasted[row.lasted] += row.restrictions


Row = TypeVar("Row")


async def _rows(
    connection: AsyncConnection, record: Callable[..., Row], sql: str, parameters: Mapping[str, Any]
) -> list[Row]:
    """The rows of a query that selects what the record has, by name."""
    bound = [bindparam(name, type_=of) for name, of in PARAMETERS.items() if f":{name}" in sql]
    rows = await connection.execute(text(sql).bindparams(*bound), {each.key: parameters[each.key] for each in bound})
    return [record(**row) for row in rows.mappings()]
