"""What may be received at all."""

from __future__ import annotations

from datetime import date

import pytest

from rules.admissibility import DatasetFacts, Inadmissible, Openness, admissible, chosen
from rules.loading import cities
from rules.pinned import Label
from rules.resolving import resolve
from tests.rules.cuts import ACCESS_REQUEST, invented_pack, rules_of

DATASET = DatasetFacts("bus-arrivals", "conditional", frozenset({"route", "stop", "arrival"}))
COMPLETE: dict[str, object] = {
    "purpose": "study of delays",
    "data_items": ["route", "arrival"],
    "scenario": "a published study",
    "safeguards": "kept on an encrypted disk",
    "access_mode": "api",
    "use": "general",
    "urgency": "normal",
}


def judged(city: str, **changes: object) -> list[Inadmissible]:
    return admissible(rules_of(city), {**COMPLETE, **changes}, DATASET)


def codes(problems: list[Inadmissible]) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in problems]


@pytest.mark.parametrize("city", cities())
def test_a_complete_filing_is_admissible_in_every_city(city: str) -> None:
    assert judged(city) == []


@pytest.mark.parametrize(("openness", "code"), [("unconditional", "not_conditional"), ("closed", "closed")])
def test_only_conditional_data_can_be_asked_for(openness: Openness, code: str) -> None:
    dataset = DatasetFacts("d", openness, DATASET.items)
    assert codes(admissible(rules_of("nanning"), COMPLETE, dataset)) == [("dataset_id", code)]


@pytest.mark.duty("NN-20.1")
@pytest.mark.parametrize("field", ["purpose", "data_items"])
@pytest.mark.parametrize("blank", [None, "", "  \n", [], ["", " "]])
def test_nanning_receives_no_filing_without_purpose_and_data_items(field: str, blank: object) -> None:
    [problem, *_] = judged("nanning", **{field: blank})
    assert (problem.field, problem.code) == (field, "field_required")
    assert problem.citation is not None
    assert problem.citation.article == "20(1)"


@pytest.mark.duty("LYG-10")
@pytest.mark.parametrize("field", ["purpose", "scenario", "safeguards"])
def test_lianyungang_receives_no_filing_without_purpose_scenario_and_safeguards(field: str) -> None:
    assert codes(judged("lianyungang", **{field: None})) == [(field, "field_required")]


@pytest.mark.duty("YL-23")
@pytest.mark.parametrize("field", ["purpose", "data_items"])
def test_yulin_receives_no_filing_without_purpose_and_data_items(field: str) -> None:
    assert codes(judged("yulin", **{field: None})) == [(field, "field_required")]


def test_a_filing_that_names_no_items_is_admissible_where_the_law_does_not_ask_for_them() -> None:
    assert judged("lianyungang", data_items=None) == []


@pytest.mark.parametrize("city", ["yulin", "guangzhou", "lianyungang", "nanjing"])
def test_where_the_law_knows_no_urgency_an_urgent_filing_is_refused_by_the_name_of_the_regulation(city: str) -> None:
    [problem] = judged(city, urgency="urgent")
    assert (problem.field, problem.code) == ("urgency", "urgency_unknown")
    regulation = problem.params["regulation"]
    assert isinstance(regulation, Label)
    assert regulation == rules_of(city).regulation.title
    assert problem.params["known"] == ("normal",)


def test_an_urgent_filing_is_admissible_in_nanning() -> None:
    assert judged("nanning", urgency="urgent") == []


@pytest.mark.duty("GZ-17")
def test_guangzhou_takes_no_request_for_a_download() -> None:
    assert codes(judged("guangzhou", access_mode="download")) == [("access_mode", "access_mode_not_on_request")]


def test_an_access_mode_that_the_city_does_not_know_is_refused() -> None:
    assert codes(judged("nanning", access_mode="algorithm")) == [("access_mode", "access_mode_unknown")]


def test_an_item_that_the_dataset_does_not_have_is_refused_by_name() -> None:
    [problem] = judged("nanning", data_items=["route", "driver"])
    assert (problem.field, problem.code) == ("data_items", "item_unknown")
    assert problem.params["items"] == ("driver",)


def test_a_commercial_filing_in_nanjing_is_received_without_a_tender_which_only_the_grant_needs() -> None:
    assert judged("nanjing", use="commercial") == []


def test_every_problem_of_a_filing_is_told_at_once() -> None:
    found = codes(judged("nanning", purpose="", urgency="tomorrow", data_items=["driver"]))
    assert found == [("purpose", "field_required"), ("urgency", "urgency_unknown"), ("data_items", "item_unknown")]


def test_a_choice_that_is_left_out_stands_for_normal_urgency_and_general_use() -> None:
    assert chosen(rules_of("nanning"), {"urgency": "", "use": None}) == {"urgency": "normal", "use": "general"}
    assert chosen(rules_of("nanning"), {"urgency": "urgent"})["urgency"] == "urgent"


def test_a_field_may_be_demanded_for_one_use_only() -> None:
    rules = resolve(invented_pack(), ACCESS_REQUEST, date(2025, 1, 1))
    filing = {"purpose": "maps", "use": "commercial"}
    assert codes(admissible(rules, filing, DATASET)) == [("safeguards", "field_required")]
    assert admissible(rules, {"purpose": "maps"}, DATASET) == []
