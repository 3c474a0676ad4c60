"""The record of notices in PostgreSQL: the table is the record, and clocks are set under its share lock.

The lock is taken before any case's row lock, by those who set clocks and by who publishes alike: so neither can wait
for the other in a circle.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from activities.statements import insert
from models.clock import Clock, OpenStop, Stood
from rules.calendar import Calendar, CalendarRecord
from rules.calendar_notices import Notice, Scope
from rules.deadlines import DATED, Deadline, Period, Unit, midnight, parse_period, to_shanghai
from rules.pinned import BEFOREHAND, LastDayOff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from activities.database import Connection
    from rules.procedure_rules import ProcedureRules


CALENDAR_LOCK = 5271
"""The class of the advisory locks of the calendars, by their names. No row locks: thousands of clocks may be set while
nothing of a calendar is written. As a key of its own, what publishers alone take, one after another; services before
release 0.2 have it for all calendars."""
HOLD = "select pg_advisory_xact_lock_shared($1::int, hashtext($2))"
HOLD_OF_CASE = """
select pg_advisory_xact_lock_shared($1::int, hashtext(pinned.calendar))
from cases join pinned_rules as pinned on pinned.digest = cases.rules_digest where cases.case_id = $2
"""
HAVE_ALONE = "select pg_advisory_xact_lock($1::int, hashtext(name)) from unnest($2::text[]) as name"


class NoticeKept(NamedTuple):
    """A row of `calendar_notices`."""

    position: int
    scope: str
    document: str
    published_on: date
    recorded_at: datetime
    notice: str


ADD_NOTICE = insert("calendar_notices", NoticeKept._fields)


class RecordOfNotices:
    """The calendar as PostgreSQL has it, read again when its version has moved on."""

    def __init__(self, scopes: Sequence[Scope]) -> None:
        self._scopes = tuple(scopes)
        self._record = CalendarRecord((), self._scopes)

    @staticmethod
    async def hold(connection: Connection, calendar: str) -> None:
        """No notice that counts in this calendar is published until this transaction ends."""
        await connection.execute(HOLD, CALENDAR_LOCK, calendar)

    @staticmethod
    async def hold_of_case(connection: Connection, case_id: str) -> None:
        """As `hold`, for the calendar by which the clocks of a case are set."""
        await connection.execute(HOLD_OF_CASE, CALENDAR_LOCK, case_id)

    async def under_share_lock(self, connection: Connection, calendar: str) -> CalendarRecord:
        """The record as it stands; no notice that counts in this calendar is published until this transaction ends."""
        await self.hold(connection, calendar)
        return await self.read(connection)

    async def read(self, connection: Connection) -> CalendarRecord:
        """The record as it stands now, for answers that set no clock."""
        version = await connection.fetchval("select version from calendar")
        return await self.at(connection, version)

    async def add(self, connection: Connection, notice: Notice) -> CalendarRecord | None:
        """The record with one notice more, under the exclusive locks that keep clocks of the calendars in which it
        counts from being set meanwhile; those of others are set.

        A notice that the record has (same scope and document) changes nothing, and nobody waits for that: then None.
        """
        known = await self.read(connection)
        if known.has(notice):
            return None
        await connection.execute("select pg_advisory_xact_lock($1)", CALENDAR_LOCK)
        await connection.execute(HAVE_ALONE, CALENDAR_LOCK, known.bound_by(notice.scope))
        record = await self.read(connection)
        if record.has(notice):
            return None
        version = record.version
        kept = NoticeKept(
            position=version + 1,
            scope=notice.scope,
            document=notice.document,
            published_on=notice.published_on,
            recorded_at=notice.recorded_at,
            notice=notice.model_dump_json(),
        )
        await connection.execute(ADD_NOTICE, *kept)
        await connection.execute("update calendar set version = $1", version + 1)
        return record.with_notice(notice)

    async def at(self, connection: Connection, version: int) -> CalendarRecord:
        """The record at a position that the table has reached, read only if this process does not hold it."""
        if self._record.version != version:
            rows = await connection.fetch("select notice from calendar_notices order by position limit $1", version)
            self._record = CalendarRecord((Notice.model_validate_json(row["notice"]) for row in rows), self._scopes)
        return self._record


def with_due(clock: Clock, record: CalendarRecord) -> Clock:
    """The clock with its end filled in by the calendar, and the position in the record by which it was found."""
    if not clock.wants_due:
        return clock
    if any(stop.at_most for stop in clock.open_stops):
        stops = tuple(
            stop.model_copy(update={"ends_at": used_up_at(clock, stop, record)}) if stop.at_most else stop
            for stop in clock.open_stops
        )
        clock = clock.model_copy(update={"open_stops": stops})
    if clock.stands_without_end:
        return clock.model_copy(update={"calendar_version": record.version})
    own = {
        o: deadline_of(clock.model_copy(update={"period": p, "extensions": ()}), record)
        for o, p in clock.own_periods.items()
    }
    own_due_at = {outcome: each.due_at for outcome, each in own.items()}
    found: dict[str, object] = {"own_due_at": own_due_at, "calendar_version": record.version}
    if clock.period is not None:
        deadline = deadline_of(clock, record)
        found |= {
            "due_at": deadline.due_at,
            "last_day": deadline.last_day,
            "provisional": deadline.provisional,
            "calendar_version": deadline.calendar_version,
        }
    # Once with all: the copies are what most of this takes, and a notice does it for every clock of a country.
    return clock.model_copy(update=found)


def deadline_of(clock: Clock, record: CalendarRecord) -> Deadline:
    """When the period of a clock ends by this record; the clock must have a period.

    What a cited rule stopped is added: its working days to a period in working days, its days to one in calendar days
    or months, its length to one in hours.
    """
    assert clock.period and clock.length
    calendar = record.calendar(clock.calendar)
    unit = parse_period(clock.period).unit
    if unit is Unit.HOURS:
        stopped = sum((span.until - span.since for span in clock.stood), timedelta())
        return calendar.deadline(clock.started_at + stopped, clock.length)
    days = sum(days_stood(span, unit, calendar) for span in clock.stood)
    if unit in DATED:
        return calendar.deadline(clock.started_at, clock.length, days, clock.last_day_off(clock.period))
    return calendar.deadline(clock.started_at, clock.length, days)


def days_stood(span: Stood, unit: Unit, calendar: Calendar) -> int:
    """Days of a unit for which a clock stood still: from the day after it was stopped to the day on which it ran again,
    unless that ran from its first instant on."""
    first, last = to_shanghai(span.since).date(), to_shanghai(span.until - timedelta(microseconds=1)).date()
    if last <= first:
        return 0
    return (last - first).days if unit in DATED else calendar.working_days_between(first, last)


def used_up_at(clock: Clock, stop: OpenStop, record: CalendarRecord) -> datetime:
    """When the most of a stop is used up, with what earlier stops of its name have used; at once, where nothing is
    left."""
    assert stop.at_most
    calendar = record.calendar(clock.calendar)
    number, unit = parse_period(stop.at_most)
    earlier = [Stood(each.stopped_at, each.resumed_at) for each in clock.stops if each.because == stop.because]
    if unit is Unit.HOURS:
        left = timedelta(hours=number) - sum((span.until - span.since for span in earlier), timedelta())
        return stop.stopped_at + max(left, timedelta())
    days = number - sum(days_stood(span, unit, calendar) for span in earlier)
    if days <= 0:
        return stop.stopped_at
    return calendar.deadline(stop.stopped_at, Period(days, unit)).due_at


def wanted_until(
    law: ProcedureRules, on: date | None, record: CalendarRecord, choices: Mapping[str, str]
) -> datetime | None:
    """The end, exclusive, of the time within which the law wants a thing filed for which that day counts; None where it
    gives none for a filing with these choices. What is counted in days or months ends as the city's rule of the last
    day has it."""
    if law.filed_within is None or on is None or not law.filed_within.binds(choices):
        return None
    if law.filed_within.period == BEFOREHAND:
        return midnight(on)
    period = law.filed_within.period
    off = LastDayOff.MOVES if parse_period(period).unit in law.moving_units else LastDayOff.STAYS
    return record.calendar(law.calendar).deadline(midnight(on), period, last_day_off=off).due_at
