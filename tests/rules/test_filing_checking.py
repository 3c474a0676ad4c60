"""The loader refuses a period for a filing that could not run, and says to a lawyer what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.loading import PackRefused, load_text
from rules.pinned import FiledWithinRule
from rules.resolving import resolve
from tests.rules.test_every_deadline import ON, pack_of

HEYANG = (Path(__file__).parents[1] / "seventh_city" / "heyang.yaml").read_text(encoding="utf-8")
OBJECTION = "value: {within: 30d, from: discovered_on}"
APPEAL = "value: {within: 1mo, from_event: measure_told}"
REQUEST = "    grant: [{in_force_from: 2023-07-01, value: {term_days: 365}"
BY_NOBODY = "    filed_within: [{in_force_from: 2023-07-01, value: 2wd, cite: service urgency}]\n"
CITED = 'from: discovered_on}, cite: "measures 20.2"}'


@pytest.mark.parametrize(
    ("old", "new", "rule", "says"),
    [
        (OBJECTION, "value: {within: 30d, from: occurred_on}", "unknown_field", "write from: discovered_on"),
        (OBJECTION, "value: {within: 30d, from: data_items}", "unknown_field", "write from: discovered_on"),
        (OBJECTION, "value: {within: beforehand}", "unknown_field", "runs from opens_on"),
        (OBJECTION, "value: {within: 12h}", "period_in_hours", "in wd, d or mo"),
        (OBJECTION, "value: {within: 30d, when: {ground: [privacy]}}", "unknown_choice", "no value privacy"),
        (OBJECTION, "value: {within: 30d, from_event: measure_told}", "unknown_event", "name a day with from"),
        (APPEAL, "value: {within: 1mo, from_event: refusal}", "unknown_event", "write one of measure_told"),
        (APPEAL, "value: {within: beforehand, from_event: measure_told}", "never_in_time", "happened already"),
        (
            APPEAL,
            "value: {within: 1mo, from_event: measure_told, from: discovered_on}",
            "two_beginnings",
            "or an event",
        ),
        (APPEAL, "value: {within: 1mo}", "nobody_states", "demand discovered_on under fields"),
        (REQUEST, f"{BY_NOBODY}{REQUEST}", "nobody_states", "demand discovered_on under fields"),
        (CITED, "from: discovered_on}}", "uncited", "write cite:"),
        (OBJECTION, "value: {within: soon}", "wrong_value", "number and its unit"),
        (OBJECTION, "value: {within: 30d, form: discovered_on}", "unknown_key", "is from meant?"),
    ],
)
def test_a_period_that_binds_a_filing_can_run(old: str, new: str, rule: str, says: str) -> None:
    assert HEYANG.count(old) == 1
    with pytest.raises(PackRefused) as refused:
        load_text(HEYANG.replace(old, new), "heyang.yaml")
    found = [problem for problem in refused.value.problems if problem.rule == rule]
    assert found, refused.value.problems
    assert any(says in problem.message for problem in found), found
    assert all("filed_within" in problem.path for problem in found)


@pytest.mark.parametrize("role", ["bailiff", "party"])
def test_who_files_a_procedure_is_a_body_of_the_city_or_an_applicant(role: str) -> None:
    text = (Path(__file__).parents[2] / "rules" / "packs" / "lianyungang.yaml").read_text(encoding="utf-8")
    by = "value: [applicant, provider, authority, operator]"
    assert text.count(by) == 1
    with pytest.raises(PackRefused) as refused:
        load_text(text.replace(by, f"value: [applicant, {role}]"), "lianyungang.yaml")
    found = {(problem.path, problem.rule) for problem in refused.value.problems}
    assert ("procedures.objection.filed_by", "no_responsible_body") in found


def test_of_a_choice_that_each_filing_states_some_value_can_be_filed() -> None:
    text = (Path(__file__).parents[2] / "rules" / "packs" / "lianyungang.yaml").read_text(encoding="utf-8")
    reopening, other = "value: {reopens: true}", "value: {}, cite: service update_reason}]"
    assert (text.count(reopening), text.count(other)) == (1, 1)
    closed = text.replace(reopening, "value: {reopens: true, on_request: false}")
    closed = closed.replace(other, "value: {on_request: false}, cite: service update_reason}]")
    with pytest.raises(PackRefused) as refused:
        load_text(closed, "lianyungang.yaml")
    found = [(problem.path, problem.rule) for problem in refused.value.problems]
    assert found == [("procedures.catalogue_update.choices.trigger", "nothing_to_choose")]


@pytest.mark.parametrize("procedure", ["openness_review", "use_report"])
def test_a_period_for_what_nobody_files_is_refused(procedure: str) -> None:
    pack = pack_of("nanning")
    text = (Path(__file__).parents[2] / "rules" / "packs" / "nanning.yaml").read_text(encoding="utf-8")
    assert procedure in pack.procedures
    head = f"\n  {procedure}:\n"
    bound = '    filed_within: [{in_force_from: 2020-12-23, value: 2wd, cite: "measures 15"}]\n'
    with pytest.raises(PackRefused) as refused:
        load_text(text.replace(head, head + bound), "nanning.yaml")
    (problem,) = (each for each in refused.value.problems if each.rule == "nobody_files")
    assert "take it out" in problem.message


def test_a_day_that_is_demanded_for_some_choices_binds_a_period_for_these_alone() -> None:
    demanded = 'value: {required: true, when: {ground: [other_right]}}, cite: "measures 20.2"'
    some = HEYANG.replace('value: {required: true}, cite: "measures 20.2"', demanded)
    assert some != HEYANG
    with pytest.raises(PackRefused) as refused:
        load_text(some, "heyang.yaml")
    assert {each.rule for each in refused.value.problems} == {"nobody_states"}
    load_text(some.replace(OBJECTION, "value: {within: 30d, when: {ground: [other_right]}}"), "heyang.yaml")


def test_rules_that_were_pinned_before_packs_named_the_day_run_from_the_same_day() -> None:
    cited = {"source": "measures", "article": "20(6)"}
    assert FiledWithinRule.model_validate({"period": "2wd", "citation": cited}).day == "discovered_on"
    assert FiledWithinRule.model_validate({"period": "beforehand", "citation": cited}).day == "opens_on"
    assert resolve(pack_of("heyang"), "misuse_appeal", ON[0]).filed_within.day is None  # type: ignore[union-attr]
