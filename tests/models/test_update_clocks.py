"""The clocks of a catalogue update by the law of each city: from which day they run, and whom they bind."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from rules.deadlines import SHANGHAI
from tests.models.bench import MONDAY, law
from tests.models.reviews_by_city import ALWAYS, BY_ANSWER
from tests.models.updates import draft, pass_reviews, update_begun

FRIDAY_BEFORE = date(2026, 11, 20)


def end_of(days: int, on: date) -> datetime:
    """The midnight after so many working days from that one, counted one by one; no holiday is near."""
    while days:
        on += timedelta(days=1)
        days -= on.weekday() < 5
    return datetime(on.year, on.month, on.day, tzinfo=SHANGHAI) + timedelta(days=1)


@pytest.mark.duty("NN-15a")
@pytest.mark.parametrize("trigger", ["law_revised", "function_changed"])
@pytest.mark.parametrize("days_before", [0, 3, 30])
def test_the_ten_days_of_nanning_run_from_the_event_and_not_from_the_filing(trigger: str, days_before: int) -> None:
    occurred_on = MONDAY.date() - timedelta(days=days_before)
    clock = update_begun("nanning", trigger, occurred_on=occurred_on).task("compilation").clock
    assert clock.period == "10wd"
    assert clock.due_at == end_of(10, occurred_on)


@pytest.mark.duty("NN-15a", "NJ-18")
@pytest.mark.parametrize(("city", "trigger", "days"), [("nanning", "law_revised", 10), ("nanjing", "law_changed", 15)])
def test_the_clock_of_the_event_binds_the_provider_until_its_reviews_are_done(
    city: str, trigger: str, days: int
) -> None:
    bench = update_begun(city, trigger, occurred_on=FRIDAY_BEFORE)
    due_at = end_of(days, FRIDAY_BEFORE)
    assert draft(bench, dict.fromkeys(BY_ANSWER[city], "applies")) == "accepted"
    if city == "nanjing":
        assert bench.decide("report", "report") == "accepted"
    own = {stage for stage in bench.open_stages if bench.task(stage).body == f"{city}.provider"}
    assert own >= ALWAYS[city]
    assert bench.open_stages - own == ({"committee_review"} if city == "nanning" else set())
    for stage in bench.open_stages:
        assert bench.task(stage).clock.due_at == (due_at if stage in own else None), stage
    bench.passes(until=due_at)
    pass_reviews(bench)
    assert {stage: bench.task(stage).late for stage in own} == dict.fromkeys(own, True)
    assert bench.open_stages == {"review"}
    assert bench.task("review").clock.due_at is None
    assert not bench.task("compilation").late


@pytest.mark.duty("NN-15b", "GZ-10a")
@pytest.mark.parametrize(("city", "trigger"), [("nanning", "demand"), ("guangzhou", "openness_review")])
def test_what_the_catalogue_is_to_follow_promptly_is_owed_from_the_receipt_on(city: str, trigger: str) -> None:
    bench = update_begun(city, trigger)
    assert bench.task("compilation").clock.promptly
    assert bench.task("compilation").clock.started_at == MONDAY
    assert draft(bench) == "accepted"
    for stage in bench.open_stages:
        assert bench.task(stage).clock.promptly == (bench.task(stage).body == f"{city}.provider"), stage
    pass_reviews(bench)
    assert not bench.task("review").clock.promptly
    assert not update_begun(city, "other").task("compilation").clock.promptly


@pytest.mark.duty("NN-15a")
@pytest.mark.parametrize("trigger", ["rule_revised", "reopening", "other"])
def test_an_amended_rule_starts_no_clock_in_nanning_and_no_other_reason_does(trigger: str) -> None:
    clock = update_begun("nanning", trigger, occurred_on=FRIDAY_BEFORE).task("compilation").clock
    assert (clock.period, clock.due_at) == (None, None)


@pytest.mark.duty("NN-15a")
def test_an_event_that_is_reported_late_is_late_from_the_start_and_stays_so() -> None:
    bench = update_begun("nanning", "law_revised", occurred_on=date(2026, 10, 26))
    due_at = bench.task("compilation").clock.due_at
    assert due_at
    assert due_at < MONDAY
    assert draft(bench) == "accepted"
    assert bench.task("compilation").late


@pytest.mark.duty("NN-15a", "NJ-18")
@pytest.mark.parametrize(
    ("city", "trigger", "back"), [("nanning", "law_revised", "security_review"), ("nanjing", "law_changed", "review")]
)
def test_a_returned_draft_stays_on_the_clock_of_the_event(city: str, trigger: str, back: str) -> None:
    bench = update_begun(city, trigger, occurred_on=FRIDAY_BEFORE)
    due_at = bench.task("compilation").clock.due_at
    assert draft(bench) == "accepted"
    assert not bench.task("compilation").late
    if city == "nanjing":
        assert bench.decide("report", "report") == "accepted"
        pass_reviews(bench)
    bench.passes(days=2)
    assert bench.decide(back, "return" if back == "review" else "object") == "accepted"
    assert bench.task("compilation").round == 2
    assert bench.task("compilation").clock.due_at == due_at
    bench.passes(until=due_at)
    assert draft(bench) == "accepted"
    assert bench.task("compilation").late


@pytest.mark.duty("NJ-18")
@pytest.mark.parametrize("trigger", [choice.value for choice in law("nanjing", "catalogue_update").choices["trigger"]])
def test_update_and_report_both_have_fifteen_days_from_the_event_in_nanjing(trigger: str) -> None:
    bench = update_begun("nanjing", trigger, occurred_on=FRIDAY_BEFORE)
    assert draft(bench) == "accepted"
    for stage in ("compilation", "report"):
        assert bench.task(stage).clock.due_at == end_of(15, FRIDAY_BEFORE)


@pytest.mark.duty("NJ-18")
def test_nothing_is_reported_before_there_is_a_draft() -> None:
    bench = update_begun("nanjing", "data_changed")
    assert bench.open_stages == {"compilation"}
    assert draft(bench) == "accepted"
    assert bench.open_stages == {"report", "confidentiality_review", "processing_record"}
    pass_reviews(bench, but={"report"})
    assert bench.open_stages == {"report"}, "nobody publishes what was not reported"
    assert bench.decide("report", "report") == "accepted"
    assert bench.decide("review", "return") == "accepted"
    assert bench.open_stages == {"compilation"}
    assert draft(bench) == "accepted"
    assert (bench.task("report").round, bench.task("report").is_open) == (2, True)


def test_a_draft_after_a_correction_of_data_stays_on_the_clock_of_its_receipt() -> None:
    bench = update_begun("nanjing", "processing")
    clock = bench.task("compilation").clock
    assert (clock.period, clock.started_at) == ("15wd", MONDAY)
    assert draft(bench) == "accepted"
    assert bench.decide("report", "report") == "accepted"
    bench.passes(days=3)
    assert bench.decide("confidentiality_review", "object") == "accepted"
    assert bench.task("compilation").clock.due_at == clock.due_at


@pytest.mark.duty("NJ-18")
def test_nanjings_report_after_the_period_is_late_however_early_the_draft_was() -> None:
    bench = update_begun("nanjing", "data_changed", occurred_on=FRIDAY_BEFORE)
    assert draft(bench) == "accepted"
    pass_reviews(bench, but={"report"})
    bench.passes(until=bench.task("report").clock.due_at)
    assert bench.decide("report", "report") == "accepted"
    assert (bench.task("compilation").late, bench.task("report").late) == (False, True)
    assert bench.open_stages == {"review"}


@pytest.mark.parametrize("city", ["yulin", "guangzhou", "lianyungang"])
def test_where_the_text_gives_no_period_no_update_has_one(city: str) -> None:
    for choice in law(city, "catalogue_update").choices["trigger"]:
        bench = update_begun(city, choice.value, occurred_on=FRIDAY_BEFORE)
        assert all(task.clock.due_at is None for task in bench.state.open_tasks())
