"""Days, instants and periods as people read them, in Asia/Shanghai."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from reading.words.language import Language
from rules.deadlines import to_shanghai

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_in_words(on: date, language: Language) -> str:
    """A day with its weekday; of an instant, that of Shanghai."""
    on = to_shanghai(on).date() if isinstance(on, datetime) else on
    if language == "zh":
        return f"{on.year}年{on.month}月{on.day}日（星期{WEEKDAYS_ZH[on.weekday()]}）"
    return f"{WEEKDAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]} {on.year}"


def short_day(on: date, language: Language) -> str:
    """A day without its weekday."""
    on = to_shanghai(on).date() if isinstance(on, datetime) else on
    if language == "zh":
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1][:3]} {on.year}"


def moment_in_words(at: datetime, language: Language) -> str:
    """An instant to the minute."""
    return f"{short_day(at, language)} {to_shanghai(at):%H:%M}"


def period_in_words(period: str | None, language: Language) -> str:
    """A period of a rule such as `2wd` or `12h`."""
    if period is None:
        return "未规定期限" if language == "zh" else "no period set"
    number, unit = period.rstrip("wdh"), period.lstrip("0123456789")
    if language == "zh":
        return f"{number}个工作日" if unit == "wd" else f"{number}小时"
    words = ("working day" if unit == "wd" else "hour") + ("" if number == "1" else "s")
    return f"{number} {words}"


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
