"""Adding 20 working days to an instant of receipt, time zone included, beside three libraries.

Every contender gets the same receipts in UTC and must give back the last day of the period; ours gives back the whole
deadline: the instant due, the last day, whether it is provisional, and the record by which it was computed. numpy is
given our days off, since it knows none; the other two bring their own.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
import numpy

from benchmarks.figures import Aim, Figure
from rules.seed_notices import read_record

BENCH = "deadlines"

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKING_DAYS = 20
SATURDAY = 5
TARGET = Aim(2)
FULL, QUICK, YARDSTICK = 7, 2, 5
"""Runs."""
FIRST, LAST = date(2019, 1, 1), date(2026, 11, 20)

LastDay = Callable[[datetime], date]


def run(runs: int) -> list[Figure]:
    """One figure for each contender: median microseconds for one deadline over so many runs.

    The method tells how many of its answers differ from the record of notices.
    """
    calendar = read_record().calendar("CN")
    period = f"{WORKING_DAYS}wd"

    def ours(received_at: datetime) -> date:
        return calendar.deadline(received_at, period).last_day

    receipts = _receipts(20_000)
    truth = [ours(received_at) for received_at in receipts]
    contenders: list[tuple[str, LastDay, int, Aim | None]] = [
        ("kaifang", ours, 20_000, TARGET),
        ("numpy.busday_offset", _numpy(calendar.is_working), 5_000, None),
        ("holidays", _holidays(), 1_000, None),
        ("chinesecalendar", _chinesecalendar, 100, None),
    ]
    return [
        Figure(
            BENCH,
            f"{WORKING_DAYS} working days, {name}",
            _measured(last_day, receipts[:count], runs),
            "µs",
            f"time zone included; median of {runs} runs of {count:,} receipts of 2019 to 2026; "
            + _differing(last_day, receipts[:count], truth),
            aim=aim,
        )
        for name, last_day, count, aim in contenders
    ]


def yardstick() -> float:
    """Microseconds for a deadline by numpy, in which nothing of ours has a share: how fast the machine is just now."""
    every_weekday = _numpy(lambda day: day.weekday() < SATURDAY)
    return _measured(every_weekday, _receipts(5_000), YARDSTICK)


def _receipts(count: int) -> list[datetime]:
    chance = random.Random(20190101)
    seconds = (LAST - FIRST).days * 24 * 60 * 60
    start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    return [start + timedelta(seconds=chance.randrange(seconds)) for _ in range(count)]


def _numpy(is_working: Callable[[date], bool]) -> LastDay:
    # busdaycalendar knows no worked weekends: so every weekday is open and each day off is a holiday.
    every_day = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 100)]
    off = [day for day in every_day if not is_working(day)]
    calendar = numpy.busdaycalendar(weekmask="1111111", holidays=numpy.array(off, dtype="datetime64[D]"))

    def last_day(received_at: datetime) -> date:
        received_on = received_at.astimezone(SHANGHAI).date()
        # roll='backward' puts a receipt on a day off before it, so that day 1 is the next working day
        ended_on = numpy.busday_offset(received_on, WORKING_DAYS, roll="backward", busdaycal=calendar).item()
        assert isinstance(ended_on, date)
        return ended_on

    return last_day


def _holidays() -> LastDay:
    china = holidays.country_holidays("CN", years=range(FIRST.year - 1, LAST.year + 2))

    def last_day(received_at: datetime) -> date:
        return china.get_nth_working_day(received_at.astimezone(SHANGHAI).date(), WORKING_DAYS)

    return last_day


def _chinesecalendar(received_at: datetime) -> date:
    ended_on: date = chinese_calendar.find_workday(WORKING_DAYS, received_at.astimezone(SHANGHAI).date())
    return ended_on


def _measured(last_day: LastDay, receipts: list[datetime], runs: int) -> float:
    last_day(receipts[0])
    return median(_seconds(last_day, receipts) for _ in range(runs)) / len(receipts) * 1e6


def _seconds(last_day: LastDay, receipts: list[datetime]) -> float:
    started = perf_counter()
    for received_at in receipts:
        last_day(received_at)
    return perf_counter() - started


def _differing(last_day: LastDay, receipts: list[datetime], truth: list[date]) -> str:
    wrong = sum(last_day(received_at) != right for received_at, right in zip(receipts, truth, strict=False))
    return f"{wrong} of {len(receipts)} differ from the record"
