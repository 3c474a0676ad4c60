"""When a period ends that was stopped, found from its ledger by looking at one day after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from models.clock_ledger import Line, LineKind
from rules.calendar import CalendarRecord
from rules.deadlines import SHANGHAI, Unit, parse_period
from tests.rules.test_dated_periods import walked
from tests.rules.test_deadlines_properties import CountedOneByOne

A_MOMENT = timedelta(microseconds=1)


def on(instant: datetime) -> date:
    return instant.astimezone(SHANGHAI).date()


def added_up(lines: Sequence[Line], record: CalendarRecord, *, moves: bool, calendar: str = "CN") -> datetime | None:
    """What the lines of a ledger add up to; None while a stop without a most runs."""
    began = next(line for line in lines if line.kind is LineKind.BEGAN)
    assert began.period
    number, unit = parse_period(began.period)
    number += sum(parse_period(line.period or "").number for line in lines if line.kind is LineKind.EXTENDED)
    spans = [(line.at, line.until) for line in lines if line.kind is LineKind.STOPPED]
    if any(until is None for _, until in spans):
        return None
    stood = [(since, until) for since, until in spans if until]
    if unit is Unit.HOURS:
        # Overlapping spans stand still once: minute by minute.
        minute, left = began.at, number * 60
        while left:
            left -= not any(since <= minute < until for since, until in stood)
            minute += timedelta(minutes=1)
        return max([minute, *(until for _, until in stood)])
    days = CountedOneByOne(record, calendar, None)
    day, counted = on(began.at), 0
    if unit is Unit.MONTHS:
        number = (walked(day, number, unit) - day).days
    latest = max([day, *(on(until - A_MOMENT) for _, until in stood)])
    while counted < number or day < latest:
        day += timedelta(days=1)
        stands = any(on(since) < day <= on(until - A_MOMENT) for since, until in stood)
        counted += not stands and (unit is not Unit.WORKING_DAYS or days.is_working(day))
    while (moves or unit is Unit.WORKING_DAYS) and not days.is_working(day):
        day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)
