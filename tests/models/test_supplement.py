"""A supplement (补正) is asked for by a reviewer, and stops no clock unless the pack cites a rule that stops it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from models import acts as a
from models import events as e
from models.act_contents import Amendment, GrantTerms
from models.clock import Stop
from rules.deadlines import SHANGHAI
from tests.models.bench import CITIES, INVENTED, MONDAY, PARTY, STRANGER, Bench, filed, law

THURSDAY = datetime(2026, 11, 26, 15, 0, tzinfo=SHANGHAI)


def before_custody(**choices: str) -> Bench:
    """Where a cited rule stops the clock: four working days from Monday on."""
    return filed(INVENTED, choices=choices).all_decide([("pledge", "sign")])


@pytest.mark.parametrize("city", CITIES)
def test_asking_for_a_supplement_stops_no_clock_in_the_five_cities(city: str) -> None:
    bench = filed(city)
    stage = min(bench.open_stages)
    clock = bench.task(stage).clock
    assert bench.on(stage, a.AskSupplement) == "accepted"
    assert bench.task(stage).clock == clock
    bench.passes(days=1)
    assert bench.by_party(a.Supply) == "accepted"
    assert bench.task(stage).clock == clock


def test_a_supplement_is_asked_for_once_until_it_has_come() -> None:
    bench = filed("nanning")
    bench.on("formal_review", a.AskSupplement)
    assert bench.on("formal_review", a.AskSupplement) == "SupplementAlreadyAsked"
    bench.by_party(a.Supply)
    assert bench.on("formal_review", a.AskSupplement) == "accepted"


def test_a_supplement_comes_from_the_applicant_and_only_when_asked_for() -> None:
    bench = filed("nanning")
    assert bench.by_party(a.Supply) == "NothingAsked"
    bench.on("formal_review", a.AskSupplement)
    assert bench.by_party(a.Supply, by=STRANGER) == "NotYourCase"
    assert bench.by_party(a.Supply, by=PARTY) == "accepted"


def test_one_supplement_answers_every_body_that_waits_for_one() -> None:
    bench = filed("yulin")
    bench.on("authority_review", a.AskSupplement)
    bench.on("provider_review", a.AskSupplement)
    bench.by_party(a.Supply, amends=Amendment(given=frozenset({"safeguards"})))
    received = [event.task_id for event in bench.log if isinstance(event, e.SupplementReceived)]
    assert sorted(received) == ["case.authority_review.1", "case.provider_review.1"]
    assert "safeguards" in bench.state.given
    assert bench.by_party(a.Supply) == "NothingAsked"


def test_a_supplement_may_narrow_the_request_and_not_widen_it() -> None:
    bench = filed("nanning")
    bench.on("formal_review", a.AskSupplement)
    for items in (("name", "phone"), ()):
        assert bench.by_party(a.Supply, amends=Amendment(data_items=items)) == "ItemNotRequested"
    assert bench.by_party(a.Supply, amends=Amendment(data_items=("name",))) == "accepted"
    assert bench.state.data_items == ("name",)


def test_a_body_may_decide_without_waiting_for_the_supplement() -> None:
    bench = filed("nanning")
    bench.on("formal_review", a.AskSupplement)
    assert bench.decide("formal_review", "pass") == "accepted"
    assert bench.by_party(a.Supply) == "NothingAsked"


def test_a_rule_that_stops_the_clock_leaves_it_without_an_end_while_it_stands() -> None:
    bench = before_custody()
    assert bench.on("custody", a.AskSupplement) == "accepted"
    clock = bench.task("custody").clock
    assert (clock.stopped_at, clock.due_at, clock.last_day) == (MONDAY, None, None)
    assert bench.passes(days=60).task("custody").passed is False


def test_a_stopped_clock_ends_later_by_the_working_days_waited() -> None:
    bench = before_custody()
    due_at = bench.task("custody").clock.due_at
    assert due_at == datetime(2026, 11, 28, tzinfo=SHANGHAI)
    bench.on("custody", a.AskSupplement)
    bench.passes(THURSDAY)
    assert bench.by_party(a.Supply) == "accepted"
    clock = bench.task("custody").clock
    assert clock.due_at == datetime(2026, 12, 3, tzinfo=SHANGHAI), "three working days later, over a weekend"
    assert clock.stopped_at is None
    assert clock.stops == (
        Stop(
            stopped_at=MONDAY,
            resumed_at=THURSDAY,
            because="supplement",
            **law(INVENTED).supplement.citation.model_dump(include={"source", "article", "basis"}),  # type: ignore[union-attr]  # it has one
        ),
    )


def test_two_stops_of_one_clock_add_up() -> None:
    bench = before_custody()
    for _ in range(2):
        bench.on("custody", a.AskSupplement)
        bench.passes(days=1)
        bench.by_party(a.Supply)
    assert bench.task("custody").clock.due_at == datetime(2026, 12, 2, tzinfo=SHANGHAI)


def test_a_supplement_that_comes_on_the_day_it_was_asked_for_moves_no_end() -> None:
    bench = before_custody()
    due_at = bench.task("custody").clock.due_at
    bench.on("custody", a.AskSupplement)
    bench.passes(hours=5)
    bench.by_party(a.Supply)
    assert bench.task("custody").clock.due_at == due_at


def test_a_supplement_stops_the_clock_of_the_body_that_asked_and_no_other() -> None:
    bench = before_custody()
    technique = bench.task("technique").clock
    bench.on("custody", a.AskSupplement)
    assert bench.task("technique").clock == technique


def test_a_period_of_hours_that_was_stopped_ends_later_by_the_hours_waited() -> None:
    bench = before_custody(urgency="urgent")
    bench.on("custody", a.AskSupplement)
    bench.passes(days=2)
    bench.by_party(a.Supply)
    assert bench.task("custody").clock.due_at == MONDAY + timedelta(hours=36, days=2)


def test_a_supplement_changes_no_choice_that_bodies_have_looked_at() -> None:
    bench = filed("nanjing", choices={"use": "general"})
    bench.on("provider_review", a.AskSupplement)
    commercial = Amendment(choices={"use": "commercial"})
    assert bench.by_party(a.Supply, amends=commercial) == "RequestNotAmendable"
    assert bench.by_party(a.Supply, amends=Amendment(choices={"use": "general"})) == "accepted"


def test_a_supplement_leaves_the_items_as_a_body_has_granted_them() -> None:
    bench = filed("nanning", items=("name", "phone")).all_decide([("formal_review", "pass")])
    bench.decide("provider_review", "agree", terms=GrantTerms(data_items=("name",)))
    bench.on("approval", a.AskSupplement)
    assert bench.by_party(a.Supply, amends=Amendment(data_items=("phone",))) == "RequestNotAmendable"
