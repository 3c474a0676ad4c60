"""An objection that is taken back: what ends with it, and what a body verifies all the same."""

from __future__ import annotations

from typing import Any

import pytest

from models import acts as a
from tests.models.bench import Bench, objected

FILE = ("evidence",)


def take_back(bench: Bench, account: str | None = None) -> str:
    """What becomes of the withdrawal."""
    return bench.judged(bench.act(a.Withdraw, a.Actor(account=account or bench.state.party)))


@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou", "nanjing"])
def test_data_that_was_held_is_served_again_and_the_case_ends(city: str) -> None:
    bench = objected(city, "privacy", evidence=FILE)
    assert bench.state.strongest_restriction is not None

    assert take_back(bench) == "accepted"

    assert (bench.state.closed, bench.state.upheld, bench.state.in_force) == ("withdrawn", None, ())
    assert bench.state.open_tasks() == []


def test_the_disputed_mark_ends_with_the_objection() -> None:
    bench = objected("nanjing", "error").all_decide([("marking", "mark")])
    assert bench.state.disputed
    assert take_back(bench) == "accepted"
    assert (bench.state.closed, bench.state.disputed) == ("withdrawn", False)


def test_what_a_body_has_suspended_is_verified_to_the_end() -> None:
    bench = objected("nanning", "privacy", evidence=FILE).all_decide([("suspension", "suspend")])

    assert take_back(bench) == "accepted"

    assert bench.state.open_tasks()
    assert bench.state.strongest_restriction is not None
    assert take_back(bench) == "AlreadyWithdrawn"
    bench.all_decide([("verification", "restore")])
    assert (bench.state.closed, bench.state.in_force) == ("restored", ())


@pytest.mark.parametrize(
    ("city", "ground", "choices"), [("lianyungang", "privacy", {}), ("guangzhou", "quality", {"leak": "reported"})]
)
def test_what_the_bodies_have_to_act_on_once_they_know_is_verified_to_the_end(
    city: str, ground: str, choices: dict[str, Any]
) -> None:
    bench = objected(city, ground, evidence=FILE, **choices)
    kept_back, before = bench.state.strongest_restriction, len(bench.state.open_tasks())
    assert take_back(bench) == "accepted"
    assert (bench.state.closed, bench.state.strongest_restriction) == (None, kept_back)
    assert len(bench.state.open_tasks()) == before > 0


def test_nobody_takes_back_what_somebody_else_filed() -> None:
    bench = objected("nanning", "privacy")
    assert take_back(bench, "acc_stranger") == "NotYourCase"


def test_rules_from_before_let_no_objection_be_taken_back() -> None:
    bench = objected("nanning", "privacy")
    bench.rules = bench.rules.model_copy(update={"withdrawal": None})
    assert take_back(bench) == "ProcedureKnowsNoSuchAct"
