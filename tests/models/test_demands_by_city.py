"""Demands and openness reviews by the law of each city: the clocks of Guangzhou 18, and what an answer orders."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from models import acts as a
from models.entries import update_case_id
from rules.pinned import Basis
from tests.models.bench import MONDAY, WHATEVER_IS_ASKED, Bench
from tests.models.updates import demanded, under_review

CITIES = ("nanning", "yulin", "guangzhou")
DAY_FIVE = MONDAY.replace(hour=0) + timedelta(weeks=1, days=1)
"""The midnight at which the fifth working day after the receipt is over."""
DAY_TWENTY = MONDAY.replace(hour=0) + timedelta(weeks=4, days=1)


def published(bench: Bench) -> str:
    """The update that the demand ordered is published now."""
    act = bench.act(a.EntryIsPublished, a.Actor(account="case:update"), by_case=update_case_id("case"))
    return bench.judged(act)


def agreed(city: str) -> Bench:
    bench = demanded(city)
    assert bench.decide("assessment", "agree") == "accepted"
    return bench


@pytest.mark.duty("NN-15b", "YL-18", "GZ-18a", "GZ-5b")
@pytest.mark.parametrize("city", CITIES)
def test_an_agreed_demand_orders_an_update_and_is_answered_by_its_publication(city: str) -> None:
    bench = agreed(city)
    assert bench.state.ordered
    assert bench.state.ordered.trigger == "demand"
    assert bench.open_stages == {"provision"}
    assert bench.decide("provision", "provided") == "OutcomeNotAllowed"
    assert published(bench) == "accepted"
    assert bench.state.closed == "provided"


@pytest.mark.duty("NN-15b", "YL-18", "GZ-18a")
@pytest.mark.parametrize("city", CITIES)
def test_an_entry_that_stays_closed_provides_nobody_with_data(city: str) -> None:
    bench = agreed(city)
    closed = {"by_case": update_case_id("case"), "openness": "closed"}
    assert bench.judged(bench.act(a.EntryIsPublished, a.Actor(account="case:update"), **closed)) == "accepted"
    assert (bench.state.closed, bench.open_stages) == (None, {"provision"})
    assert bench.decide("provision", "decline") == "accepted"
    assert bench.state.closed == "declined"


@pytest.mark.duty("NN-15b", "YL-18", "GZ-18b")
@pytest.mark.parametrize("city", CITIES)
def test_a_demand_that_is_declined_is_told_why(city: str) -> None:
    bench = demanded(city)
    assert bench.decide("assessment", "decline", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("assessment", "decline") == "accepted"
    assert (bench.state.closed, bench.state.ordered) == ("declined", None)


@pytest.mark.parametrize("city", CITIES)
def test_a_demand_for_data_that_the_catalogue_has_is_referred_to_its_entry(city: str) -> None:
    bench = demanded(city)
    assert bench.decide("assessment", "refer", WHATEVER_IS_ASKED - {"reference"}) == "RequirementMissing"
    assert bench.decide("assessment", "refer", WHATEVER_IS_ASKED | {"reference"}) == "accepted"
    assert bench.state.closed == "referred"


@pytest.mark.parametrize("city", CITIES)
def test_a_demand_whose_update_came_to_nothing_waits_for_nobody(city: str) -> None:
    bench = agreed(city)
    assert bench.decide("provision", "decline", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("provision", "decline") == "accepted"
    assert bench.state.closed == "declined"


@pytest.mark.duty("GZ-18b", "GZ-5b")
@pytest.mark.parametrize(("at", "late"), [(DAY_FIVE - timedelta(seconds=1), False), (DAY_FIVE, True)])
def test_a_no_of_guangzhou_is_late_once_the_fifth_day_is_over(at: datetime, late: bool) -> None:
    bench = demanded("guangzhou").passes(until=at)
    assert bench.decide("assessment", "decline") == "accepted"
    assert bench.task("assessment").late is late


@pytest.mark.duty("GZ-18a", "GZ-18b")
def test_the_fifth_day_alone_makes_nothing_overdue_and_the_twentieth_does() -> None:
    bench = demanded("guangzhou").passes(until=DAY_FIVE)
    assert not bench.task("assessment").passed
    assert bench.passes(until=DAY_TWENTY - timedelta(seconds=1)).task("assessment").passed is False
    assert bench.passes(until=DAY_TWENTY).task("assessment").passed


@pytest.mark.duty("GZ-18a")
@pytest.mark.parametrize(("at", "late"), [(DAY_TWENTY - timedelta(seconds=1), False), (DAY_TWENTY, True)])
def test_a_yes_of_guangzhou_is_in_time_only_when_the_data_is_there_by_day_twenty(at: datetime, late: bool) -> None:
    bench = demanded("guangzhou").passes(days=10)
    assert bench.decide("assessment", "agree") == "accepted"
    assert not bench.task("assessment").late
    assert bench.task("provision").clock.due_at == DAY_TWENTY, "both clocks run from one receipt"
    bench.passes(until=at)
    assert published(bench) == "accepted"
    assert bench.task("provision").late is late


@pytest.mark.duty("GZ-18a")
@pytest.mark.parametrize(("received_at", "late"), [(DAY_TWENTY - timedelta(seconds=1), False), (DAY_TWENTY, True)])
def test_a_yes_is_in_time_by_the_receipt_of_the_publication(received_at: datetime, late: bool) -> None:
    bench = agreed("guangzhou").passes(until=DAY_TWENTY + timedelta(days=3))
    by = a.Actor(account="case:update")
    act = bench.act(a.EntryIsPublished, by, by_case=update_case_id("case"), published_at=received_at)
    assert bench.judged(act) == "accepted"
    assert (bench.state.closed, bench.task("provision").late) == ("provided", late)


@pytest.mark.duty("GZ-18b")
def test_a_no_after_a_yes_is_late_once_the_fifth_day_is_over() -> None:
    bench = agreed("guangzhou").passes(until=DAY_FIVE)
    assert bench.decide("provision", "decline") == "accepted"
    assert bench.task("provision").late


@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_where_the_text_gives_no_period_a_demand_has_none(city: str) -> None:
    bench = agreed(city)
    assert all(task.clock.due_at is None for task in bench.state.tasks.values())


EVALUATED_BY = {"nanning": "authority", "guangzhou": "provider", "yulin": "provider", "nanjing": "provider"}


@pytest.mark.duty("NN-15c", "GZ-10a", "GZ-10c", "GZ-5b", "YL-10", "NJ-23")
@pytest.mark.parametrize(("city", "body"), EVALUATED_BY.items())
def test_data_that_can_be_opened_further_is_by_an_update_that_the_review_orders(city: str, body: str) -> None:
    bench = under_review(city)
    assert bench.task("evaluation").body == f"{city}.{body}"
    assert bench.decide("evaluation", "open_further", WHATEVER_IS_ASKED | {"masking"}) == "accepted"
    assert bench.state.ordered
    assert (bench.state.ordered.trigger, bench.state.closed) == ("openness_review", "reviewed")


@pytest.mark.duty("NJ-23")
@pytest.mark.parametrize("finding", ["keep", "open_further"])
def test_nanjings_evaluation_says_which_masking_makes_data_fit_or_was_not_enough(finding: str) -> None:
    bench = under_review("nanjing")
    assert bench.decide("evaluation", finding, WHATEVER_IS_ASKED - {"masking"}) == "RequirementMissing"
    assert bench.decide("evaluation", finding, WHATEVER_IS_ASKED | {"masking"}) == "accepted"
    assert bool(bench.state.ordered) == (finding == "open_further")


@pytest.mark.duty("GZ-10a")
def test_an_evaluation_of_guangzhou_that_nobody_decides_is_overdue() -> None:
    bench = under_review("guangzhou")
    clock = bench.task("evaluation").clock
    assert (clock.period, clock.basis) == ("30wd", Basis.SERVICE)
    assert bench.passes(days=30).task("evaluation").passed is False
    assert bench.passes(days=30).task("evaluation").passed, "it stays before the provider, late, until it is decided"
    assert bench.open_stages == {"evaluation"}


@pytest.mark.duty("NN-15c", "GZ-10a", "YL-10")
@pytest.mark.parametrize("city", ["nanning", "guangzhou", "yulin"])
def test_a_class_that_stays_as_it_is_stays_for_a_reason(city: str) -> None:
    bench = under_review(city)
    assert bench.decide("evaluation", "keep", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("evaluation", "keep") == "accepted"
    assert (bench.state.ordered, bench.state.closed) == (None, "kept")
