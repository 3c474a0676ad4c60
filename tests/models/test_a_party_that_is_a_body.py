"""A case that an officer filed for a body: what lies before its party lies before that body, not before the officer."""

from __future__ import annotations

from pathlib import Path

from models import acts as a
from models.procedures.rectification import RECTIFICATION
from reading.cases.road import Bodies, road_of, road_shown
from reading.words.law import Law
from rules.loading import load_file
from rules.resolving import resolve
from tests.models.bench import MONDAY, Bench, begun
from tests.models.rectifying import TEN_DAYS

HAICHENG = Path(__file__).parents[1] / "sixth_city" / "haicheng.yaml"
RULES = resolve(load_file(HAICHENG), "rectification", MONDAY.date())
AUTHORITY = "haicheng.authority"


def mended(*concerned: str) -> Bench:
    """A case that the authority filed against a provider, which has reported its repair."""
    bench = begun(
        RULES,
        RECTIFICATION,
        party="acc_who_filed",
        for_body=AUTHORITY,
        concerned=concerned,
        dataset_id="",
        bodies={role: f"haicheng.{role}" for role in RULES.bodies},
        choices={"breach": "adrift"},
        given=frozenset({"breach", "statement"}),
    )
    assert bench.decide("citation", "cite", limit=TEN_DAYS) == "accepted"
    assert bench.decide("repair", "mended") == "accepted"
    return bench


def test_what_lies_before_the_party_lies_before_the_body_for_which_it_was_filed() -> None:
    assert mended().task("sea_trial").body == AUTHORITY


def test_who_acts_next_is_told_to_be_that_body() -> None:
    bench = mended()
    law = Law(RULES, "en")
    road = road_shown(law, road_of(RULES, bench.state), bench.state.choices, Bodies(bench.state.by_role, {}, "acc"))
    assert AUTHORITY in road.model_dump_json()


def test_any_officer_of_that_body_acts_as_the_party() -> None:
    colleague = a.Actor(account="acc_colleague", body=AUTHORITY)
    assert mended().decide("sea_trial", "seaworthy", by=colleague) == "accepted"


def test_who_filed_and_serves_another_body_by_now_does_not() -> None:
    moved = a.Actor(account="acc_who_filed", body="haicheng.government")
    assert mended().decide("sea_trial", "seaworthy", by=moved) == "NotYourTask"


def test_an_officer_with_a_side_of_its_own_does_not_act_for_the_party() -> None:
    concerned = a.Actor(account="acc_concerned", body=AUTHORITY)
    assert mended("acc_concerned").decide("sea_trial", "seaworthy", by=concerned) == "PartyToTheCase"
