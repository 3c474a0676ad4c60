"""An update of a county's entry (Nanning 14): its authority has it before the city's; others go by without it."""

from __future__ import annotations

from typing import Any

import pytest

from models.acts import Actor
from models.procedures.catalogue_update import CATALOGUE_UPDATE
from reading.cases.road import road_of
from reading.sight import Caller, County
from rules.pinned import Basis
from tests.models.bench import Bench, begun, law
from tests.models.updates import draft, pass_reviews

COUNTY, OTHER = "nanning.wuming", "nanning.binyang"
YULINS = {
    "provider": "yulin.beiliutransport",
    "county_authority": "yulin.beiliu",
    "authority": "yulin.authority",
    "operator": "yulin.operator",
    "experts": "yulin.experts",
}
OF_CITY = {"provider": "nanning.transport", "authority": "nanning.authority", "experts": "nanning.experts"}
OF_COUNTY = {**OF_CITY, "provider": "nanning.wumingtransport", "county_authority": COUNTY}
GIVEN = frozenset({"reason"})


def reviewed(
    bodies: dict[str, str], city: str = "nanning", party: str = "acc_filer", for_body: str | None = None
) -> Bench:
    """An update that every review of its provider has passed."""
    filed: dict[str, Any] = {"bodies": bodies, "choices": {"trigger": "other"}, "party": party, "for_body": for_body}
    bench = begun(law(city, "catalogue_update"), CATALOGUE_UPDATE, **filed)
    assert draft(bench) == "accepted"
    pass_reviews(bench)
    return bench


def test_what_a_county_has_not_compiled_does_not_come_before_the_city() -> None:
    bench = reviewed(OF_COUNTY)
    assert bench.open_stages == {"county_compilation"}
    assert bench.task("county_compilation").body == COUNTY
    assert bench.decide("county_compilation", "include") == "accepted"
    assert bench.open_stages == {"review"}
    assert bench.decide("review", "publish") == "accepted"
    assert bench.state.closed == "published"


@pytest.mark.duty("YL-8")
def test_yulins_county_has_data_of_its_bodies_published_before_the_centre_lists_it() -> None:
    bench = reviewed(YULINS, "yulin")
    assert bench.open_stages == {"county_publication"}
    task, stage = bench.task("county_publication"), bench.rules.stage("county_publication")
    assert stage
    assert (task.body, stage.citation.article, stage.citation.basis) == ("yulin.beiliu", "8", Basis.LAW)
    assert bench.decide("county_publication", "return", ()) == "RequirementMissing"
    assert bench.decide("county_publication", "include") == "accepted"
    assert (bench.open_stages, bench.task("city_compilation").body) == ({"city_compilation"}, "yulin.operator")
    assert bench.decide("city_compilation", "publish") == "accepted"
    assert bench.state.closed == "published"
    of_city = {role: body for role, body in YULINS.items() if role != "county_authority"}
    assert reviewed({**of_city, "provider": "yulin.transport"}, "yulin").open_stages == {"city_compilation"}


def test_whoever_filed_for_a_county_decides_for_it_and_for_no_other_body() -> None:
    bench = reviewed(OF_COUNTY, party="acc_county", for_body=COUNTY)
    moved = Actor(account="acc_county", body="nanning.authority")
    assert bench.decide("county_compilation", "include", by=moved) == "NotYourTask"
    assert bench.decide("county_compilation", "include", by=Actor(account="acc_county", body=COUNTY)) == "accepted"
    assert bench.decide("review", "publish", by=moved) == "PartyToTheCase"


def test_the_update_of_a_body_of_the_city_passes_the_counties_by() -> None:
    bench = reviewed(OF_CITY)
    assert bench.open_stages == {"review"}
    assert "county_compilation" not in {task.stage for task in bench.state.tasks.values()}


def test_what_either_authority_sends_back_comes_before_the_county_again() -> None:
    bench = reviewed(OF_COUNTY)
    assert bench.decide("county_compilation", "return", GIVEN) == "accepted"
    for _ in range(2):
        assert bench.open_stages == {"compilation"}
        assert draft(bench) == "accepted"
        pass_reviews(bench)
        assert bench.decide("county_compilation", "include") == "accepted"
        assert bench.decide("review", "return", GIVEN) == "accepted"


def test_the_road_of_a_case_shows_the_county_where_there_is_one() -> None:
    for bodies, shown in ((OF_COUNTY, True), (OF_CITY, False)):
        bench = begun(law("nanning", "catalogue_update"), CATALOGUE_UPDATE, bodies=bodies, choices={"trigger": "other"})
        ahead = [stretch.step for stretch in road_of(bench.rules, bench.state).stretches]
        assert ("county_compilation" in ahead) == shown, bodies


def test_a_supervisor_of_a_county_has_a_part_in_its_cases_alone() -> None:
    case = reviewed(OF_COUNTY)
    for county, has_part in (
        (County(COUNTY, frozenset({COUNTY, OF_COUNTY["provider"]})), True),
        (County(OTHER, frozenset({OTHER})), False),
    ):
        officer = Caller(
            "acc", "acc", "nanning", county.authority, "county_authority", frozenset({"supervisor"}), county
        )
        assert officer.has_part(case.state, case.rules) == has_part
