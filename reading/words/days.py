"""Days, instants and periods as people read them, in Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from reading.words.language import Language
from rules.deadlines import Unit, parse_period, to_shanghai

UNITS: Mapping[Unit, tuple[str, str]] = {
    Unit.WORKING_DAYS: ("个工作日", "working day"),
    Unit.HOURS: ("小时", "hour"),
    Unit.CALENDAR_DAYS: ("日", "day"),
    Unit.MONTHS: ("个月", "month"),
}
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
    """A period of a rule such as `2wd`, `12h`, `15d` or `2mo`."""
    if period is None:
        return "未规定期限" if language == "zh" else "no period set"
    number, unit = parse_period(period)
    chinese, english = UNITS[unit]
    if language == "zh":
        return f"{number}{chinese}"
    return f"{number} {english}" if number == 1 else f"{number} {english}s"
