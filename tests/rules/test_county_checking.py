"""What the loader asks of a city whose counties have authorities, and of the roles that see all of a city."""

from __future__ import annotations

from pathlib import Path

import pytest

import rules
from rules.loading import PackRefused, load_text

NANNING = (Path(rules.__file__).parent / "packs" / "nanning.yaml").read_text(encoding="utf-8")
COUNTIES = "counties: {authority: county_authority,"
REPORT = "{leads_to: acceptance, requires: [{any_of: [measure]}]}, cite: service acceptance"
STEP = "county_compilation: {stages: [county_compilation], then: review}"


def refused(old: str, new: str) -> list[tuple[str, str]]:
    """What is refused of Nanning's pack with this change."""
    assert NANNING.count(old) == 1
    with pytest.raises(PackRefused) as refusal:
        load_text(NANNING.replace(old, new), "nanning.yaml")
    return [(problem.path, problem.rule) for problem in refusal.value.problems]


@pytest.mark.parametrize("role", ["provider", "prefecture"])
def test_a_countys_authority_is_a_body_of_the_pack_and_no_provider(role: str) -> None:
    assert ("counties.authority", "no_responsible_body") in refused(COUNTIES, f"counties: {{authority: {role},")


def test_a_step_that_cities_pass_over_leads_on() -> None:
    found = refused(STEP, STEP.replace(", then: review", "").replace("then", "x"))
    assert ("procedures.catalogue_update.order", "may_be_empty") in found


def test_each_stage_can_be_decided_about_bodies_of_the_city_and_of_counties() -> None:
    found = refused(REPORT, REPORT.replace("leads_to", "when_body: of_county, leads_to"))
    assert found == [("procedures.rectification.stages.remedy.outcomes", "body_leaves_nothing")]


def test_no_decision_is_for_bodies_of_counties_where_there_are_none() -> None:
    line = next(each for each in NANNING.splitlines() if each.startswith(COUNTIES))
    order = "procedures.rectification.stages.order.outcomes"
    found = refused(line, "")
    assert {(f"{order}.{outcome}", "no_counties") for outcome in ("order", "county_order")} <= set(found)


def test_without_the_key_a_stage_of_its_role_is_like_any_other() -> None:
    line = next(each for each in NANNING.splitlines() if each.startswith(COUNTIES))
    text = NANNING.replace(line, "").replace("when_body: of_city, ", "").replace("when_body: of_county, ", "")
    pack = load_text(text, "nanning.yaml")
    assert pack.counties is None


def test_who_sees_the_whole_city_is_a_body_of_it() -> None:
    found = refused("\n  authority: {cite: service sight}", "\n  prefecture: {cite: service sight}")
    assert ("sees_the_city.prefecture", "no_responsible_body") in found
