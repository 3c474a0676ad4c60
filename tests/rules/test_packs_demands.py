"""Demands outside the catalogue and openness reviews, by the articles of the cities that have them."""

from __future__ import annotations

import pytest

from rules.loading import load_pack
from rules.pinned import Basis
from rules.pinned_stages import ClockFrom, EntryEffect
from rules.procedure_rules import ProcedureRules
from tests.five_cities import FIVE_CITIES
from tests.rules.cuts import required_fields, stage_of, target, values
from tests.rules.objection_cuts import demanded_by, outcome_of, rules_for

DEMANDS = {"nanning": "15", "yulin": "18", "guangzhou": "18"}
REVIEWS = {
    "nanning": ("authority", "15", ("closed",)),
    "guangzhou": ("provider", "10.3", ("closed", "conditional")),
    "yulin": ("provider", "10.2", ("closed",)),
    "nanjing": ("provider", "23.2", ("closed",)),
}


def demand(city: str) -> ProcedureRules:
    return rules_for(city, "demand")


def review(city: str) -> ProcedureRules:
    return rules_for(city, "openness_review")


def test_of_the_five_three_take_in_demands_and_four_evaluate_what_is_not_open() -> None:
    assert {city for city in FIVE_CITIES if "demand" in load_pack(city).procedures} == set(DEMANDS)
    assert {city for city in FIVE_CITIES if "openness_review" in load_pack(city).procedures} == set(REVIEWS)


@pytest.mark.duty("NN-15b", "YL-18", "GZ-18a")
@pytest.mark.parametrize("city", sorted(DEMANDS))
def test_the_provider_assesses_a_demand_that_says_what_is_needed(city: str) -> None:
    rules = demand(city)
    assessment = stage_of(rules, "assessment")
    assert (rules.first, assessment.body, assessment.citation.article) == ("assessment", "provider", DEMANDS[city])
    assert required_fields(rules) == {"statement"}
    assert "data_items" not in {field.field for field in rules.fields}, "what is in no catalogue has no items"
    assert rules.filed_by == ("applicant",)


@pytest.mark.duty("NN-15b", "YL-18", "GZ-18a")
@pytest.mark.parametrize("city", sorted(DEMANDS))
def test_a_yes_orders_an_update_whose_publication_alone_answers_it(city: str) -> None:
    rules = demand(city)
    agree = outcome_of(rules, "assessment", "agree")
    assert (agree.entry, agree.trigger, agree.leads_to) == (EntryEffect.ORDER, "demand", "provision")
    assert agree.trigger in values(rules_for(city, "catalogue_update"), "trigger")
    provided = outcome_of(rules, "provision", "provided")
    assert (provided.by_publication, provided.leads_to) == (True, "provided")


@pytest.mark.duty("GZ-18b")
@pytest.mark.parametrize(
    ("city", "basis"), [("guangzhou", Basis.LAW), ("yulin", Basis.SERVICE), ("nanning", Basis.SERVICE)]
)
def test_a_no_states_its_reasons_which_guangzhous_law_alone_wants(city: str, basis: Basis) -> None:
    assert demanded_by(demand(city), "assessment", "decline") == {("reason", basis)}
    assert target(demand(city), "assessment", "decline") == "declined"


@pytest.mark.duty("GZ-18a", "GZ-18b")
def test_guangzhous_two_periods_run_from_one_receipt() -> None:
    rules = demand("guangzhou")
    for name in ("assessment", "provision"):
        stage = stage_of(rules, name)
        assert (stage.periods, stage.clock_from) == ({"normal": "20wd"}, ClockFrom.RECEIPT)
        assert stage.period_citation
        assert stage.period_citation.article == "18"
        assert {o.outcome: o.period for o in stage.outcomes if o.period} == {"decline": "5wd"}


@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_elsewhere_a_demand_has_no_period(city: str) -> None:
    stages = [stage for step in demand(city).steps for stage in step.stages]
    assert not any(stage.periods or stage.promptly for stage in stages)


@pytest.mark.duty("NN-15c", "GZ-10a", "YL-10", "NJ-23")
@pytest.mark.parametrize("city", sorted(REVIEWS))
def test_what_is_not_open_is_evaluated_by_the_body_that_the_law_names(city: str) -> None:
    body, article, concerns = REVIEWS[city]
    rules = review(city)
    evaluation = stage_of(rules, "evaluation")
    assert (evaluation.body, evaluation.citation.article, rules.concerns) == (body, article, concerns)


@pytest.mark.duty("NN-15c", "GZ-10a", "YL-10", "NJ-23")
@pytest.mark.parametrize("city", sorted(REVIEWS))
def test_the_interval_is_a_service_rule_for_the_law_only_says_that_it_is_periodic(city: str) -> None:
    every = review(city).every
    assert every
    assert (every.days, every.citation.basis) == (365, Basis.SERVICE)


@pytest.mark.duty("GZ-10a", "GZ-10c", "YL-10", "NJ-23")
@pytest.mark.parametrize("city", sorted(REVIEWS))
def test_data_that_can_be_opened_further_is_ordered_into_the_catalogue(city: str) -> None:
    further = outcome_of(review(city), "evaluation", "open_further")
    assert (further.entry, further.trigger) == (EntryEffect.ORDER, "openness_review")
    asks_for_masking = {("masking", Basis.SERVICE)} if city == "nanjing" else set()
    assert demanded_by(review(city), "evaluation", "keep") == {("reason", Basis.SERVICE)} | asks_for_masking
    assert demanded_by(review(city), "evaluation", "open_further") == asks_for_masking
