"""What a notice changes in which calendar: the days that it makes, unmakes or settles, and no others."""

from __future__ import annotations

from datetime import UTC, date, datetime

from rules.calendar import CalendarRecord
from rules.calendar_changes import ChangedDays, changes
from rules.calendar_notices import DaysOff, Notice, Span
from rules.seed_notices import read_record, read_scopes

SCOPES = read_scopes()
MONDAY, TUESDAY, SATURDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 7)


def notice(scope: str, *, off: tuple[date, ...] = (), worked: tuple[date, ...] = (), on: date = MONDAY) -> Notice:
    return Notice(
        scope=scope,
        document=f"{scope} {off} {worked}",
        published_on=on,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        days_off=tuple(DaysOff(day, day) for day in off),
        days_worked=worked,
    )


def changed(known: list[Notice], new: Notice) -> dict[str, ChangedDays]:
    before = CalendarRecord(known, SCOPES)
    return changes(before, before.with_notice(new), new)


def test_a_notice_changes_the_calendars_for_which_it_speaks() -> None:
    made = ChangedDays(worked=(SATURDAY,), off=(MONDAY,))
    assert changed([], notice("CN", off=(MONDAY,), worked=(SATURDAY,))) == {"CN": made, "CN-GX": made}
    assert changed([], notice("CN-GX", off=(MONDAY,), worked=(SATURDAY,))) == {"CN-GX": made}


def test_a_day_that_is_off_or_worked_already_is_not_changed() -> None:
    assert changed([], notice("CN", off=(SATURDAY,), worked=(MONDAY,))) == {}
    known = notice("CN", off=(MONDAY,))
    assert changed([known], notice("CN", off=(MONDAY, TUESDAY)))["CN"] == ChangedDays(off=(TUESDAY,))


def test_a_notice_changes_nothing_where_a_narrower_or_a_later_one_prevails() -> None:
    narrower = notice("CN-GX", worked=(MONDAY,))
    assert set(changed([narrower], notice("CN", off=(MONDAY,)))) == {"CN"}
    later = notice("CN", worked=(MONDAY,), on=TUESDAY)
    assert changed([later], notice("CN", off=(MONDAY,))) == {}


def test_the_annual_notice_settles_the_days_for_which_it_had_to_come() -> None:
    annual = read_record().notices[0]
    found = changed([], annual)["CN"]
    assert annual.covers == Span(date(2018, 12, 29), date(2019, 12, 29))
    assert len(found.settled) == 365
    assert date(2019, 5, 1) in found.off
    assert date(2019, 2, 2) in found.worked


def test_what_counts_otherwise_lies_after_the_first_day_and_up_to_the_last() -> None:
    days = ChangedDays(off=(TUESDAY,), settled=(MONDAY, SATURDAY))
    assert days.counted_otherwise(MONDAY, TUESDAY)
    assert not days.counted_otherwise(TUESDAY, SATURDAY)
    assert not days.counted_otherwise(date(2026, 2, 1), MONDAY)
