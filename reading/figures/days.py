"""The days for which there are figures: any days for supervisors, only whole past months for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

A_YEAR = 12
"""Months."""
LONGEST = 60
"""Months in one span."""


@dataclass(frozen=True)
class Days:
    """The days from one up to another, which is not in them."""

    from_on: date
    until_on: date


class DaysUnusable(Exception):
    """There are no figures for these days: `code` is the rule, `field` the end of the span that breaks it."""

    def __init__(self, field: str, code: str, **params: object) -> None:
        self.field = field
        self.code = code
        self.params = params
        super().__init__(field, code)


def days_between(from_on: date | None, until_on: date | None, today: date) -> Days:
    """The days asked for; this year, up to and with today, unless others are named. Raises DaysUnusable."""
    days = Days(from_on or date(today.year, 1, 1), until_on or today + timedelta(days=1))
    if days.from_on >= days.until_on:
        raise DaysUnusable("until", "span_backwards")
    return days


def whole_months(from_month: str | None, until_month: str | None, today: date) -> Days:
    """The months asked for, as `2026-01`, the second not included; the last twelve that are over unless others are
    named. Raises DaysUnusable."""
    until_on = date.fromisoformat(f"{until_month}-01") if until_month else today.replace(day=1)
    from_on = date.fromisoformat(f"{from_month}-01") if from_month else months_before(until_on, A_YEAR)
    if until_on > today:
        raise DaysUnusable("until", "month_not_over")
    if from_on >= until_on:
        raise DaysUnusable("until", "span_backwards")
    if from_on < months_before(until_on, LONGEST):
        raise DaysUnusable("from", "months_too_many", most=LONGEST)
    return Days(from_on, until_on)


def months_before(first: date, months: int) -> date:
    """The first of the month so many months before a first."""
    years, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(years, month + 1, 1)
