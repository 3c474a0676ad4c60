"""Lianyungang: errors by Article 20, a leak of secrets or privacy by Article 26."""

from __future__ import annotations

import pytest

from rules.pinned import Basis
from rules.pinned_stages import DataEffect
from tests.rules.cuts import field_of, stage_of, target
from tests.rules.objection_cuts import (
    demanded_by,
    effect,
    grounds,
    outcome_of,
    outcomes_of,
    rules_for,
    stages_in,
    upheld,
)

LIANYUNGANG = rules_for("lianyungang")
BOTH = ["provider_withdrawal", "authority_withdrawal"]


@pytest.mark.duty("LYG-20")
@pytest.mark.parametrize("ground", ["error", "omission", "other_defect"])
def test_the_operator_forwards_an_error_and_any_other_defect_for_the_list_is_open(
    ground: str,
) -> None:
    assert grounds(LIANYUNGANG)[ground] == "20"
    assert LIANYUNGANG.first_for({"ground": ground}) == "forwarding"
    assert stage_of(LIANYUNGANG, "forwarding").body == "operator"
    assert target(LIANYUNGANG, "forwarding", "forward") == "handling"


@pytest.mark.duty("LYG-20")
def test_the_provider_verifies_and_handles_an_error_promptly() -> None:
    handling = stage_of(LIANYUNGANG, "handling")
    assert (handling.body, handling.promptly, handling.citation.article) == ("provider", True, "20")
    assert {target(LIANYUNGANG, "handling", o) for o in outcomes_of(LIANYUNGANG, "handling")} == {
        "corrected",
        "not_corrected",
        "data_withdrawn",
        "leak",
    }


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize("stage", ["forwarding", "handling"])
def test_what_began_as_an_error_and_shows_a_leak_goes_the_way_of_a_leak(stage: str) -> None:
    assert target(LIANYUNGANG, stage, "leak_found") == "leak"


@pytest.mark.duty("LYG-26")
def test_the_bodies_that_discover_a_leak_begin_the_case_themselves() -> None:
    assert set(LIANYUNGANG.filed_by) == {"applicant", "provider", "authority", "operator"}


@pytest.mark.parametrize("outcome", ["correct", "not_correct", "withdraw"])
def test_the_objector_is_answered_as_a_service_because_the_law_does_not_order_it(outcome: str) -> None:
    assert outcome_of(LIANYUNGANG, "handling", outcome).answers
    assert demanded_by(LIANYUNGANG, "handling", outcome) == {("answer", Basis.SERVICE)}


def test_no_evidence_is_demanded() -> None:
    evidence = field_of(LIANYUNGANG, "evidence")
    assert (evidence.required, evidence.citation.basis) == (False, Basis.SERVICE)


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize("ground", ["trade_secret", "privacy"])
def test_a_leak_begins_with_provider_and_authority_side_by_side(ground: str) -> None:
    assert grounds(LIANYUNGANG)[ground] == "26.2"
    assert LIANYUNGANG.first_for({"ground": ground}) == "leak"
    assert stages_in(LIANYUNGANG, "leak") == {"suspension", *BOTH}
    assert [stage_of(LIANYUNGANG, stage).body for stage in BOTH] == ["provider", "authority"]
    assert all(stage_of(LIANYUNGANG, stage).promptly for stage in BOTH)


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize("stage", BOTH)
def test_the_first_to_find_a_leak_suspends_the_dataset_and_withdraws_nothing_alone(stage: str) -> None:
    found = outcome_of(LIANYUNGANG, stage, "withdraw")
    assert (found.data, found.whole_dataset, found.leads_to) == (DataEffect.SUSPEND, True, None)


@pytest.mark.duty("LYG-26")
def test_when_both_have_found_a_leak_the_whole_dataset_is_withdrawn_and_assessed() -> None:
    leak, assessment = LIANYUNGANG.step("leak"), LIANYUNGANG.step("assessment")
    assert leak is not None
    assert assessment is not None
    assert leak.then_if_all == {"withdraw": "assessment", "no_leak": "telling"}
    assert (assessment.data, assessment.whole_dataset) == (DataEffect.WITHDRAW, True)
    assert stages_in(LIANYUNGANG, "assessment") == {"assessment", "tracing", "authority_tracing"}


@pytest.mark.parametrize("stage", BOTH)
def test_one_that_finds_no_leak_says_why_and_serves_nothing_that_the_other_holds(stage: str) -> None:
    none = outcome_of(LIANYUNGANG, stage, "no_leak")
    assert (none.leads_to, none.data) == (None, None)
    assert none.citation.basis is Basis.SERVICE
    assert demanded_by(LIANYUNGANG, stage, "no_leak") == {("reason", Basis.SERVICE)}


def test_where_the_two_disagree_the_authority_decides_as_a_service_rule() -> None:
    step, decision = LIANYUNGANG.step("joint_assessment"), stage_of(LIANYUNGANG, "joint_assessment")
    leak = LIANYUNGANG.step("leak")
    assert step is not None
    assert step.data is None
    assert leak is not None
    assert leak.then == "joint_assessment"
    assert (decision.body, decision.citation.basis) == ("authority", Basis.SERVICE)
    assert target(LIANYUNGANG, "joint_assessment", "withdraw") == "assessment"
    assert target(LIANYUNGANG, "joint_assessment", "no_leak") == "restored"
    assert {name for name, _ in demanded_by(LIANYUNGANG, "joint_assessment", "no_leak")} == {"reason", "answer"}


@pytest.mark.duty("LYG-26")
def test_data_is_reopened_only_if_needed_and_masked_anew_on_a_recorded_day() -> None:
    assert demanded_by(LIANYUNGANG, "assessment", "reopen") == {
        ("need", Basis.LAW),
        ("processing", Basis.LAW),
        ("processed_on", Basis.SERVICE),
    }
    assert target(LIANYUNGANG, "assessment", "reopen") == "agreement"


@pytest.mark.duty("LYG-26")
def test_the_authority_assesses_with_the_provider_before_data_is_reopened() -> None:
    agreement = stage_of(LIANYUNGANG, "agreement")
    assert (agreement.body, agreement.citation.article) == ("authority", "26.2")
    assert effect(LIANYUNGANG, "agreement", "agree") is DataEffect.SERVE
    assert effect(LIANYUNGANG, "agreement", "disagree") is DataEffect.WITHDRAW


@pytest.mark.duty("LYG-26")
@pytest.mark.parametrize(("stage", "body"), [("tracing", "provider"), ("authority_tracing", "authority")])
def test_no_case_of_a_leak_ends_before_both_have_traced_its_use(stage: str, body: str) -> None:
    tracing = stage_of(LIANYUNGANG, stage)
    assert (tracing.body, tracing.binding, tracing.citation.article) == (body, True, "26.2")
    assert outcome_of(LIANYUNGANG, stage, "traced").leads_to is None
    assert {name for name, _ in demanded_by(LIANYUNGANG, stage, "traced")} == {"measure"}


def test_the_suspension_before_the_withdrawal_is_a_service_rule() -> None:
    assert stage_of(LIANYUNGANG, "suspension").citation.basis is Basis.SERVICE


def test_data_restored_or_not_corrected_means_that_the_objection_was_rejected() -> None:
    assert {ending for ending, agreed in upheld(LIANYUNGANG).items() if not agreed} == {"restored", "not_corrected"}
