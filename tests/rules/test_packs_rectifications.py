"""Rectification in the packs, by the articles on liability: who orders, whom, for what, and within what time."""

from __future__ import annotations

import pytest

from rules.loading import load_pack
from rules.pinned import Basis
from rules.procedure_rules import ProcedureRules
from tests.five_cities import FIVE_CITIES
from tests.rules.cuts import required_fields, stage_of, target
from tests.rules.objection_cuts import demanded_by, outcome_of, outcomes_of, rules_for, stages_in

ARTICLES = {"nanning": "35", "yulin": "35", "guangzhou": "34", "lianyungang": "39", "nanjing": "39"}
BREACHES = {"nanning": 5, "yulin": 4, "guangzhou": 1, "lianyungang": 5, "nanjing": 8}
"""How many kinds of breach the article lists; Guangzhou's knows one: duty not performed by law."""
ORDERED_BY = {
    "nanning": "government",
    "yulin": "government",
    "guangzhou": "government",
    "lianyungang": "authority",
    "nanjing": "authority",
}
EVERYWHERE = pytest.mark.duty("NN-35", "YL-35", "GZ-34", "LYG-39", "NJ-39")


def rectification(city: str) -> ProcedureRules:
    return rules_for(city, "rectification")


def test_each_of_the_five_has_breaches_rectified() -> None:
    assert {city for city in FIVE_CITIES if "rectification" in load_pack(city).procedures} == set(ARTICLES)


@EVERYWHERE
@pytest.mark.parametrize("city", sorted(ARTICLES))
def test_the_body_that_the_article_names_orders_accepts_and_oversees(city: str) -> None:
    rules = rectification(city)
    assert {stage_of(rules, stage).body for stage in ("order", "oversight", "acceptance")} == {ORDERED_BY[city]}
    assert rules.filed_by == ("authority",)
    assert outcome_of(rules, "order", "order").citation.article == ARTICLES[city]


@EVERYWHERE
@pytest.mark.parametrize("city", sorted(ARTICLES))
def test_each_breach_that_the_article_lists_can_be_recorded_and_is_cited(city: str) -> None:
    rules = rectification(city)
    listed = [choice.citation.article for choice in rules.choices["breach"]]
    items = [f"{ARTICLES[city]}({item + 1})" for item in range(BREACHES[city])]
    assert listed == (items if BREACHES[city] > 1 else [ARTICLES[city]])
    assert required_fields(rules) == {"breach", "statement"}


@EVERYWHERE
@pytest.mark.parametrize("city", sorted(ARTICLES))
def test_an_order_sets_a_limit_by_law_in_lianyungang_and_nanjing_and_by_us_elsewhere(city: str) -> None:
    rules = rectification(city)
    basis = Basis.LAW if city in ("lianyungang", "nanjing") else Basis.SERVICE
    remedy = stage_of(rules, "remedy")
    assert (remedy.body, remedy.set_by_decision, remedy.periods) == ("provider", True, {})
    assert remedy.period_citation
    assert remedy.period_citation.basis is basis
    assert demanded_by(rules, "order", "order") == {("time_limit", basis)}
    assert outcome_of(rules, "order", "order").requires[0].any_of == ("time_limit", "last_day")


@EVERYWHERE
@pytest.mark.parametrize("city", sorted(ARTICLES))
def test_only_the_order_sets_a_time_and_nothing_is_due_to_those_who_order(city: str) -> None:
    rules = rectification(city)
    stages = [*(stage for step in rules.steps for stage in step.stages), *rules.opened]
    assert {stage.stage for stage in stages if stage.periods or stage.set_by_decision} == {"remedy"}
    assert {stage.stage for stage in stages if stage.promptly} == (
        {"government_report"} if city == "lianyungang" else set()
    )


@pytest.mark.duty("LYG-39")
def test_lianyungangs_missed_limit_leads_to_the_government_on_every_way() -> None:
    rules = rectification("lianyungang")
    assert rules.opens_when_passed == {"remedy": ("government_report",)}
    assert outcome_of(rules, "acceptance", "not_remedied").opens == ("government_report",)
    for outcome in ("accept_late", "not_remedied"):
        assert target(rules, "acceptance", outcome) is None, "the case waits for the report"
    assert target(rules, "government_report", "report") == "reported"
    assert outcome_of(rules, "acceptance", "accept").when_limit == "kept"
    running = {o.outcome for o in stage_of(rules, "oversight").outcomes if o.when_limit == "running"}
    assert running == {"extend", "rescind"}
    report = stage_of(rules, "government_report")
    assert (report.body, report.promptly, report.citation.article) == ("authority", True, "39")
    assert "not_remedied" not in {ending.outcome for ending in rules.endings}


@pytest.mark.duty("NN-35", "YL-35", "GZ-34", "NJ-39")
@pytest.mark.parametrize("city", sorted(set(ARTICLES) - {"lianyungang"}))
def test_elsewhere_nothing_follows_by_itself_from_what_was_not_done_in_time(city: str) -> None:
    rules = rectification(city)
    assert rules.stage("government_report") is None
    assert rules.opens_when_passed == {}
    not_remedied = outcome_of(rules, "oversight", "not_remedied")
    assert (not_remedied.leads_to, not_remedied.when_limit) == ("not_remedied", "over")
    assert not_remedied.citation.basis is Basis.SERVICE
    assert stages_in(rules, "remedy") == {"remedy", "oversight"}


@pytest.mark.duty("NN-35", "YL-35", "GZ-34")
def test_where_another_organ_may_order_too_its_order_is_recorded_with_a_reference() -> None:
    recorded = {city: outcomes_of(rectification(city), "order") - {"order", "decline"} for city in ARTICLES}
    assert recorded == {
        "nanning": {"county_order", "superior_order"},
        "guangzhou": {"competent_order", "order_with_criticism"},
        "yulin": {"county_order"},
        "lianyungang": set(),
        "nanjing": set(),
    }


@EVERYWHERE
@pytest.mark.parametrize(
    ("city", "against"),
    [
        ("nanning", ("provider", "operator", "authority", "county_authority")),
        ("yulin", ("provider", "operator", "authority", "county_authority")),
        ("guangzhou", ("provider", "operator", "establishment", "legal", "authority")),
        ("lianyungang", ("provider",)),
        ("nanjing", ("provider", "operator", "authority", "district_authority")),
    ],
)
def test_it_is_directed_against_those_whom_the_article_names(city: str, against: tuple[str, ...]) -> None:
    assert rectification(city).against == against


@pytest.mark.parametrize("city", sorted(ARTICLES))
def test_five_working_days_of_grace_before_it_is_proposed_are_a_service_rule(city: str) -> None:
    proposed = rectification(city).proposed
    assert proposed
    assert (proposed.after, proposed.citation.basis) == ("5wd", Basis.SERVICE)


@EVERYWHERE
@pytest.mark.parametrize("city", sorted(ARTICLES))
def test_nobody_acts_in_a_case_that_is_directed_against_itself(city: str) -> None:
    rules = rectification(city)
    instead = {role: (rule.body, rule.citation.basis) for role, rule in rules.in_place_of.items()}
    assert instead == ({} if city == "lianyungang" else {"authority": ("government", Basis.SERVICE)})
    for accused in rules.against:
        bodies = {role: role for role in rules.bodies} | {"provider": accused}
        acting = {rules.acting(stage.body, bodies) for step in rules.steps for stage in step.stages}
        filing = {rules.acting(role, bodies) for role in rules.filed_by}
        assert accused not in (acting - {"provider"}) | filing, accused
