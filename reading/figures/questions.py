"""Figures counted in PostgreSQL over the read model, and over the log where that keeps only what was last.

Working days come from the calendar as an array: for each day since `FIRST_DAY` how many there were up to it. Instants
are days of Asia/Shanghai. Everything is read in one snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, DateTime, Integer, Row, String, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.tables.cases import FORESEEN
from reading.figures.counts import AGES, RESTRICTIONS, Counted, Figures, Place, Unit
from reading.store import Archive, Present
from reading.supervision import questions as supervision
from reading.supervision.questions import Filters
from rules.calendar import Calendar
from rules.deadlines import midnight, to_shanghai
from rules.loading import load_pack
from rules.procedure_names import RECTIFICATION

FIRST_DAY = date(2010, 1, 1)
"""No regulation here is older; what began earlier counts from here."""
AHEAD = timedelta(days=7)
"""So far beyond today the array reaches: somebody may decide while the figures are counted."""
ROOM_TO_GROUP = text("set local work_mem = '64MB'")
"""So that a year of a large city is grouped in memory and not sorted on disk."""
DATA_EVENTS = (*RESTRICTIONS, "DataRestored")


@dataclass(frozen=True)
class Span:
    """The days from one up to another, which is not in it."""

    from_on: date
    until_on: date


def day(instant: str) -> str:
    """SQL: how many working days there were up to the day of an instant."""
    on = f"(({instant}) at time zone 'Asia/Shanghai')::date"
    return f"(:days)[greatest({on} - date '{FIRST_DAY.isoformat()}', 0) + 1]"


def in_span(instant: str) -> str:
    """SQL: whether an instant lies in the span."""
    return f"{instant} >= :since and {instant} < :until"


def age(instant: str) -> str:
    """SQL: in which group of `AGES` something is that has been open since an instant."""
    return f"width_bucket(:today - {day(instant)}, :ages)"


OF_TASKS = """
t.city = :city and (:body is null or t.body = :body) and (:procedure is null or t.procedure = :procedure)
and (:stage is null or t.stage = :stage)
and (:rectifies is null or t.procedure <> :rectification or t.body = :rectifies)
"""
OF_CASES = """
c.city = :city and (:body is null or c.provider = :body) and (:procedure is null or c.procedure = :procedure)
and (:rectifies is null or c.procedure <> :rectification or c.provider = :rectifies)
"""
ENDED_TASKS = f"""
select body, procedure, stage, outcome, late, limited, in_days,
  case when outcome is not null then greatest(0, case when in_days
    then {day("ran_until")} - {day("started_at")} - case when stopped then (
      select sum({day("resumed_at")} - {day("stopped_at")})
      from jsonb_to_recordset(stops) as stop (stopped_at timestamptz, resumed_at timestamptz)
    ) else 0 end
    else ceil((date_part('epoch', ran_until - started_at) - case when stopped then (
      select sum(date_part('epoch', resumed_at - stopped_at))
      from jsonb_to_recordset(stops) as stop (stopped_at timestamptz, resumed_at timestamptz)
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
  ) as told
) as timed
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
"""  # noqa: S608 - made of constants
OPEN_TASKS = f"""
select body, procedure, stage, {age("opened_at")} as age, count(*) as tasks
from tasks t where {OF_TASKS} and ended_at is null and (t.state <> :foreseen or t.opened_at <= :now)
group by 1, 2, 3, 4
"""  # noqa: S608 - made of constants
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
), told as (
  select *, {in_span("at")} as begun, coalesce({in_span("lifted_at")}, false) as ended, lifted_at is null as in_force,
    ceil(date_part('epoch', lifted_at - at) / 3600)::int as hours
  from kept_back where stands
)
select provider, procedure, type, begun, ended, in_force, case when ended then hours end as lasted,
  count(*) as restrictions
from told where begun or ended or in_force group by 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608 - made of constants
PARAMETERS: Mapping[str, Any] = {
    **dict.fromkeys(("city", "body", "procedure", "stage", "rectifies", "rectification", "foreseen"), String),
    **dict.fromkeys(("since", "until", "now"), DateTime(timezone=True)),
    "today": Integer,
    **dict.fromkeys(("days", "ages"), ARRAY(Integer)),
    "data_events": ARRAY(String),
}


@lru_cache(maxsize=16)
def working_days(calendar: Calendar, through: date) -> list[int]:
    """For each day since `FIRST_DAY`, up to and with one, how many working days there were after that first day."""
    days = (FIRST_DAY + timedelta(days=n) for n in range((through - FIRST_DAY).days + 1))
    return [calendar.working_days_between(FIRST_DAY, each) for each in days]


async def counted(archive: Archive, among: Sequence[str], filters: Filters, span: Span, present: Present) -> Counted:
    """The figures of these cities by body, procedure and stage; cases, which are of no stage, only where none is asked
    for. What is open or overdue is so now."""
    found = Counted()
    async with archive.store() as store:
        connection = await store.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        await connection.execute(ROOM_TO_GROUP)
        for city in among:
            counting = _Counting(connection, found, _parameters(city, filters, span, present))
            await counting.tasks()
            if filters.stage is None:
                await counting.cases()
        overdue = await supervision.count_overdue(store, among, filters, present.now)
    for group, tasks in overdue.items():
        found.setdefault(Place(*group), Figures()).tasks.overdue += tasks
    return found


def _parameters(city: str, filters: Filters, span: Span, present: Present) -> dict[str, Any]:
    calendar = present.record.calendar(load_pack(city).calendar)
    today = to_shanghai(present.now).date()
    days = working_days(calendar, today + AHEAD)
    return {
        "city": city,
        "body": filters.body,
        "procedure": filters.procedure,
        "stage": filters.stage,
        "rectifies": filters.rectifies,
        "rectification": RECTIFICATION,
        "since": midnight(span.from_on),
        "until": midnight(span.until_on),
        "now": present.now,
        "foreseen": FORESEEN,
        "days": days,
        "today": days[(today - FIRST_DAY).days],
        "ages": [most + 1 for most in AGES],
        "data_events": list(DATA_EVENTS),
    }


@dataclass(frozen=True)
class _Counting:
    """Counts one city, in one snapshot."""

    connection: AsyncConnection
    found: Counted
    parameters: Mapping[str, Any]

    async def tasks(self) -> None:
        for row in await self._rows(ENDED_TASKS):
            tasks = self._of(row.body, row.procedure, row.stage).tasks
            if row.outcome is None:
                tasks.cancelled += row.tasks
                continue
            tasks.outcomes[row.outcome] += row.tasks
            unit: Unit = "working_days" if row.in_days else "hours"
            tasks.used_in(unit)[row.used] += row.tasks
            if row.late:
                tasks.late_by[row.late_by] += row.tasks
            elif row.limited:
                tasks.in_time += row.tasks
            else:
                tasks.without_limit += row.tasks
        for row in await self._rows(OPEN_TASKS):
            self._of(row.body, row.procedure, row.stage).tasks.open[row.age] += row.tasks
        for row in await self._rows(URGINGS):
            self._of(row.body, row.procedure, row.stage).tasks.urgings += row.urgings

    async def cases(self) -> None:
        for row in await self._rows(FILED):
            self._of(row.provider, row.procedure).cases.filed += row.cases
        for row in await self._rows(CLOSED):
            cases = self._of(row.provider, row.procedure).cases
            cases.outcomes[row.outcome] += row.cases
            cases.lasted[row.lasted] += row.cases
            cases.upheld += row.cases if row.upheld is True else 0
            cases.not_upheld += row.cases if row.upheld is False else 0
        for row in await self._rows(OPEN_CASES):
            self._of(row.provider, row.procedure).cases.open[row.age] += row.cases
        for row in await self._rows(RESTRICTED):
            restricted = self._of(row.provider, row.procedure).cases.of_kind(RESTRICTIONS[row.type])
            restricted.begun += row.restrictions if row.begun else 0
            restricted.in_force += row.restrictions if row.in_force else 0
            if row.ended:
                restricted.ended += row.restrictions
                restricted.lasted[row.lasted] += row.restrictions

    def _of(self, body: str | None, procedure: str, stage: str | None = None) -> Figures:
        return self.found.setdefault(Place(self.parameters["city"], body, procedure, stage), Figures())

    async def _rows(self, sql: str) -> Sequence[Row[Any]]:
        bound = [bindparam(name, type_=kind) for name, kind in PARAMETERS.items() if f":{name}" in sql]
        values = {each.key: self.parameters[each.key] for each in bound}
        return (await self.connection.execute(text(sql).bindparams(*bound), values)).all()
