"""Quality checks, by the articles of the cities that have them."""

from __future__ import annotations

import pytest

from rules.checking import findings
from rules.loading import load_pack
from rules.pinned import Basis
from rules.pinned_stages import EntryEffect
from rules.procedure_checking import check_cut
from rules.procedure_rules import ProcedureRules
from tests.five_cities import FIVE_CITIES
from tests.rules.cuts import field_of, required_fields, stage_of
from tests.rules.objection_cuts import demanded_by, outcome_of, outcomes_of, rules_for

ARTICLE = {"nanning": "20(6)", "yulin": "24"}


def check(city: str) -> ProcedureRules:
    return rules_for(city, "quality_check")


def test_of_the_five_two_let_users_have_data_checked() -> None:
    assert {city for city in FIVE_CITIES if "quality_check" in load_pack(city).procedures} == set(ARTICLE)


@pytest.mark.duty("NN-20.6")
def test_nannings_user_has_two_working_days_and_its_provider_three() -> None:
    rules, stage = check("nanning"), stage_of(check("nanning"), "check")
    assert rules.filed_within is not None
    assert (rules.filed_within.period, rules.filed_within.citation.article) == ("2wd", "20(6)")
    assert (dict(stage.periods), stage.body) == ({"normal": "3wd"}, "provider")
    assert stage.period_citation is not None
    assert stage.period_citation.article == "20(6)"
    assert required_fields(rules) == {"statement", "discovered_on"}


@pytest.mark.duty("YL-24")
def test_yulins_law_gives_neither_of_them_a_number() -> None:
    rules, stage = check("yulin"), stage_of(check("yulin"), "check")
    assert rules.filed_within is None
    assert (dict(stage.periods), stage.promptly, stage.body) == ({}, False, "provider")
    assert required_fields(rules) == {"statement"}
    assert field_of(rules, "discovered_on").citation.basis is Basis.SERVICE


@pytest.mark.duty("NN-20.6", "YL-24")
@pytest.mark.parametrize("city", sorted(ARTICLE))
def test_the_result_is_reported_and_keeps_no_data_back(city: str) -> None:
    rules = check(city)
    assert outcomes_of(rules, "check") == {"correct", "confirm"}
    assert stage_of(rules, "check").citation.article == ARTICLE[city]
    for outcome in ("correct", "confirm"):
        assert demanded_by(rules, "check", outcome) == {("result", Basis.LAW)}
        assert outcome_of(rules, "check", outcome).data is None
    assert outcome_of(rules, "check", "correct").entry is EntryEffect.MAY_CHANGE
    assert rules.hold is None


@pytest.mark.parametrize(
    ("city", "name", "day"),
    [("nanning", "quality_check", "discovered_on"), ("guangzhou", "opening_elsewhere", "opens_on")],
)
def test_a_period_for_the_filing_needs_a_day_that_every_filing_states(city: str, name: str, day: str) -> None:
    pack = load_pack(city)
    procedure = pack.procedures[name]
    fields = {field: entry for field, entry in procedure.fields.items() if field != day}
    silent = procedure.model_copy(update={"fields": fields})
    broken = pack.model_copy(update={"procedures": {**pack.procedures, name: silent}})
    assert {each.rule for each in findings(broken, {"CN", pack.calendar})} == {"nobody_states"}


def test_what_belongs_to_another_procedure_says_so_and_to_one_that_there_is() -> None:
    pack = load_pack("nanning")
    rest = {name: each for name, each in pack.procedures.items() if name != "quality_check"}
    left = pack.model_copy(update={"procedures": rest})
    found = {rule for _, rule, _ in check_cut(left, "objection", pack.in_force_from)}
    assert found == {"unknown_target"}
