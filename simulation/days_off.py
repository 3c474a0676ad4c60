"""Days off for days that no notice covers yet: those of the last year that has one, 52 weeks on, so that a weekday
stays a weekday. A guess, for simulations alone; festivals of the lunar calendar fall some days beside their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from rules.calendar import CalendarRecord
from rules.calendar_notices import DaysOff, Notice, Span

A_YEAR_OF_WEEKS = timedelta(weeks=52)


def guessed_notices(record: CalendarRecord, scope: str, until: date) -> list[Notice]:
    """The notices by which the calendar of this scope has days off for every year up to that day (exclusive)."""
    return [notice for each in _scopes(record, scope) for notice in _repeated(record, each, until)]


def _scopes(record: CalendarRecord, scope: str) -> Iterator[str]:
    name: str | None = scope
    while name is not None:
        yield name
        name = record.scopes[name].within


def _repeated(record: CalendarRecord, scope: str, until: date) -> Iterator[Notice]:
    yearly = [(notice.covers, notice) for notice in record.notices if notice.scope == scope and notice.covers]
    if not yearly:
        return
    covers, latest = max(yearly, key=lambda each: each[0].until)
    shift = A_YEAR_OF_WEEKS
    while covers.since + shift < until and covers.until < until:
        yield latest.model_copy(
            update={
                "document": f"{latest.document} + {shift.days // 7} 周 weeks",
                "published_on": latest.published_on + shift,
                "covers": Span(covers.since + shift, covers.until + shift),
                "days_off": tuple(DaysOff(off.first + shift, off.last + shift) for off in latest.days_off),
                "days_worked": tuple(day + shift for day in latest.days_worked),
            }
        )
        shift += A_YEAR_OF_WEEKS
