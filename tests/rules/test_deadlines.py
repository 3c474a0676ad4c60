"""Deadlines as the notices lead to them: worked cases, the edges of the arithmetic, what a deadline says of itself."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from rules.calendar import Calendar
from rules.deadlines import (
    DeadlineError,
    DeadlineOfAnotherCalendar,
    DeadlineOutOfRange,
    Period,
    PeriodNotUnderstood,
    ReceiptWithoutOffset,
    Unit,
    parse_period,
)
from rules.seed_notices import read_record

RECORD = read_record()
CASES = list(csv.DictReader((Path(__file__).parent / "deadline_cases.csv").read_text(encoding="utf-8").splitlines()))


def national() -> Calendar:
    return RECORD.calendar("CN")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize("case", CASES, ids=[f"{case['id']}: {case['rule']}" for case in CASES])
def test_each_worked_case_has_its_deadline(case: dict[str, str]) -> None:
    as_of = date.fromisoformat(case["as_of"]) if case["as_of"] else None
    calendar = RECORD.calendar(case["calendar"], as_of)
    deadline = calendar.deadline(datetime.fromisoformat(case["received_at"]), case["period"])
    assert deadline.due_at.isoformat() == case["due_at"]
    assert deadline.provisional == (case["provisional"] == "true")
    assert deadline.last_day == (deadline.due_at - timedelta(microseconds=1)).date()


def test_a_period_received_on_a_holiday_starts_counting_at_the_next_working_day() -> None:
    deadline = national().deadline(at("2026-02-17T10:00"), "1wd")
    assert deadline.last_day == date(2026, 2, 24)


def test_two_receipts_on_one_day_have_one_deadline() -> None:
    first = national().deadline(at("2026-03-02T00:00"), "5wd")
    last = national().deadline(at("2026-03-02T23:59:59.999999"), "5wd")
    assert first.due_at == last.due_at


def test_the_offset_in_which_a_receipt_is_written_does_not_matter() -> None:
    here = at("2026-03-02T00:30")
    elsewhere = here.astimezone(timezone(timedelta(hours=-7)))
    assert national().deadline(here, "3wd") == national().deadline(elsewhere, "3wd")


def test_instants_are_given_back_in_the_time_of_shanghai() -> None:
    deadline = national().deadline(datetime(2026, 3, 2, 20, tzinfo=UTC), "1wd")
    assert deadline.started_at.isoformat() == "2026-03-03T04:00:00+08:00"
    assert deadline.due_at.isoformat() == "2026-03-05T00:00:00+08:00"


def test_summer_time_before_1992_is_the_summer_time_of_shanghai() -> None:
    by_hours = national().deadline(datetime(1988, 4, 16, 4, tzinfo=UTC), "24h")
    assert by_hours.due_at.isoformat() == "1988-04-17T13:00:00+09:00"
    by_days = national().deadline(datetime(1988, 7, 4, 15, 30, tzinfo=UTC), "1wd")
    assert by_days.started_at.date() == date(1988, 7, 5)
    assert by_days.due_at.isoformat() == "1988-07-07T00:00:00+09:00"


def test_a_receipt_without_offset_is_refused() -> None:
    with pytest.raises(ReceiptWithoutOffset, match=r"received_at: 2026-03-02T09:00:00 has no offset"):
        national().deadline(datetime(2026, 3, 2, 9), "1wd")  # noqa: DTZ001 - the refusal is what is tested


@pytest.mark.parametrize(
    "text", ["", "0wd", "-1wd", "1.5h", "05wd", "5 wd", "5WD", "5D", "m", "5m", "wd", "10000wd", "٥wd", "5wd\n"]
)
def test_a_period_is_a_number_from_1_to_9999_and_a_unit(text: str) -> None:
    with pytest.raises(PeriodNotUnderstood, match=r"^period: "):
        parse_period(text)


def test_a_period_can_be_given_in_parts() -> None:
    period = Period(5, Unit.WORKING_DAYS)
    assert str(period) == "5wd"
    assert parse_period("5wd") == period
    assert national().deadline(at("2026-03-02T09:00"), period) == national().deadline(at("2026-03-02T09:00"), "5wd")


@pytest.mark.parametrize("unit", list(Unit))
def test_a_period_of_nothing_is_refused(unit: Unit) -> None:
    with pytest.raises(DeadlineError, match=r"^period: 0"):
        national().deadline(at("2026-03-02T09:00"), Period(0, unit))


def test_days_on_which_the_clock_was_stopped_are_added_as_working_days() -> None:
    received_at = at("2026-03-02T09:00")
    stopped = national().deadline(received_at, "5wd", extra_days=3)
    assert stopped.due_at == national().deadline(received_at, "8wd").due_at
    assert (stopped.period, stopped.extra_days) == ("5wd", 3)


@pytest.mark.parametrize(("period", "extra_days"), [("12h", 1), ("5wd", -1)])
def test_hours_are_not_extended_by_working_days_and_nothing_is_taken_away(period: str, extra_days: int) -> None:
    with pytest.raises(DeadlineError, match="extra_days"):
        national().deadline(at("2026-03-02T09:00"), period, extra_days)


def test_a_thousand_working_days_are_counted_one_by_one() -> None:
    deadline = national().deadline(at("2020-01-01T09:00"), "1000wd")
    day = date(2020, 1, 1)
    for _ in range(1000):
        day += timedelta(days=1)
        while not national().is_working(day):
            day += timedelta(days=1)
    assert deadline.last_day == day


@pytest.mark.parametrize(
    ("received_at", "period"),
    [
        (datetime(9999, 12, 30, tzinfo=UTC), "20wd"),
        (datetime(9999, 12, 31, 20, tzinfo=UTC), "1wd"),
        (datetime(9999, 12, 31, tzinfo=UTC), "48h"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "1wd"),
    ],
)
def test_a_deadline_outside_the_years_1_to_9999_is_refused(received_at: datetime, period: str) -> None:
    with pytest.raises(DeadlineOutOfRange):
        national().deadline(received_at, period)


@pytest.mark.parametrize("year", [1, 1700, 1949, 2017, 2027, 2041, 2500, 9999])
@pytest.mark.parametrize("scope", ["CN", "CN-GX"])
def test_years_without_notices_count_the_plain_week_and_are_provisional(scope: str, year: int) -> None:
    received_at = datetime(year, 2, 1, 12, tzinfo=UTC)
    deadline = RECORD.calendar(scope).deadline(received_at, "10wd")
    assert deadline.provisional
    days_of_the_weekend_left_at_receipt = max(0, received_at.weekday() - 4)
    assert (deadline.last_day - received_at.date()).days == 14 - days_of_the_weekend_left_at_receipt


def test_a_deadline_names_the_record_by_which_it_was_computed() -> None:
    deadline = RECORD.calendar("CN-GX").deadline(at("2026-03-02T09:00"), "1wd")
    assert (deadline.calendar, deadline.calendar_version) == ("CN-GX", 19)


def test_an_explanation_gives_every_day_and_the_notice_that_decided_it() -> None:
    calendar = RECORD.calendar("CN-GX")
    explanation = calendar.explain(calendar.deadline(at("2023-04-20T09:00"), "3wd"))
    assert [(day.on.day, day.counted, day.why.en) for day in explanation.days] == [
        (21, False, "Friday, day off by 广西 2023 年三月三放假通知"),
        (22, False, "Saturday, day off by 广西 2023 年三月三放假通知"),
        (23, False, "Sunday, day off by 广西 2023 年三月三放假通知"),
        (24, True, "Monday"),
        (25, True, "Tuesday"),
        (26, True, "Wednesday"),
    ]
    assert [day.on.day for day in explanation.skipped] == [21, 22, 23]


def test_an_explanation_names_the_notice_by_which_a_weekend_counts() -> None:
    explanation = national().explain(national().deadline(at("2022-01-28T09:00"), "2wd"))
    assert [day.why.zh for day in explanation.days] == [
        "周六，国办发明电〔2021〕11号：上班",
        "周日，国办发明电〔2021〕11号：上班",
    ]
    assert explanation.skipped == ()


def test_an_explanation_shows_the_days_that_no_notice_covers_yet() -> None:
    calendar = RECORD.calendar("CN-GX", date(2024, 3, 15))
    explanation = calendar.explain(calendar.deadline(at("2024-04-03T09:00"), "3wd"))
    assert [day.on.isoformat() for day in explanation.days if not day.covered] == ["2024-04-08", "2024-04-09"]
    assert explanation.days[-1].why.en == "Tuesday (no notice covers this day yet)"


def test_hours_have_no_days_to_explain() -> None:
    assert national().explain(national().deadline(at("2026-02-14T09:00"), "12h")).days == ()


def test_a_deadline_is_explained_only_by_the_calendar_that_computed_it() -> None:
    deadline = RECORD.calendar("CN-GX").deadline(at("2023-04-20T09:00"), "3wd")
    with pytest.raises(DeadlineOfAnotherCalendar, match=r"CN-GX, version 19"):
        national().explain(deadline)


def test_working_days_between_leaves_the_first_day_out_and_takes_the_last_in() -> None:
    assert national().working_days_between(date(2026, 2, 13), date(2026, 2, 24)) == 2
    assert national().working_days_between(date(2026, 2, 14), date(2026, 2, 23)) == 0
    assert national().working_days_between(date(2026, 3, 3), date(2026, 3, 2)) == 0


@pytest.mark.parametrize(
    ("year", "days"),
    [(2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)],
)
def test_each_year_has_the_working_days_that_its_notices_leave_it(year: int, days: int) -> None:
    assert national().working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == days
