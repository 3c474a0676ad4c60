"""Days, instants and periods as people read them, in Asia/Shanghai."""

from __future__ import annotations

from datetime import date, datetime

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
