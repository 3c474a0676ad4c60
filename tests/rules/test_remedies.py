"""Where to go after a refusal: named by the pack, with the period and the law, in every refusal."""

from __future__ import annotations

from datetime import date

import pytest

from rules.checking import findings
from rules.loading import load_pack
from rules.procedure_rules import ProcedureRules
from rules.remedies import sentence
from rules.resolving import resolve
from tests.five_cities import FIVE_CITIES

TODAY = date(2026, 11, 23)


def law(city: str, procedure: str, on: date = TODAY) -> ProcedureRules:
    return resolve(load_pack(city), procedure, on)


def refusals(rules: ProcedureRules) -> set[str]:
    return {ending.outcome for ending in rules.endings if ending.refusal}


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_a_request_refused_an_objection_and_a_demand_not_followed_are_refusals(city: str) -> None:
    assert refusals(law(city, "access_request")) == {"refused"}
    objection = law(city, "objection")
    assert refusals(objection) == {ending.outcome for ending in objection.endings if ending.upheld is False}
    if "demand" in load_pack(city).procedures:
        assert refusals(law(city, "demand")) == {"declined"}
    assert refusals(law(city, "catalogue_update")) == set()
    if "misuse_appeal" in load_pack(city).procedures:
        assert refusals(law(city, "misuse_appeal")) == {"rejected"}


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_each_way_has_its_period_and_its_law_and_is_marked_as_general_law(city: str) -> None:
    said = sentence(law(city, "access_request"), "refused")
    assert said is not None
    for part in (
        "六十日",
        "《中华人民共和国行政复议法》第二十条第一款",
        "六个月",
        "《中华人民共和国行政诉讼法》第四十六条第一款",
    ):
        assert part in said.zh
    assert "本市规定未写明救济途径" in said.zh
    assert "the regulation of the city names no remedy" in said.en


@pytest.mark.parametrize("outcome", ["granted", "withdrawn", None])
def test_nobody_who_got_it_or_took_it_back_is_told_of_remedies(outcome: str | None) -> None:
    assert sentence(law("nanning", "access_request"), outcome) is None


def test_a_case_of_before_2024_names_the_article_of_that_time() -> None:
    said = sentence(law("nanning", "access_request", date(2023, 12, 31)), "refused")
    assert said is not None
    assert "第九条第一款" in said.zh


def test_rules_from_before_name_no_remedy() -> None:
    rules = law("nanning", "access_request").model_copy(update={"remedies": ()})
    assert sentence(rules, "refused") is None


def test_a_pack_that_refuses_and_names_no_remedy_is_not_fit() -> None:
    pack = load_pack("nanning")
    silent = {"remedies": {}, "sources": {name: pack.sources[name] for name in pack.law}}
    found = findings(pack.model_copy(update=silent), {"CN", pack.calendar})
    assert [each.rule for each in found] == ["no_remedy_named"]
