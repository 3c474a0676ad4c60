"""What may be received at all."""

from __future__ import annotations

from datetime import date

import pytest

from rules.admissibility import DatasetAtReceipt, Inadmissible, Openness, admissible, chosen
from rules.loading import cities, load_pack
from rules.pinned import Label
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from tests.five_cities import FIVE_CITIES
from tests.rules.cuts import ACCESS_REQUEST, IN_FORCE_EVERYWHERE, invented_pack, rules_of

DATASET = DatasetAtReceipt("bus-arrivals", "conditional", frozenset({"route", "stop", "arrival"}))
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


def complete(rules: ProcedureRules) -> dict[str, object]:
    """Everything stated, and of each choice the first that the law of the city lets anybody make."""
    made = {name: next(each.value for each in known if each.on_request) for name, known in rules.choices.items()}
    return {**COMPLETE, **made}


def codes(problems: list[Inadmissible]) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in problems]


@pytest.mark.parametrize("city", cities())
def test_a_complete_filing_is_admissible_in_every_city(city: str) -> None:
    assert admissible(rules_of(city), complete(rules_of(city)), DATASET) == []


@pytest.mark.parametrize(("openness", "code"), [("unconditional", "not_conditional"), ("closed", "closed")])
def test_only_conditional_data_can_be_asked_for(openness: Openness, code: str) -> None:
    dataset = DatasetAtReceipt("d", openness, DATASET.items)
    assert codes(admissible(rules_of("nanning"), COMPLETE, dataset)) == [("dataset_id", code)]


@pytest.mark.duty("NN-20.1")
@pytest.mark.parametrize("field", ["purpose", "data_items"])
@pytest.mark.parametrize("blank", [None, "", "  \n", [], ["", " "]])
def test_nanning_receives_no_filing_without_purpose_and_data_items(field: str, blank: object) -> None:
    [problem, *_] = judged("nanning", **{field: blank})
    assert (problem.field, problem.code) == (field, "field_required")
    assert problem.citation is not None
    assert problem.citation.article == "20(1)"


@pytest.mark.duty("LYG-33")
@pytest.mark.duty("LYG-10")
@pytest.mark.parametrize("field", ["purpose", "scenario", "safeguards"])
def test_lianyungang_receives_no_filing_without_purpose_scenario_and_safeguards(field: str) -> None:
    assert codes(judged("lianyungang", **{field: None})) == [(field, "field_required")]


@pytest.mark.duty("YL-23")
@pytest.mark.parametrize("field", ["purpose", "data_items"])
def test_yulin_receives_no_filing_without_purpose_and_data_items(field: str) -> None:
    assert codes(judged("yulin", **{field: None})) == [(field, "field_required")]


def test_a_filing_without_items_is_admissible_where_the_law_asks_for_none() -> None:
    assert judged("lianyungang", data_items=None) == []


@pytest.mark.parametrize("city", ["yulin", "guangzhou", "lianyungang", "nanjing"])
def test_an_urgent_filing_is_refused_where_the_law_knows_no_urgency(city: str) -> None:
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


def test_nanjings_commercial_filing_needs_no_tender_which_only_the_grant_needs() -> None:
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


OBJECTION: dict[str, object] = {"ground": "privacy", "statement": "names persons", "evidence": ["a-file"]}


def judged_objection(city: str, *, openness: Openness = "conditional", **changes: object) -> list[Inadmissible]:
    dataset = DatasetAtReceipt("bus-arrivals", openness, DATASET.items)
    return admissible(objection_rules(city), {**OBJECTION, **changes}, dataset)


def objection_rules(city: str) -> ProcedureRules:
    return resolve(load_pack(city), "objection", IN_FORCE_EVERYWHERE)


@pytest.mark.parametrize("openness", ["conditional", "unconditional"])
@pytest.mark.parametrize("city", cities())
def test_an_objection_to_data_that_is_open_in_any_way_is_admissible(city: str, openness: Openness) -> None:
    assert judged_objection(city, openness=openness) == []


@pytest.mark.parametrize("city", sorted(set(FIVE_CITIES) - {"nanjing"}))
def test_closed_data_cannot_be_objected_to_where_the_law_speaks_of_open_data(city: str) -> None:
    assert codes(judged_objection(city, openness="closed")) == [("dataset_id", "not_open")]


@pytest.mark.duty("NJ-35a")
def test_nanjings_objections_are_about_all_government_data_closed_data_too() -> None:
    assert judged_objection("nanjing", openness="closed") == []


@pytest.mark.duty("LYG-38")
@pytest.mark.parametrize("openness", ["closed", "conditional", "unconditional"])
def test_lianyungangs_misuse_is_reported_of_data_that_was_closed_since_too(openness: Openness) -> None:
    rules = resolve(load_pack("lianyungang"), "misuse", IN_FORCE_EVERYWHERE)
    report = {"misuse": "improper_use", "statement": "the names are for sale"}
    assert admissible(rules, report, DatasetAtReceipt("bus-arrivals", openness, DATASET.items)) == []


@pytest.mark.duty("NN-22a", "YL-17a", "GZ-29b")
@pytest.mark.parametrize("city", cities())
def test_without_evidence_an_objection_is_admissible_for_no_law_makes_it_a_condition(city: str) -> None:
    assert judged_objection(city, evidence=[]) == []


@pytest.mark.parametrize("city", cities())
@pytest.mark.parametrize("field", ["ground", "statement"])
def test_an_objection_says_what_is_wrong_and_on_which_ground(city: str, field: str) -> None:
    assert codes(admissible(objection_rules(city), {**OBJECTION, field: " "}, DATASET)) == [(field, "field_required")]


def test_an_unknown_ground_is_refused_with_those_that_the_law_knows_and_hears_here() -> None:
    [problem] = judged_objection("nanning", ground="envy")
    assert (problem.field, problem.code) == ("ground", "ground_unknown")
    assert problem.params["known"] == ("trade_secret", "privacy", "other_right")


@pytest.mark.duty("NN-20.6", "YL-24")
@pytest.mark.parametrize(
    ("city", "ground"), [("nanning", "error"), ("nanning", "omission"), ("nanning", "quality"), ("yulin", "quality")]
)
def test_what_belongs_to_a_quality_check_is_refused_with_the_way_to_go(city: str, ground: str) -> None:
    [problem] = judged_objection(city, ground=ground)
    assert (problem.field, problem.code) == ("ground", "ground_belongs_elsewhere")
    assert problem.citation == objection_rules(city).choice("ground", ground).citation  # type: ignore[union-attr]  # it is known


def test_a_leak_is_stated_where_the_law_makes_a_difference_by_it_alone() -> None:
    assert judged_objection("guangzhou", leak="reported") == []
    assert codes(judged_objection("guangzhou", leak="perhaps")) == [("leak", "leak_unknown")]
    assert codes(judged_objection("nanning", leak="reported")) == [("leak", "leak_not_asked")]


def test_an_objection_to_an_item_that_the_dataset_does_not_have_is_refused_by_name() -> None:
    [problem] = judged_objection("yulin", data_items=["route", "driver"])
    assert (problem.field, problem.code, problem.params["items"]) == ("data_items", "item_unknown", ("driver",))


def test_a_procedure_that_is_about_no_dataset_judges_none() -> None:
    rules = resolve(load_pack("nanjing"), "leak", IN_FORCE_EVERYWHERE)
    assert admissible(rules, {"statement": "accounts were read"}, None) == []
    assert codes(admissible(rules, {}, None)) == [("statement", "field_required")]


def test_data_of_a_class_that_the_law_says_nothing_of_is_no_concern_of_it() -> None:
    rules = resolve(invented_pack(), "objection", date(2022, 1, 1))
    assert codes(admissible(rules, {**OBJECTION}, DATASET)) == [("dataset_id", "not_concerned")]
