"""From which day the time for a filing runs, for whom it does, and what filer and body are told of a late one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from activities.calendar.record import wanted_until
from activities.outbox.message_texts import Message, say
from activities.record.filings import Filing
from models.filing_day import day_in_the_future, day_of_cause
from models.procedures.quality_check import QUALITY_CHECK
from models.state import CaseState
from models.telling import told
from rules.admissibility import without_its_day
from rules.deadlines import SHANGHAI
from rules.resolving import resolve
from rules.vocabulary import MEASURE_TOLD
from tests.models.bench import MONDAY, begun, law, notices
from tests.rules.test_every_deadline import ON, pack_of

TODAY = MONDAY.date()
BOUND = {
    "nanning": ("10wd", "15", {"law_revised", "function_changed"}, {"rule_revised", "reopening", "other"}),
    "nanjing": (
        "15wd",
        "18",
        {"law_changed", "function_changed", "system_updated", "data_changed", "reopening", "other"},
        set(),
    ),
}


@pytest.mark.duty("NN-15a", "NJ-18")
@pytest.mark.parametrize("city", BOUND)
def test_an_update_is_filed_within_the_days_of_its_event_and_later_is_late(city: str) -> None:
    period, article, bound, free = BOUND[city]
    rules = law(city, "catalogue_update")
    assert rules.filed_within
    assert (rules.filed_within.period, rules.filed_within.citation.article) == (period, article)
    happened = date(2026, 11, 2)
    ends = notices().calendar(rules.calendar).deadline(datetime(2026, 11, 2, tzinfo=SHANGHAI), period).due_at
    for trigger in bound:
        assert wanted_until(rules, happened, notices(), {"trigger": trigger}) == ends
        assert [each.code for each in without_its_day(rules, {"trigger": trigger}, None)] == ["day_demanded"]
    for trigger in free:
        assert wanted_until(rules, happened, notices(), {"trigger": trigger}) is None


def test_a_period_in_calendar_days_moves_on_from_a_day_off_where_the_city_has_it_so() -> None:
    rules = resolve(pack_of("heyang"), "objection", ON[0])
    # The thirtieth day is Saturday, 28 November 2026.
    assert wanted_until(rules, date(2026, 10, 29), notices(), {}) == datetime(2026, 12, 1, tzinfo=SHANGHAI)


def test_the_day_is_that_of_another_case_where_the_period_runs_from_an_event_there() -> None:
    rules = resolve(pack_of("heyang"), "misuse_appeal", ON[0])
    stated = {"statement": "x", "discovered_on": str(TODAY)}
    assert day_of_cause(rules, stated, {MEASURE_TOLD: date(2026, 11, 2)}) == date(2026, 11, 2)
    assert day_of_cause(rules, stated, {}) is None, "nobody was told yet, and nothing runs"


def test_a_filing_has_the_day_that_it_states_and_keeps_one_that_it_names() -> None:
    rules = law("nanning", "quality_check")
    filing = Filing(rules, "acc_1", "dataset", {}, (), {}, frozenset())
    assert filing.with_its_day({"discovered_on": "2026-11-20"}).occurred_on == date(2026, 11, 20)
    named = Filing(rules, "acc_1", "dataset", {}, (), {}, frozenset(), occurred_on=TODAY)
    assert named.with_its_day({"discovered_on": "2026-11-20"}).occurred_on == TODAY


@pytest.mark.parametrize("procedure", ["objection", "leak", "misuse", "demand", "rectification", "access_request"])
def test_nothing_that_is_filed_was_known_tomorrow(procedure: str) -> None:
    rules = law("guangzhou", procedure)
    assert day_in_the_future(rules, {"discovered_on": str(TODAY)}, MONDAY) == []
    (found,) = day_in_the_future(rules, {"discovered_on": str(TODAY + timedelta(days=1))}, MONDAY)
    assert (found.field, found.code) == ("discovered_on", "day_in_the_future")


def test_what_begins_tomorrow_can_be_filed_today() -> None:
    rules = law("guangzhou", "opening_elsewhere")
    assert day_in_the_future(rules, {"opens_on": str(TODAY + timedelta(days=9))}, MONDAY) == []


@pytest.mark.parametrize("late", [False, True])
def test_filer_and_body_are_told_that_it_is_late_and_that_this_bars_nothing(late: bool) -> None:
    until = datetime(2026, 11, 20, tzinfo=SHANGHAI)
    bench = begun(
        law("nanning", "quality_check"), QUALITY_CHECK, occurred_on=date(2026, 11, 17), late=late, wanted_until=until
    )
    tellings = {each.kind: each for each in told(CaseState(), bench.state, bench.log)}
    for kind in ("case_received", "task_opened"):
        said = say(
            Message("m", 1, kind, "case", None, "nanning", MONDAY, tellings[kind].facts, "NN-1", rules=bench.rules),
            "en",
            "https://kaifang.example",
        ).text
        assert ("late, which is on record and bars nothing" in said) is late, said
        assert ("Nanning article 20(6)" in said and "the end of 2026-11-19" in said) is late, said
