"""The working days of a year, and the notice behind each day that differs from its weekday."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from reading.store import Archive
from reading.words.language import Language, said
from rules.calendar import Calendar, CalendarRecord
from rules.calendar_changes import days_of
from rules.calendar_notices import Notice

DAYS_OF_A_WEEK = 7


@dataclass(frozen=True)
class DayOfYear:
    """A day: whether it is worked, whether a notice named it, and whether every notice that had to come for it has."""

    on: date
    worked: bool
    named: bool
    covered: bool


@dataclass(frozen=True)
class NoticeOfYear:
    """A notice with the days of the year that stand as it says: days off in spans, both ends included."""

    document: str
    published_on: date
    published_known: bool
    days_off: tuple[tuple[date, date], ...]
    days_worked: tuple[date, ...]


@dataclass(frozen=True)
class YearShown:
    """A year of one calendar: months of weeks that begin on Monday, None for days of the months beside; `earlier` and
    `later` are the years beside of which notices say something."""

    year: int
    calendar: str
    calendar_name: str
    working_days: int
    months: tuple[tuple[tuple[DayOfYear | None, ...], ...], ...]
    notices: tuple[NoticeOfYear, ...]
    first_uncovered: date | None
    earlier: int | None
    later: int | None


async def year_shown(archive: Archive, language: Language, calendar: str, year: int) -> YearShown | None:
    """A year of a calendar; None for a year that its notices do not cover, except the one after the last."""
    return year_of((await archive.present()).record, calendar, year, language)


def year_of(record: CalendarRecord, calendar: str, year: int, language: Language) -> YearShown | None:
    """As `year_shown`, of a record of notices."""
    known = _years(record, calendar)
    if year not in known:
        return None
    of = record.calendar(calendar)
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    return YearShown(
        year=year,
        calendar=calendar,
        calendar_name=said(record.scopes[calendar].name, language),
        working_days=sum(of.is_working(day) for day in days),
        months=tuple(tuple(_weeks(of, year, month)) for month in range(1, 13)),
        notices=tuple(_notices(of, days)),
        first_uncovered=next((day for day in days if not of.is_covered(day)), None),
        earlier=year - 1 if year - 1 in known else None,
        later=year + 1 if year + 1 in known else None,
    )


def _years(record: CalendarRecord, calendar: str) -> range:
    """The years from the first that a notice of the calendar covers to the one after the last."""
    bound = [notice for notice in record.notices if calendar in record.bound_by(notice.scope)]
    spoken_of = [
        (notice.covers.until - timedelta(days=1) if notice.covers else min(days_of(notice))).year for notice in bound
    ]
    return range(min(spoken_of), max(spoken_of) + 2) if spoken_of else range(0)


def _weeks(of: Calendar, year: int, month: int) -> Iterator[tuple[DayOfYear | None, ...]]:
    first = date(year, month, 1)
    day = first - timedelta(days=first.weekday())
    while (day.year, day.month) <= (year, month):
        week = [day + timedelta(days=n) for n in range(DAYS_OF_A_WEEK)]
        yield tuple(_day(of, each) if each.month == month else None for each in week)
        day += timedelta(days=DAYS_OF_A_WEEK)


def _day(of: Calendar, day: date) -> DayOfYear:
    return DayOfYear(day, of.is_working(day), of.ruling(day) is not None, of.is_covered(day))


def _notices(of: Calendar, days: list[date]) -> Iterator[NoticeOfYear]:
    by_notice: dict[int, tuple[Notice, list[date], list[date]]] = {}
    for day in days:
        if ruling := of.ruling(day):
            _, off, worked = by_notice.setdefault(id(ruling.notice), (ruling.notice, [], []))
            (worked if ruling.worked else off).append(day)
    for notice, off, worked in by_notice.values():
        yield NoticeOfYear(
            notice.document, notice.published_on, notice.published_known, tuple(_spans(off)), tuple(worked)
        )


def _spans(days: list[date]) -> Iterator[tuple[date, date]]:
    """Days in order, put together where one follows the other."""
    first = last = None
    for day in days:
        if first is None or last is None:
            first = last = day
        elif day - last == timedelta(days=1):
            last = day
        else:
            yield first, last
            first = last = day
    if first is not None and last is not None:
        yield first, last
