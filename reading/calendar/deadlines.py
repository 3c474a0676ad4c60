"""One deadline, explained day by day, by the record of notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reading.calendar.shapes import DayShown, DeadlineShown
from reading.calendar.shown import CalendarUnknown
from reading.shape import SkippedShown
from reading.store import Archive
from reading.words.language import Language, said
from rules.calendar import CalendarRecord
from rules.loading import load_pack
from rules.pinned import LastDayOff


class CityOrCalendar(Exception):
    """A deadline is asked for by a city or by a calendar, never by both."""


@dataclass(frozen=True)
class PeriodAsked:
    """A period that begins with a receipt, by the calendar of a city or a calendar named, and by the notices that were
    published up to a day, where one is named."""

    received_at: datetime
    period: str
    city: str | None = None
    calendar: str | None = None
    as_of: date | None = None
    last_day_off: LastDayOff = LastDayOff.MOVES
    """Of days and months; the Civil Code (203) has them end with the day after the days off."""


async def explain(archive: Archive, language: Language, asked: PeriodAsked) -> DeadlineShown:
    """When the period ends, with the explanation of every day. Raises CityOrCalendar, CityUnknown, CalendarUnknown,
    DeadlineError."""
    record = (await archive.present()).record
    working_days = record.calendar(calendar_of(record, asked), asked.as_of)
    deadline = working_days.deadline(asked.received_at, asked.period, last_day_off=asked.last_day_off)
    days = [
        DayShown(on=day.on, why=said(day.why, language), counted=day.counted, covered=day.covered)
        for day in working_days.explain(deadline).days
    ]
    return DeadlineShown(
        calendar=deadline.calendar,
        calendar_version=deadline.calendar_version,
        as_of=asked.as_of,
        started_at=deadline.started_at,
        period=deadline.period,
        due_at=deadline.due_at,
        last_day=deadline.last_day,
        provisional=deadline.provisional,
        skipped=[SkippedShown(on=day.on, why=day.why) for day in days if not day.counted],
        days=days,
    )


def calendar_of(record: CalendarRecord, asked: PeriodAsked) -> str:
    """The calendar that is meant. Raises CityOrCalendar, CityUnknown, CalendarUnknown."""
    if asked.city is not None and asked.calendar is None:
        return load_pack(asked.city).calendar
    if asked.calendar is None or asked.city is not None:
        raise CityOrCalendar
    if asked.calendar not in record.scopes:
        raise CalendarUnknown(asked.calendar, tuple(record.scopes))
    return asked.calendar
