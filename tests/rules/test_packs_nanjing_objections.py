"""Nanjing: the objection of Article 35, and the leak of users' information of Article 34."""

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

NANJING = rules_for("nanjing")
LEAK = rules_for("nanjing", "leak")


def test_an_error_a_defect_or_an_infringed_right_may_be_objected_to() -> None:
    named = {"error", "omission", "other_defect", "trade_secret", "privacy", "other_right"}
    assert grounds(NANJING) == dict.fromkeys(named, "35.1")


def test_no_evidence_is_demanded() -> None:
    assert not field_of(NANJING, "evidence").required


@pytest.mark.duty("NJ-35a")
def test_the_centre_marks_the_data_as_disputed_within_one_working_day() -> None:
    marking = stage_of(NANJING, "marking")
    assert (marking.body, dict(marking.periods), marking.citation.article) == ("operator", {"normal": "1wd"}, "35.2")
    assert outcome_of(NANJING, "marking", "mark").marks


@pytest.mark.duty("NJ-35a", "NJ-35b", "NJ-35c")
def test_mark_forwarding_and_own_decision_run_side_by_side_from_one_receipt() -> None:
    assert NANJING.first == "receipt"
    assert stages_in(NANJING, "receipt") == {"suspension", "marking", "forwarding", "own_decision"}


@pytest.mark.duty("NJ-35a")
def test_the_mark_is_still_owed_when_the_objection_was_forwarded_before_it() -> None:
    assert stage_of(NANJING, "marking").outlasting


@pytest.mark.duty("NJ-35c")
def test_what_is_in_the_scope_of_a_department_is_forwarded_within_two_working_days() -> None:
    forwarding = stage_of(NANJING, "forwarding")
    assert (forwarding.body, dict(forwarding.periods)) == ("operator", {"normal": "2wd"})
    assert forwarding.citation.article == "35.2(2)"
    assert target(NANJING, "forwarding", "forward") == "department_review"
    assert target(NANJING, "forwarding", "own_scope") is None


@pytest.mark.duty("NJ-35b")
def test_in_its_own_scope_the_centre_decides_within_five_working_days() -> None:
    decision = stage_of(NANJING, "own_decision")
    assert (decision.body, dict(decision.periods)) == ("operator", {"normal": "5wd"})
    assert decision.citation.article == "35.2(1)"
    assert {target(NANJING, "own_decision", o) for o in outcomes_of(NANJING, "own_decision")} == {
        "own_correction",
        "not_corrected",
        "data_withdrawn",
        "department_review",
    }
    assert all(outcome.answers for outcome in decision.outcomes if outcome.outcome != "forward")


@pytest.mark.parametrize(("stage", "body"), [("own_correction", "operator"), ("correction", "provider")])
def test_data_is_served_again_when_its_correction_is_recorded(stage: str, body: str) -> None:
    assert stage_of(NANJING, stage).body == body
    assert effect(NANJING, stage, "correct") is DataEffect.SERVE
    assert {name for name, _ in demanded_by(NANJING, stage, "correct")} == {"processing", "processed_on"}
    for decision in ("own_decision", "department_review"):
        assert effect(NANJING, decision, "correct") is None


def test_what_turns_out_to_be_a_departments_matter_is_forwarded_later_with_a_reason() -> None:
    assert target(NANJING, "own_decision", "forward") == "department_review"
    assert demanded_by(NANJING, "own_decision", "forward") == {("reason", Basis.SERVICE)}


@pytest.mark.parametrize("outcome", ["correct", "not_correct", "withdraw"])
def test_that_the_centre_tells_its_own_decision_is_a_service_rule(outcome: str) -> None:
    assert ("answer", Basis.SERVICE) in demanded_by(NANJING, "own_decision", outcome)


@pytest.mark.duty("NJ-35d")
def test_the_department_decides_within_five_working_days_of_its_own_receipt() -> None:
    review = NANJING.step("department_review")
    assert review is not None
    [stage] = review.stages
    assert (stage.body, dict(stage.periods)) == ("provider", {"normal": "5wd"})
    assert not any(outcome.answers for outcome in stage.outcomes)


@pytest.mark.duty("NJ-35e")
@pytest.mark.parametrize(
    ("outcome", "telling", "ending", "data"),
    [
        ("correct", "telling_correction", "correction", None),
        ("not_correct", "telling_refusal", "not_corrected", DataEffect.SERVE),
        ("withdraw", "telling_withdrawal", "data_withdrawn", DataEffect.WITHDRAW),
    ],
)
def test_the_centre_tells_the_objector_promptly_what_the_department_decided(
    outcome: str, telling: str, ending: str, data: DataEffect | None
) -> None:
    assert target(NANJING, "department_review", outcome) == telling
    assert effect(NANJING, "department_review", outcome) is data
    stage = stage_of(NANJING, telling)
    assert (stage.body, stage.promptly) == ("operator", True)
    assert target(NANJING, telling, "tell") == ending
    assert outcome_of(NANJING, telling, "tell").answers
    assert demanded_by(NANJING, telling, "tell") == {("answer", Basis.LAW)}


@pytest.mark.parametrize("outcome", ["correct", "not_correct", "withdraw"])
def test_the_data_ends_as_the_department_decided_whoever_decides_beside_it(outcome: str) -> None:
    telling = target(NANJING, "department_review", outcome)
    assert telling is not None
    assert effect(NANJING, telling, "tell") is effect(NANJING, "department_review", outcome)


@pytest.mark.parametrize("stage", ["own_decision", "department_review"])
def test_a_decision_not_to_correct_states_its_reason_as_a_service_rule(stage: str) -> None:
    assert ("reason", Basis.SERVICE) in demanded_by(NANJING, stage, "not_correct")


def test_a_right_is_corrected_by_withdrawing_the_data_which_is_a_service_rule() -> None:
    for stage in ("own_decision", "department_review"):
        withdrawal = outcome_of(NANJING, stage, "withdraw")
        assert (withdrawal.data, withdrawal.citation.basis) == (DataEffect.WITHDRAW, Basis.SERVICE)


def test_whether_to_suspend_is_asked_on_every_right_and_outlasts_the_forwarding() -> None:
    suspension = stage_of(NANJING, "suspension")
    asked = {ground for ground in grounds(NANJING) if suspension.applies_to({"ground": ground})}
    assert asked == {"trade_secret", "privacy", "other_right"}, "Article 35.1 names them in one breath"
    assert suspension.outlasting
    assert suspension.citation.basis is Basis.SERVICE


def test_only_a_decision_not_to_correct_means_that_the_objection_was_rejected() -> None:
    assert upheld(NANJING) == {"corrected": True, "not_corrected": False, "data_withdrawn": True}


@pytest.mark.duty("NJ-34")
def test_a_leak_is_remedied_and_told_to_users_and_authority_side_by_side() -> None:
    assert stages_in(LEAK, LEAK.first) == {"remedy", "telling_users", "telling_authority"}
    response = LEAK.step(LEAK.first)
    assert response is not None
    assert response.then == "handled"
    for stage in response.stages:
        assert (stage.body, stage.promptly, stage.citation.article) == ("operator", True, "34.2")
        [outcome] = stage.outcomes
        assert [r.any_of for r in outcome.requires] == [("measure",)]


def test_a_leak_of_users_information_is_about_no_data_of_the_catalogue() -> None:
    assert {field.field for field in LEAK.fields} == {"statement"}
    assert LEAK.choices == {}
