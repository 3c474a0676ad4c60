"""What holds of every deadline, whatever the notices say: checked against a count of days one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import Calendar, CalendarRecord
from rules.calendar_notices import DaysOff, Notice, Span
from rules.seed_notices import read_record, read_scopes

SEEDED = read_record()
SCOPES = read_scopes()
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2023, 1, 1), date(2024, 12, 31)

days = st.dates(FIRST, LAST)
receipts = st.datetimes(datetime(2018, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as Hypothesis wants bounds
numbers = st.integers(1, 300)
seeded_calendars = st.builds(
    SEEDED.calendar,
    st.sampled_from(["CN", "CN-GX"]),
    st.none() | st.dates(date(2018, 1, 1), date(2026, 12, 31)),
)


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    named = draw(st.dictionaries(days, st.booleans(), min_size=1, max_size=12))
    since = draw(st.none() | st.dates(FIRST, date(2023, 12, 31)))
    return Notice(
        scope=draw(st.sampled_from(["CN", "CN-GX"])),
        document="notice",
        published_on=draw(days),
        recorded_at=datetime(2024, 1, 1, tzinfo=UTC),
        covers=since and Span(since, since + timedelta(days=draw(st.integers(1, 400)))),
        days_off=tuple(DaysOff(day, day) for day, worked in named.items() if not worked),
        days_worked=tuple(day for day, worked in named.items() if worked),
    )


class CountedOneByOne:
    """The same calendar without any arithmetic: every day is asked by itself, every notice is looked at."""

    def __init__(self, record: CalendarRecord, scope: str, as_of: date | None) -> None:
        wide_to_narrow = ["CN"] if scope == "CN" else ["CN", scope]
        known = [n for n in record.notices if n.scope in wide_to_narrow and (as_of is None or n.published_on <= as_of)]
        self._known = sorted(known, key=lambda n: (wide_to_narrow.index(n.scope), n.published_on))
        self._awaited = [
            (each.scope, span) for each in SCOPES if each.scope in wide_to_narrow for span in each.awaited()
        ]

    def is_working(self, day: date) -> bool:
        worked = day.weekday() < 5
        for notice in self._known:
            worked = dict(notice.rulings()).get(day, worked)
        return worked

    def is_covered(self, day: date) -> bool:
        return all(
            any(n.scope == scope and n.covers and n.covers.since <= day < n.covers.until for n in self._known)
            for scope, awaited in self._awaited
            if awaited.since <= day < awaited.until
        )

    def deadline(self, received_at: datetime, number: int) -> tuple[datetime, bool]:
        day, counted, provisional = received_at.astimezone(SHANGHAI).date(), 0, False
        while counted < number:
            day += timedelta(days=1)
            counted += self.is_working(day)
            provisional |= not self.is_covered(day)
        return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI), provisional


@settings(max_examples=150, deadline=None)
@given(
    st.lists(notices(), max_size=6),
    st.sampled_from(["CN", "CN-GX"]),
    st.none() | days,
    st.datetimes(datetime(2022, 12, 1), datetime(2025, 2, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - as Hypothesis wants bounds
    st.integers(1, 40),
)
def test_a_deadline_is_what_counting_the_days_one_by_one_gives(
    listed: list[Notice], scope: str, as_of: date | None, received_at: datetime, number: int
) -> None:
    record = CalendarRecord(listed, SCOPES)
    deadline = record.calendar(scope, as_of).deadline(received_at, f"{number}wd")
    assert (deadline.due_at, deadline.provisional) == CountedOneByOne(record, scope, as_of).deadline(
        received_at, number
    )


@given(seeded_calendars, receipts, receipts, numbers)
def test_a_later_receipt_never_leads_to_an_earlier_deadline(
    calendar: Calendar, one: datetime, other: datetime, number: int
) -> None:
    earlier, later = sorted((one, other))
    assert calendar.deadline(earlier, f"{number}wd").due_at <= calendar.deadline(later, f"{number}wd").due_at


@given(seeded_calendars, receipts, numbers)
def test_a_longer_period_always_leads_to_a_later_deadline(
    calendar: Calendar, received_at: datetime, number: int
) -> None:
    assert (
        calendar.deadline(received_at, f"{number}wd").due_at < calendar.deadline(received_at, f"{number + 1}wd").due_at
    )


@given(seeded_calendars, receipts, numbers)
def test_a_deadline_is_the_midnight_after_a_working_day(calendar: Calendar, received_at: datetime, number: int) -> None:
    deadline = calendar.deadline(received_at, f"{number}wd")
    assert calendar.is_working(deadline.last_day)
    assert deadline.due_at == datetime.combine(deadline.last_day + timedelta(days=1), time.min, SHANGHAI)


@given(seeded_calendars, receipts, numbers, st.integers(0, 20))
def test_an_explanation_replays_to_the_same_answer(
    calendar: Calendar, received_at: datetime, number: int, extra_days: int
) -> None:
    deadline = calendar.deadline(received_at, f"{number}wd", extra_days)
    explained = calendar.explain(deadline).days
    received_on = received_at.astimezone(SHANGHAI).date()
    assert [day.on for day in explained] == [received_on + timedelta(days=n) for n in range(1, len(explained) + 1)]
    assert explained[-1].counted
    assert explained[-1].on == deadline.last_day
    assert sum(day.counted for day in explained) == number + extra_days
    assert any(not day.covered for day in explained) == deadline.provisional


@given(seeded_calendars, receipts, numbers)
def test_the_working_days_up_to_the_last_day_are_the_period(
    calendar: Calendar, received_at: datetime, number: int
) -> None:
    deadline = calendar.deadline(received_at, f"{number}wd")
    assert calendar.working_days_between(deadline.started_at.date(), deadline.last_day) == number


@given(seeded_calendars, receipts, numbers)
def test_hours_run_from_the_moment_and_are_never_provisional(
    calendar: Calendar, received_at: datetime, number: int
) -> None:
    deadline = calendar.deadline(received_at, f"{number}h")
    assert deadline.due_at - received_at == timedelta(hours=number)
    assert not deadline.provisional
    assert deadline.last_day == (deadline.due_at.astimezone(SHANGHAI) - timedelta(microseconds=1)).date()
