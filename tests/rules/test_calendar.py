"""The record of notices: which notice prevails, what is known on a day, and which days await a notice."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import chinese_calendar
import holidays
import pytest
from lunardate import LunarDate
from pydantic import ValidationError

from rules.calendar import CalendarRecord, CalendarUnknown
from rules.calendar_notices import DaysOff, Festival, Notice, Scope, Span
from rules.pinned import Label
from rules.seed_notices import read_record, read_scopes

RECORD = read_record()
SCOPES = read_scopes()
EVERY_DAY = [date(2019, 1, 1) + timedelta(days=n) for n in range((date(2026, 12, 31) - date(2019, 1, 1)).days + 1)]
MONDAY = date(2026, 3, 2)


def notice(
    scope: str = "CN",
    published_on: date = date(2026, 1, 1),
    *,
    off: tuple[date, ...] = (),
    worked: tuple[date, ...] = (),
    covers: Span | None = None,
) -> Notice:
    return Notice(
        scope=scope,
        document=f"{scope} {published_on}",
        published_on=published_on,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        covers=covers,
        days_off=tuple(DaysOff(day, day) for day in off),
        days_worked=worked,
    )


def record(*notices: Notice) -> CalendarRecord:
    return CalendarRecord(notices, SCOPES)


def test_every_day_from_2019_to_2026_is_worked_or_not_as_chinesecalendar_has_it() -> None:
    calendar = RECORD.calendar("CN")
    assert [day for day in EVERY_DAY if calendar.is_working(day) != chinese_calendar.is_workday(day)] == []


def test_every_day_from_2019_to_2026_is_worked_or_not_as_holidays_has_it() -> None:
    calendar = RECORD.calendar("CN")
    china = holidays.country_holidays("CN", years=range(2019, 2027))
    assert [day for day in EVERY_DAY if calendar.is_working(day) != china.is_working_day(day)] == []


def test_the_table_of_the_festival_is_the_third_of_the_third_lunar_month() -> None:
    (festival,) = (scope.festival for scope in SCOPES if scope.festival)
    years = [first.year for first in festival.first_days]
    assert {2019, 2040} <= set(years)
    assert list(festival.first_days) == [LunarDate(year, 3, 3).to_solar_date() for year in years]


def test_annual_national_notices_cover_the_years_without_gap_or_overlap() -> None:
    covers = [each.covers for each in RECORD.notices if each.scope == "CN" and each.covers]
    assert covers[0].since == date(2018, 12, 29)
    assert covers[-1].until == date(2026, 12, 29)
    assert all(earlier.until == later.since for earlier, later in pairwise(covers))


def test_every_annual_notice_names_only_days_that_it_covers() -> None:
    stray = [
        (each.document, day)
        for each in RECORD.notices
        if each.covers
        for day, _ in each.rulings()
        if not each.covers.since <= day < each.covers.until
    ]
    assert stray == []


def test_each_notice_of_guangxi_covers_exactly_the_weeks_of_its_festival() -> None:
    (festival,) = (scope.festival for scope in SCOPES if scope.festival)
    weeks = {week.since.year: week for week in festival.weeks()}
    covers = {each.covers.since.year: each.covers for each in RECORD.notices if each.scope == "CN-GX" and each.covers}
    assert covers == {year: weeks[year] for year in range(2019, 2027)}


def test_the_record_is_in_order_of_publication_as_far_as_it_is_seeded() -> None:
    published = [each.published_on for each in RECORD.notices]
    assert published == sorted(published)


def test_a_later_publication_prevails_even_if_it_was_recorded_first() -> None:
    later = notice(published_on=date(2026, 2, 2), off=(MONDAY,))
    earlier = notice(published_on=date(2026, 2, 1), worked=(MONDAY,))
    assert not record(later, earlier).calendar("CN").is_working(MONDAY)


def test_of_two_notices_published_on_one_day_the_one_recorded_later_prevails() -> None:
    first, second = notice(off=(MONDAY,)), notice(worked=(MONDAY,))
    assert record(first, second).calendar("CN").is_working(MONDAY)
    assert not record(second, first).calendar("CN").is_working(MONDAY)


def test_a_narrower_scope_prevails_over_a_later_publication_of_a_wider_one() -> None:
    local = notice("CN-GX", date(2026, 1, 1), off=(MONDAY,))
    national = notice("CN", date(2026, 2, 1), worked=(MONDAY,))
    both = record(local, national)
    assert not both.calendar("CN-GX").is_working(MONDAY)
    assert both.calendar("CN").is_working(MONDAY)


def test_a_notice_is_known_from_the_day_of_its_publication() -> None:
    one = record(notice(published_on=date(2026, 2, 2), off=(MONDAY,)))
    assert one.calendar("CN", date(2026, 2, 1)).is_working(MONDAY)
    assert not one.calendar("CN", date(2026, 2, 2)).is_working(MONDAY)
    assert not one.calendar("CN").is_working(MONDAY)


def test_a_version_is_a_position_in_the_record_and_answers_as_it_did_then() -> None:
    before = record(notice(off=(MONDAY,)))
    after = before.with_notice(notice(published_on=date(2025, 12, 1), off=(MONDAY + timedelta(days=1),)))
    received_at = datetime(2026, 2, 27, 4, tzinfo=UTC)
    assert (before.version, after.version) == (1, 2)
    then = before.calendar("CN").deadline(received_at, "1wd")
    assert after.calendar("CN").deadline(received_at, "1wd").due_at != then.due_at
    assert after.at(1).calendar("CN").deadline(received_at, "1wd") == then


@pytest.mark.parametrize("version", [-1, 20])
def test_a_version_that_the_record_has_not_reached_is_refused(version: int) -> None:
    with pytest.raises(ValueError, match="calendar_version"):
        RECORD.at(version)


def test_a_calendar_is_made_once_for_what_is_known() -> None:
    assert RECORD.calendar("CN", date(2024, 1, 1)) is RECORD.calendar("CN", date(2024, 10, 31))


@pytest.mark.parametrize("name", ["CN-XX", "cn", ""])
def test_an_unknown_calendar_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(CalendarUnknown, match="known are CN, CN-GX"):
        RECORD.calendar(name)


def test_a_notice_of_an_unknown_scope_is_refused() -> None:
    with pytest.raises(CalendarUnknown, match="CN-XX"):
        RECORD.with_notice(notice("CN-XX", off=(MONDAY,)))


def test_a_scope_comes_after_the_one_it_lies_within() -> None:
    with pytest.raises(CalendarUnknown, match="'CN' is unknown"):
        CalendarRecord((), reversed(SCOPES))


def test_the_last_days_of_december_await_the_notice_for_the_next_year() -> None:
    known = RECORD.calendar("CN", date(2025, 11, 3))
    assert known.is_covered(date(2025, 12, 28))
    assert not known.is_covered(date(2025, 12, 29))
    assert RECORD.calendar("CN", date(2025, 11, 4)).is_covered(date(2025, 12, 29))


def test_the_weeks_of_the_festival_await_the_notice_of_guangxi_alone() -> None:
    open_days = [day for day in EVERY_DAY if not RECORD.calendar("CN-GX", date(2023, 3, 13)).is_covered(day)]
    assert [day.isoformat() for day in open_days if day.year == 2023 and day.month < 12] == [
        f"2023-04-{day}" for day in range(17, 31)
    ]
    assert RECORD.calendar("CN-GX", date(2023, 3, 14)).is_covered(date(2023, 4, 20))
    assert RECORD.calendar("CN", date(2023, 3, 13)).is_covered(date(2023, 4, 20))


def test_a_notice_that_changes_days_without_covering_them_settles_nothing() -> None:
    extension = record(notice(off=(MONDAY,)))
    assert not extension.calendar("CN").is_covered(MONDAY)


def test_days_after_the_table_of_the_festival_stay_open_in_guangxi() -> None:
    year_2041 = Span(date(2040, 12, 29), date(2041, 12, 29))
    national = record(notice(published_on=date(2040, 11, 1), covers=year_2041))
    assert national.calendar("CN").is_covered(date(2041, 7, 1))
    assert not national.calendar("CN-GX").is_covered(date(2041, 7, 1))


def test_the_last_day_of_all_can_be_asked() -> None:
    assert RECORD.calendar("CN").is_working(date.max)
    assert not RECORD.calendar("CN").is_covered(date.max)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"days_off": [["2026-10-07", "2026-10-01"]]}, "ends before it begins"),
        ({"days_off": [["2026-05-01", "2026-10-01"]]}, "longer than 60 days"),
        ({"days_off": [["2026-10-01", "2026-10-07"], ["2026-10-07", "2026-10-08"]]}, "2026-10-07 is named twice"),
        ({"days_worked": ["2026-10-03"]}, "2026-10-03 is named twice"),
        ({"days_worked": ["2062-10-10"]}, "mistyped"),
        ({"covers": ["2026-12-29", "2026-12-29"]}, "is empty"),
        ({"days_off": []}, "says nothing"),
        ({"recorded_at": "2026-01-01T00:00:00"}, "timezone"),
        ({"document": "  "}, "at least 1 character"),
        ({"dayz_off": []}, "dayz_off"),
    ],
)
def test_a_notice_that_contradicts_itself_is_refused(change: dict[str, object], reason: str) -> None:
    good = {
        "scope": "CN",
        "document": "国办发明电〔2025〕7号",
        "published_on": "2025-11-04",
        "recorded_at": "2025-11-05T00:00:00Z",
        "days_off": [["2026-10-01", "2026-10-07"]],
    }
    Notice.model_validate(good)
    with pytest.raises(ValidationError, match=reason):
        Notice.model_validate({**good, **change})


def test_a_notice_survives_the_way_to_the_database_and_back() -> None:
    assert [Notice.model_validate_json(each.model_dump_json()) for each in RECORD.notices] == list(RECORD.notices)


def test_the_table_of_a_festival_leaves_no_year_out() -> None:
    with pytest.raises(ValidationError, match="does not follow"):
        Festival(name=Label(zh="节", en="festival"), days=1, first_days=(date(2026, 4, 19), date(2028, 3, 28)))


def test_a_narrower_scope_without_a_festival_awaits_no_notice_of_its_own() -> None:
    inner = Scope(scope="CN-YY", name=Label(zh="某地", en="somewhere"), within="CN")
    calendar = CalendarRecord(RECORD.notices, (*SCOPES, inner)).calendar("CN-YY")
    assert calendar.is_covered(date(2026, 4, 20))
    assert not calendar.is_covered(date(2026, 12, 29))


def test_the_arithmetic_reads_no_files() -> None:
    loaded = "import sys, rules.calendar; print(*sorted(m for m in sys.modules if m.startswith(('yaml', 'rules.'))))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    read_by_it = ["rules.calendar", "rules.calendar_notices", "rules.deadlines", "rules.pinned", "rules.stating"]
    assert done.stdout.split() == read_by_it
