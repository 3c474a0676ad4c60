"""Rectification by the law of each city: who orders it, within what time, and what follows once that is over."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from models import acts as a
from models import events as e
from models.act_contents import TimeLimit
from rules.deadlines import SHANGHAI
from tests.models.bench import CITIES, MONDAY, WHATEVER_IS_ASKED
from tests.models.rectifying import TEN_DAYS, TWO_WEEKS_LATER, breached, ordered, reported

ORDERED_BY_THE_AUTHORITY = ("lianyungang", "nanjing")
ONLY_PROPOSED_BY_IT = ("nanning", "yulin", "guangzhou")
ENDS_UNREMEDIED = ("nanning", "yulin", "guangzhou", "nanjing")
A_SECOND = timedelta(seconds=1)
EVERYWHERE = pytest.mark.duty("NN-35", "YL-35", "GZ-34", "LYG-39", "NJ-39")


@pytest.mark.duty("LYG-39", "NJ-39")
@pytest.mark.parametrize("city", ORDERED_BY_THE_AUTHORITY)
def test_where_the_law_says_so_the_authority_orders_the_rectification(city: str) -> None:
    bench = breached(city)
    assert bench.task("order").body == f"{city}.authority"


@pytest.mark.duty("NN-35", "YL-35", "GZ-34")
@pytest.mark.parametrize("city", ONLY_PROPOSED_BY_IT)
def test_elsewhere_the_authority_only_proposes_it_and_the_government_orders(city: str) -> None:
    bench = breached(city)
    assert bench.task("order").body == f"{city}.government"
    authority = a.Actor(account=f"acc_{city}.authority_1", body=f"{city}.authority")
    assert bench.decide("order", "order", by=authority, limit=TEN_DAYS) == "NotYourTask"


@EVERYWHERE
@pytest.mark.parametrize("city", CITIES)
def test_whoever_orders_may_decline_and_states_why(city: str) -> None:
    bench = breached(city)
    assert bench.decide("order", "decline", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("order", "decline") == "accepted"
    assert (bench.state.closed, bench.open_stages) == ("declined", set())


@EVERYWHERE
@pytest.mark.parametrize("city", CITIES)
def test_an_order_sets_the_time_limit_of_the_body_that_is_to_rectify(city: str) -> None:
    bench = breached(city)
    assert bench.decide("order", "order") == "RequirementMissing"
    assert bench.decide("order", "order", WHATEVER_IS_ASKED | {"time_limit"}) == "RequirementMissing", "only said"
    assert bench.decide("order", "order", limit=TEN_DAYS) == "accepted"
    task = bench.task("remedy")
    assert task.body == f"{city}.provider"
    assert (task.clock.period, task.clock.due_at) == ("10wd", TWO_WEEKS_LATER)
    assert bench.open_stages == {"remedy", "oversight"}


@EVERYWHERE
@pytest.mark.parametrize("city", CITIES)
def test_an_order_may_name_the_last_day_instead(city: str) -> None:
    bench = breached(city)
    for never in (date(2026, 11, 22), MONDAY.date(), date(2062, 12, 5), date.max):
        assert bench.decide("order", "order", limit=TimeLimit(last_day=never)) == "TimeLimitNotAhead"
    assert bench.decide("order", "order", limit=TimeLimit(last_day=date(2026, 12, 5))) == "accepted"
    clock = bench.task("remedy").clock
    assert (clock.period, clock.last_day) == (None, date(2026, 12, 5))
    assert clock.due_at == datetime(2026, 12, 6, tzinfo=SHANGHAI), "a Saturday, as it was named"


@EVERYWHERE
@pytest.mark.parametrize("city", CITIES)
def test_what_was_rectified_is_reported_and_accepted(city: str) -> None:
    bench = ordered(city)
    assert bench.decide("remedy", "report", WHATEVER_IS_ASKED - {"measure"}) == "RequirementMissing"
    assert bench.decide("remedy", "report") == "accepted"
    assert bench.open_stages == {"acceptance"}
    assert bench.task("acceptance").body == bench.task("order").body
    assert bench.decide("acceptance", "accept") == "accepted"
    assert bench.state.closed == "remedied"


@EVERYWHERE
@pytest.mark.parametrize("city", CITIES)
def test_what_is_not_accepted_goes_back_with_a_reason_and_a_fresh_limit(city: str) -> None:
    bench = reported(city)
    assert bench.decide("acceptance", "not_accepted") == "RequirementMissing"
    five = TimeLimit(period="5wd")
    no_reason = WHATEVER_IS_ASKED - {"reason"}
    assert bench.decide("acceptance", "not_accepted", no_reason, limit=five) == "RequirementMissing"
    bench.passes(days=1)
    assert bench.decide("acceptance", "not_accepted", limit=five) == "accepted"
    task = bench.task("remedy")
    assert (task.round, task.clock.period, task.clock.started_at) == (2, "5wd", bench.now)


@EVERYWHERE
@pytest.mark.parametrize("city", CITIES)
def test_that_the_limit_is_over_is_on_record_and_decides_nothing(city: str) -> None:
    bench = ordered(city).passes(until=TWO_WEEKS_LATER - A_SECOND)
    assert not bench.task("remedy").passed
    assert bench.decide("oversight", "not_remedied") == "TimeLimitRunning"
    bench.passes(until=TWO_WEEKS_LATER)
    assert [event.task_id for event in bench.log if isinstance(event, e.ClockPassed)] == [bench.task("remedy").task_id]
    assert (bench.state.closed, bench.open_stages - {"government_report"}) == (None, {"remedy", "oversight"})


@pytest.mark.duty("NN-35", "YL-35", "GZ-34", "NJ-39")
@pytest.mark.parametrize("city", ENDS_UNREMEDIED)
def test_the_case_ends_as_not_remedied_only_when_somebody_says_so(city: str) -> None:
    bench = ordered(city).passes(until=TWO_WEEKS_LATER)
    assert bench.decide("oversight", "not_remedied", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("oversight", "not_remedied") == "accepted"
    assert bench.state.closed == "not_remedied"


@pytest.mark.parametrize("city", ENDS_UNREMEDIED)
def test_a_late_rectification_can_be_accepted_where_the_law_attaches_nothing_to_it(city: str) -> None:
    bench = reported(city, TWO_WEEKS_LATER)
    assert bench.task("remedy").late
    assert bench.decide("acceptance", "accept") == "accepted"
    assert bench.state.closed == "remedied"


@pytest.mark.parametrize("city", CITIES)
def test_a_running_limit_can_be_set_anew_and_an_order_rescinded(city: str) -> None:
    bench = ordered(city)
    assert bench.decide("oversight", "extend", limit=TimeLimit(last_day=date(2027, 1, 29))) == "accepted"
    assert bench.task("remedy").clock.last_day == date(2027, 1, 29)
    assert bench.decide("remedy", "report", by=bench.officer("oversight")) == "NotYourTask"
    assert bench.decide("oversight", "rescind") == "accepted"
    assert (bench.state.closed, bench.open_stages) == ("rescinded", set())


@pytest.mark.duty("NN-35", "GZ-34")
@pytest.mark.parametrize(
    ("city", "outcome"),
    [("nanning", "superior_order"), ("guangzhou", "competent_order"), ("guangzhou", "order_with_criticism")],
)
def test_an_order_of_another_organ_is_recorded_with_its_reference(city: str, outcome: str) -> None:
    bench = breached(city)
    assert bench.decide("order", outcome, limit=TEN_DAYS) == "RequirementMissing"
    assert bench.decide("order", outcome, WHATEVER_IS_ASKED | {"reference"}, limit=TEN_DAYS) == "accepted"
    assert bench.open_stages == {"remedy", "oversight"}


@pytest.mark.duty("NN-35", "YL-35")
@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_the_order_of_a_countys_own_government_is_recorded_and_the_city_has_none(city: str) -> None:
    of_county, of_city = breached(city, county=f"{city}.a_county"), breached(city)
    given = WHATEVER_IS_ASKED | {"reference"}
    assert of_county.decide("order", "order", limit=TEN_DAYS) == "NotAboutThisBody"
    assert of_city.decide("order", "county_order", given, limit=TEN_DAYS) == "NotAboutThisBody"
    assert of_county.decide("order", "county_order", limit=TEN_DAYS) == "RequirementMissing"
    assert of_county.decide("order", "county_order", given, limit=TEN_DAYS) == "accepted"
    assert of_county.open_stages == {"remedy", "oversight"}
    declined = breached(city, county=f"{city}.a_county")
    assert declined.decide("order", "decline") == "accepted"


@pytest.mark.duty("NJ-39")
def test_in_nanjing_the_citys_authority_orders_what_a_district_does_too() -> None:
    bench = breached("nanjing", county="nanjing.a_district")
    assert bench.task("order").body == "nanjing.authority"
    assert bench.decide("order", "order", limit=TEN_DAYS) == "accepted"


@pytest.mark.parametrize("city", CITIES)
def test_a_decision_that_is_to_set_no_limit_sets_none(city: str) -> None:
    bench = breached(city)
    assert bench.decide("order", "decline", limit=TEN_DAYS) == "TimeLimitNotSet"
    assert bench.decide("order", "decline", limit=TimeLimit(last_day=date(2027, 1, 29))) == "TimeLimitNotSet"


def test_a_rectification_names_the_task_that_gave_cause_for_it() -> None:
    state = breached("nanning").state
    assert (state.caused_by, state.about_task) == ("another-case", "another-case.formal_review.1")


@pytest.mark.duty("NN-35", "YL-35", "GZ-34", "NJ-39")
@pytest.mark.parametrize("city", ENDS_UNREMEDIED)
def test_what_is_directed_against_the_authority_lies_with_the_government(city: str) -> None:
    bench = breached(city, against="authority")
    authority, government = f"{city}.authority", f"{city}.government"
    itself = a.Actor(account="acc_itself", body=authority)
    assert bench.task("order").body == government
    assert bench.decide("order", "order", by=itself, limit=TEN_DAYS) == "NotYourTask"
    assert bench.decide("order", "order", limit=TEN_DAYS) == "accepted"
    assert (bench.task("remedy").body, bench.task("oversight").body) == (authority, government)
    assert bench.decide("oversight", "rescind", by=itself) == "NotYourTask"
    assert bench.decide("remedy", "report") == "accepted"
    assert bench.task("acceptance").body == government
    assert bench.decide("acceptance", "accept", by=itself) == "NotYourTask"
    assert bench.decide("acceptance", "accept") == "accepted"
    assert bench.state.closed == "remedied"


@pytest.mark.duty("NJ-39")
def test_what_is_directed_against_nanjings_centre_the_authority_orders() -> None:
    bench = breached("nanjing", against="operator")
    assert bench.decide("order", "order", limit=TEN_DAYS) == "accepted"
    bodies = {stage: bench.task(stage).body for stage in ("order", "remedy", "oversight")}
    assert bodies == {"order": "nanjing.authority", "remedy": "nanjing.operator", "oversight": "nanjing.authority"}
