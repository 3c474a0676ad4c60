"""Which accesses are asked for, and over which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from reading.figures.days import Days, DaysUnusable

A_DAY = timedelta(days=1)
USUAL = timedelta(days=31)
"""So many days up to today, unless others are named."""
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class AccessesSought:
    """Accesses on these days: to one dataset, to the data of one county, by one grant, with one reason, or all that is
    seen."""

    days: Days
    dataset_id: str | None = None
    grant_case_id: str | None = None
    reason: str | None = None
    county: str | None = None


def days_of_accesses(from_on: date | None, until_on: date | None, today: date) -> Days:
    """The days asked for, the second not included. Raises DaysUnusable for a span that is backwards or too long: each
    month is a partition of its own."""
    until = until_on or (max(today, from_on) if from_on else today) + A_DAY
    since = from_on or until - USUAL
    if since >= until:
        raise DaysUnusable("until", "span_backwards")
    if until - since > LONGEST:
        raise DaysUnusable("from", "days_too_many", most=LONGEST.days)
    return Days(since, until)
