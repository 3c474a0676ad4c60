"""Lengths, months and weekdays as people read them; days and instants are as all of the service writes them."""

from __future__ import annotations

from datetime import timedelta

from reading.words.days import (
    MONTHS,
    WEEKDAYS,
    WEEKDAYS_ZH,
    day_in_words,
    moment_in_words,
    period_in_words,
    short_day,
)
from reading.words.language import Language

__all__ = [
    "day_in_words",
    "length_in_words",
    "moment_in_words",
    "month_in_words",
    "period_in_words",
    "short_day",
    "weekday_in_short",
    "weekday_in_words",
]


def length_in_words(length: timedelta, language: Language) -> str:
    """How long something took, in days or hours or minutes, whichever says enough."""
    minutes = int(length.total_seconds() // 60)
    number, zh, en = next(
        ((minutes // size, zh, en) for size, zh, en in ((1440, "天", "day"), (60, "小时", "hour")) if minutes >= size),
        (minutes, "分钟", "minute"),
    )
    return f"{number}{zh}" if language == "zh" else f"{number} {en}{'' if number == 1 else 's'}"


def month_in_words(month: int, language: Language) -> str:
    """A month by its name, 1 for January."""
    return f"{month}月" if language == "zh" else MONTHS[month - 1]


def weekday_in_words(weekday: int, language: Language) -> str:
    """A weekday by its name, 0 for Monday."""
    return f"星期{WEEKDAYS_ZH[weekday]}" if language == "zh" else WEEKDAYS[weekday]


def weekday_in_short(weekday: int, language: Language) -> str:
    """A weekday as a heading of a calendar has it."""
    return WEEKDAYS_ZH[weekday] if language == "zh" else WEEKDAYS[weekday][:2]
