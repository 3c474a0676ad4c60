"""Updates of one entry go one after the other, and a clock that runs meanwhile lies before whom it binds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import acts as a
from models import events as e
from tests.models.bench import CITIES, MONDAY, Bench
from tests.models.updates import draft, update_begun


def take_turn(bench: Bench, by_case: str = "first") -> str:
    return bench.by_party(a.TakeTurn, by=a.Actor(account=f"case:{by_case}"), by_case=by_case)


def waiting_in(city: str, trigger: str = "other") -> Bench:
    turn = e.TurnAwaited(at=MONDAY, by_case="first")
    return update_begun(city, trigger, occurred_on=MONDAY.date() - timedelta(days=20), met=[turn])


@pytest.mark.parametrize("city", ["yulin", "lianyungang"])
def test_an_update_without_a_clock_that_waits_for_its_turn_lies_before_nobody(city: str) -> None:
    bench = waiting_in(city)
    assert (bench.types(), bench.state.behind) == (["Filed", "TurnAwaited"], "first")
    assert bench.state.open_tasks() == []


@pytest.mark.parametrize("by_case", ["first", "one that came between"])
@pytest.mark.parametrize("city", CITIES)
def test_an_update_goes_on_with_its_turn(city: str, by_case: str) -> None:
    bench = waiting_in(city).passes(days=3)
    assert take_turn(bench, by_case) == "accepted"
    assert (bench.open_stages, bench.state.behind) == ({"compilation"}, None)
    assert draft(bench) == "accepted"


def test_a_waiting_update_hears_of_what_is_kept_back_meanwhile() -> None:
    bench = waiting_in("nanning", "law_revised")
    restricted = {"by_case": "objection", "restriction": "hold"}
    assert bench.by_party(a.Restrict, by=a.Actor(account="case:objection"), **restricted) == "accepted"
    assert set(bench.state.met_restrictions) == {"objection"}
    assert bench.open_stages == {"compilation"}


@pytest.mark.duty("NN-15a", "NJ-18")
@pytest.mark.parametrize(("city", "trigger"), [("nanning", "law_revised"), ("nanjing", "law_changed")])
def test_the_clock_of_the_event_runs_while_an_update_waits_for_its_turn(city: str, trigger: str) -> None:
    bench = waiting_in(city, trigger)
    assert bench.open_stages == {"compilation"}
    task = bench.task("compilation")
    assert (task.body, task.opened_at) == (f"{city}.provider", MONDAY)
    assert task.clock.started_at < MONDAY
    assert task.clock.due_at
    bench.passes(until=max(task.clock.due_at, MONDAY))
    assert bench.task("compilation").passed
    assert take_turn(bench) == "accepted"
    assert bench.open_stages == {"compilation"}, "it is the same task, on the same clock"
    assert bench.task("compilation").round == 1
    assert draft(bench) == "accepted"
    assert bench.task("compilation").late


@pytest.mark.duty("YL-13")
def test_an_emergency_that_waits_lies_before_its_provider_on_the_clock_of_receipt() -> None:
    bench = waiting_in("yulin", "emergency").passes(days=3)
    task = bench.task("emergency_compilation")
    assert (bench.open_stages, task.body) == ({"emergency_compilation"}, "yulin.provider")
    assert (task.clock.promptly, task.clock.started_at, task.clock.article) == (True, MONDAY, "13")
    assert draft(bench, stage="emergency_compilation") == "NotItsTurn"
    assert take_turn(bench) == "accepted"
    assert bench.task("emergency_compilation") == task, "it is the same task, on the same clock"
    assert draft(bench, stage="emergency_compilation") == "accepted"
    assert bench.open_stages == {"emergency_processing"}


@pytest.mark.duty("GZ-10a")
def test_what_an_evaluation_found_fit_lies_before_its_provider_while_it_waits() -> None:
    task = waiting_in("guangzhou", "openness_review").passes(days=3).task("compilation")
    assert (task.body, task.clock.promptly, task.clock.started_at) == ("guangzhou.provider", True, MONDAY)


def test_while_an_update_waits_for_its_turn_nothing_is_submitted() -> None:
    bench = waiting_in("nanjing", "law_changed")
    assert draft(bench) == "NotItsTurn"
    assert bench.state.draft is None
    assert take_turn(bench) == "accepted"
    assert bench.open_stages == {"compilation"}
    assert draft(bench) == "accepted"
    assert "confidentiality_review" in bench.open_stages


def test_an_update_that_waits_for_its_turn_can_be_given_up() -> None:
    bench = waiting_in("nanning", "law_revised")
    assert bench.decide("compilation", "abandon") == "accepted"
    assert (bench.state.closed, bench.state.open_tasks()) == ("abandoned", [])
