"""Legal periods, the deadlines they lead to, and how a deadline explains itself.

Pure: no clock, no files, no calendar of its own. `rules.calendar` computes with these types.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.pinned import Label, LastDayOff, Pinned

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Asia/Shanghai as it has been since 1992. Before, there was summer time: see `to_shanghai`."""

UNIFORM_SINCE = date(1992, 1, 1)


class DeadlineError(ValueError):
    """A deadline that cannot be computed: the message names the field and the rule."""


class ReceiptWithoutOffset(DeadlineError):
    """The instant of receipt does not say in which offset it is written, so it may mean two different days."""


class PeriodNotUnderstood(DeadlineError):
    """The period is no number from 1 to 9999 followed by `wd`, `h`, `d` or `mo`."""


class DeadlineOutOfRange(DeadlineError):
    """The period begins or ends outside the years 1 to 9999."""


class DeadlineOfAnotherCalendar(DeadlineError):
    """The deadline was computed by a calendar that knows other notices, which alone can explain it."""


class Unit(StrEnum):
    WORKING_DAYS = "wd"
    HOURS = "h"
    CALENDAR_DAYS = "d"
    MONTHS = "mo"


DATED = frozenset({Unit.CALENDAR_DAYS, Unit.MONTHS})
"""The units whose periods end on a date that no notice changes, unless that is a day off."""


class Period(NamedTuple):
    """A length that the law sets: working days, calendar days or months (the day of receipt not counted), or natural
    hours."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.number}{self.unit}"


@lru_cache(maxsize=1024)
def parse_period(text: str) -> Period:
    """Reads `12h`, `5wd`, `15d` or `2mo`. Raises `PeriodNotUnderstood`."""
    match = re.fullmatch(r"([1-9][0-9]{0,3})(wd|h|d|mo)", text)
    if match is None:
        raise PeriodNotUnderstood(f"period: {text[:40]!r} is not a number from 1 to 9999 followed by wd, h, d or mo")
    return Period(int(match[1]), Unit(match[2]))


class Deadline(NamedTuple):
    """When a period ends, and by which knowledge: the same calendar at the same version always answers the same.

    `started_at` and `due_at` carry the offset of Asia/Shanghai. `due_at` is exclusive: for working days the midnight
    after `last_day`. `last_day` is the day on which the last moment of the period lies. `provisional`: a day that was
    needed is not covered by a notice yet, so the deadline may move. `calendar_version` is the length of the record.
    `extra_days` are of the unit of the period. `last_day_off` says what became of a last day that is a day off.
    """

    started_at: datetime
    period: str
    extra_days: int
    due_at: datetime
    last_day: date
    provisional: bool
    calendar: str
    calendar_version: int
    last_day_off: LastDayOff = LastDayOff.STAYS


class Skipped(Pinned):
    """A day that a period passed over, and why."""

    on: date
    why: Label


class ExplainedDay(Skipped):
    """A day of a period: whether it counts, why, and whether a notice has settled that."""

    counted: bool
    covered: bool


class Explanation(Pinned):
    """Every day of a deadline's period in order, from the day after receipt to the last day; none for hours."""

    days: tuple[ExplainedDay, ...]

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        return tuple(Skipped(on=day.on, why=day.why) for day in self.days if not day.counted)


@lru_cache(maxsize=1)
def _zone_with_history() -> tzinfo:
    # Looked up only for instants before 1992: finding a zone reads a file, which a workflow must not.
    return ZoneInfo("Asia/Shanghai")


def to_shanghai(instant: datetime) -> datetime:
    """The same instant on the clocks of Asia/Shanghai. Raises `ReceiptWithoutOffset` and `DeadlineOutOfRange`."""
    if instant.utcoffset() is None:
        raise ReceiptWithoutOffset(
            f"received_at: {instant.isoformat()} has no offset from UTC; write it as 2026-05-09T00:30:00+08:00"
        )
    try:
        local = instant.astimezone(SHANGHAI)
        return local if local.year >= UNIFORM_SINCE.year else instant.astimezone(_zone_with_history())
    except OverflowError:
        raise DeadlineOutOfRange(f"received_at: {instant.isoformat()} is outside the years 1 to 9999") from None


def midnight(day: date) -> datetime:
    """00:00 of this day in Asia/Shanghai."""
    zone = SHANGHAI if day >= UNIFORM_SINCE else _zone_with_history()
    return datetime.combine(day, time.min, zone)


def hours_after(instant: datetime, hours: int) -> datetime:
    """The instant so many natural hours later. Raises `DeadlineOutOfRange`."""
    try:
        return to_shanghai(instant.astimezone(UTC) + timedelta(hours=hours))
    except OverflowError:
        raise DeadlineOutOfRange(
            f"period: {hours}h after {instant.isoformat()} is outside the years 1 to 9999"
        ) from None


def last_date(day: date, number: int, unit: Unit, extra_days: int = 0) -> date:
    """The last day of a period in calendar days or months that begins after `day`, whether or not it is a day off.

    Months end on the day of the same number, or where the last month has none, on its last day; days for which the
    clock was stopped are added after that. Raises `DeadlineOutOfRange`.
    """
    try:
        if unit is not Unit.MONTHS:
            return day + timedelta(days=number + extra_days)
        years, month = divmod(day.year * 12 + day.month - 1 + number, 12)
        same = date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))
        return same + timedelta(days=extra_days)
    except (ValueError, OverflowError):
        raise DeadlineOutOfRange("period: it ends outside the years 1 to 9999") from None
