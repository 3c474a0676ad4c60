"""Periods in calendar days and in months: checked against a walk from day to day, which adds no dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import CalendarRecord
from rules.calendar_notices import Notice
from rules.deadlines import DeadlineError, DeadlineOutOfRange
from rules.pinned import LastDayOff
from rules.seed_notices import read_record
from tests.rules.test_deadlines_properties import SCOPES, CountedOneByOne, notices

SHANGHAI = ZoneInfo("Asia/Shanghai")
RECEIPTS = st.datetimes(datetime(2022, 12, 1), datetime(2025, 2, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as Hypothesis wants bounds
NATIONAL = read_record().calendar("CN")


def walked(day: date, number: int, unit: str) -> date:
    """The last day by its number, found by looking at one day after the other."""
    number_of_first, months, days = day.day, 0, 0
    while True:
        day += timedelta(days=1)
        days += 1
        months += day.day == 1
        tomorrow_is_a_new_month = (day + timedelta(days=1)).day == 1
        if unit == "d" and days == number:
            return day
        corresponds = day.day == number_of_first or (tomorrow_is_a_new_month and day.day < number_of_first)
        if unit == "mo" and months == number and corresponds:
            return day


@settings(max_examples=150, deadline=None)
@given(
    st.lists(notices(), max_size=6),
    st.sampled_from(["CN", "CN-GX"]),
    RECEIPTS,
    st.tuples(st.integers(1, 60), st.just("d")) | st.tuples(st.integers(1, 14), st.just("mo")),
    st.sampled_from(LastDayOff),
)
def test_a_dated_period_ends_where_a_walk_from_day_to_day_ends(
    listed: list[Notice], scope: str, received_at: datetime, period: tuple[int, str], last_day_off: LastDayOff
) -> None:
    record = CalendarRecord(listed, SCOPES)
    number, unit = period
    independent = CountedOneByOne(record, scope, None)
    day = walked(received_at.astimezone(SHANGHAI).date(), number, unit)
    provisional = False
    if last_day_off is LastDayOff.MOVES:
        provisional = not independent.is_covered(day)
        while not independent.is_working(day):
            day += timedelta(days=1)
            provisional |= not independent.is_covered(day)
    calendar = record.calendar(scope)
    deadline = calendar.deadline(received_at, f"{number}{unit}", last_day_off=last_day_off)
    assert (deadline.due_at, deadline.last_day, deadline.provisional) == (
        datetime.combine(day + timedelta(days=1), time.min, SHANGHAI),
        day,
        provisional,
    )
    days = calendar.explain(deadline).days
    assert [each.on for each in days] == [
        received_at.astimezone(SHANGHAI).date() + timedelta(days=n + 1) for n in range(len(days))
    ]
    assert (days[-1].on, days[-1].counted) == (day, True)
    assert any(not each.covered for each in days) == provisional
    if unit == "d":
        assert sum(each.counted for each in days) == number, (
            "the day to which it moved stands for the one by its number"
        )


@pytest.mark.parametrize(
    ("received_on", "period", "last_day"),
    [
        ("2025-12-31", "2mo", "2026-02-28"),
        ("2024-01-31", "1mo", "2024-02-29"),
        ("2024-02-29", "12mo", "2025-02-28"),
        ("2025-01-15", "3mo", "2025-04-15"),
        ("2026-09-15", "15d", "2026-09-30"),
    ],
)
def test_a_month_without_that_day_ends_on_its_last(received_on: str, period: str, last_day: str) -> None:
    received_at = datetime.combine(date.fromisoformat(received_on), time(16), SHANGHAI)
    assert NATIONAL.deadline(received_at, period).last_day.isoformat() == last_day


def test_a_last_day_within_the_national_day_moves_behind_it_and_says_why() -> None:
    received_at = datetime(2026, 9, 16, 16, tzinfo=SHANGHAI)
    assert NATIONAL.deadline(received_at, "15d").last_day == date(2026, 10, 1)
    moved = NATIONAL.deadline(received_at, "15d", last_day_off=LastDayOff.MOVES)
    assert moved.last_day == date(2026, 10, 8)
    skipped = NATIONAL.explain(moved).skipped
    assert [each.on.day for each in skipped] == [1, 2, 3, 4, 5, 6, 7]
    assert all("期限不在休息日届满" in each.why.zh and "ends on no day off" in each.why.en for each in skipped)


def test_days_on_which_the_clock_stood_still_are_added_as_calendar_days() -> None:
    received_at = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    assert NATIONAL.deadline(received_at, "15d", 4).last_day == NATIONAL.deadline(received_at, "19d").last_day
    assert NATIONAL.deadline(received_at, "1mo", 3).last_day == date(2026, 4, 5)
    with pytest.raises(DeadlineError, match=r"^period: 1mo with extra_days -1"):
        NATIONAL.deadline(received_at, "1mo", -1)


@pytest.mark.parametrize("period", ["9999mo", "9999d"])
def test_a_dated_period_beyond_the_calendar_is_refused_by_name(period: str) -> None:
    with pytest.raises(DeadlineOutOfRange, match=r"^period: it ends outside"):
        NATIONAL.deadline(datetime(9990, 1, 1, tzinfo=UTC), period)
