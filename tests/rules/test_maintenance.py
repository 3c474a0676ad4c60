"""Interruptions of the service, as Nanning's article 13 has them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from importlib.resources import files

import pytest

from rules.calendar import Calendar, CalendarRecord
from rules.deadlines import SHANGHAI
from rules.loading import PackRefused, load_pack, load_text
from rules.maintenance import MaintenanceRule, maintenance_rule, wrong_with
from rules.seed_notices import read_notices, read_scopes
from tests.five_cities import FIVE_CITIES


@pytest.fixture(scope="module")
def rule() -> MaintenanceRule:
    found = maintenance_rule(load_pack("nanning"), date(2026, 3, 2))
    assert found
    return found


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return CalendarRecord(read_notices(), read_scopes()).calendar("CN-GX")


def at(day: int, hour: int = 0) -> datetime:
    """In March 2026, whose 2nd is a Monday."""
    return datetime(2026, 3, day, hour, tzinfo=SHANGHAI)


def codes(
    rule: MaintenanceRule, calendar: Calendar, announced: datetime, starts: datetime, ends: datetime, reason: str = ""
) -> list[str]:
    assert rule.days_off_of
    national = CalendarRecord(read_notices(), read_scopes()).calendar(rule.days_off_of)
    return [each.code for each in wrong_with(rule, calendar, announced, starts, ends, reason, national)]


def test_of_the_five_only_nannings_law_says_how_the_service_is_interrupted() -> None:
    assert [city for city in FIVE_CITIES if maintenance_rule(load_pack(city), date(2026, 3, 2))] == ["nanning"]


def test_two_whole_working_days_lie_between_announcement_and_interruption(
    rule: MaintenanceRule, calendar: Calendar
) -> None:
    assert codes(rule, calendar, at(4, 9), at(7), at(8)) == []
    assert codes(rule, calendar, at(5, 9), at(7), at(8)) == ["announced_too_late"]


def test_a_reason_does_not_shorten_the_time_in_advance(rule: MaintenanceRule, calendar: Calendar) -> None:
    assert codes(rule, calendar, at(5, 9), at(7), at(8), reason="Urgent") == ["announced_too_late"]


def test_an_interruption_on_a_working_day_needs_a_reason(rule: MaintenanceRule, calendar: Calendar) -> None:
    friday_evening = (at(2, 9), at(6, 22), at(8))
    assert codes(rule, calendar, *friday_evening) == ["interrupts_working_days"]
    assert codes(rule, calendar, *friday_evening, reason=" ") == ["interrupts_working_days"]
    assert codes(rule, calendar, *friday_evening, reason="The vendor comes on Friday") == []


def test_an_interruption_that_ends_at_midnight_does_not_touch_the_next_day(
    rule: MaintenanceRule, calendar: Calendar
) -> None:
    sunday = (at(2, 9), at(8), at(9))
    assert codes(rule, calendar, *sunday) == []
    assert codes(rule, calendar, sunday[0], sunday[1], sunday[2] + timedelta(seconds=1)) == ["interrupts_working_days"]


@pytest.mark.duty("NN-13")
def test_a_day_off_that_guangxi_alone_has_is_no_statutory_holiday_and_needs_a_reason(
    rule: MaintenanceRule, calendar: Calendar
) -> None:
    announced = at(2, 9)

    def on(month: int, day: int) -> tuple[datetime, datetime]:
        begin = datetime(2026, month, day, tzinfo=SHANGHAI)
        return begin, begin + timedelta(days=1)

    assert not calendar.is_working(date(2026, 4, 17)), "the Friday of Sanyuesan"
    assert codes(rule, calendar, announced, *on(4, 17)) == ["interrupts_working_days"]
    assert codes(rule, calendar, announced, *on(4, 18)) == [], "a Saturday"
    assert codes(rule, calendar, announced, *on(5, 1)) == [], "a statutory holiday"
    assert codes(rule, calendar, announced, *on(5, 9)) == ["interrupts_working_days"], "a Saturday that is worked"


@pytest.mark.duty("NN-13")
def test_the_two_days_in_advance_are_working_days_of_guangxi(rule: MaintenanceRule, calendar: Calendar) -> None:
    """Between Thursday 16 April 2026 and the first working day after Sanyuesan, Tuesday the 21st, none is worked."""
    saturday = datetime(2026, 4, 25, tzinfo=SHANGHAI)
    assert (
        codes(rule, calendar, datetime(2026, 4, 16, 9, tzinfo=SHANGHAI), saturday, saturday + timedelta(days=1)) == []
    )
    wednesday = datetime(2026, 4, 22, tzinfo=SHANGHAI)
    late = codes(
        rule, calendar, datetime(2026, 4, 16, 9, tzinfo=SHANGHAI), wednesday, wednesday + timedelta(days=1), "x"
    )
    assert late == ["announced_too_late"]


def test_the_scope_whose_days_off_are_meant_has_notices_on_record() -> None:
    text = files("rules.packs").joinpath("nanning.yaml").read_text(encoding="utf-8")
    with pytest.raises(PackRefused) as refusal:
        load_text(text.replace("days_off_of: CN}", "days_off_of: MARS}"), "nanning.yaml")
    assert [each.rule for each in refusal.value.problems] == ["unknown_calendar"]
