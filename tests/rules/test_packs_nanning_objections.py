"""Nanning: the objection of Article 22, beside its paragraphs."""

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

NANNING = rules_for("nanning")


@pytest.mark.duty("NN-22a")
def test_whose_secret_privacy_or_other_right_is_infringed_may_object() -> None:
    by_law = {ground: article for ground, article in grounds(NANNING).items() if article != "20(6)"}
    assert by_law == {"trade_secret": "22.1", "privacy": "22.1", "other_right": "22.1"}


@pytest.mark.duty("NN-22a")
def test_an_objection_is_received_with_evidence_or_without() -> None:
    evidence = field_of(NANNING, "evidence")
    assert not evidence.required
    assert (evidence.citation.article, evidence.citation.basis) == ("evidence", Basis.SERVICE)


@pytest.mark.duty("NN-20.6")
@pytest.mark.parametrize("ground", ["error", "omission", "quality"])
def test_a_fault_of_the_data_is_no_objection_and_leads_to_a_quality_check(ground: str) -> None:
    choice = NANNING.choice("ground", ground)
    assert choice is not None
    assert choice.belongs_elsewhere is not None
    assert choice.belongs_to == "quality_check"
    assert (choice.citation.article, choice.citation.basis) == ("20(6)", Basis.LAW)
    assert NANNING.hold is not None
    assert not NANNING.hold.holds_back({"ground": ground})
    assert not stage_of(NANNING, "suspension").applies_to({"ground": ground})


@pytest.mark.duty("NN-22b")
def test_the_provider_judges_whether_to_suspend_and_verifies_at_the_same_time() -> None:
    assert NANNING.first == "verification"
    assert stages_in(NANNING, "verification") == {"suspension", "verification"}
    suspension, verification = stage_of(NANNING, "suspension"), stage_of(NANNING, "verification")
    assert suspension.promptly
    assert dict(suspension.only_when) == {"ground": ("trade_secret", "privacy", "other_right")}
    assert (suspension.body, verification.body) == ("provider", "provider")
    assert (suspension.citation.article, suspension.citation.basis) == ("22.2", Basis.LAW)


@pytest.mark.duty("NN-22b")
def test_the_law_wants_the_verification_answered_promptly_and_gives_no_number() -> None:
    verification = stage_of(NANNING, "verification")
    assert (dict(verification.periods), verification.promptly) == ({}, True)
    assert NANNING.counting == ()


@pytest.mark.duty("NN-22b")
def test_verified_data_is_withdrawn_restored_or_processed_and_reopened() -> None:
    assert outcomes_of(NANNING, "verification") == {"withdraw", "restore", "process"}
    assert (target(NANNING, "verification", "withdraw"), effect(NANNING, "verification", "withdraw")) == (
        "data_withdrawn",
        DataEffect.WITHDRAW,
    )
    assert (target(NANNING, "verification", "restore"), effect(NANNING, "verification", "restore")) == (
        "restored",
        DataEffect.SERVE,
    )
    assert target(NANNING, "verification", "process") == "processing"


@pytest.mark.duty("NN-22b")
def test_data_stays_away_while_it_is_processed_even_if_it_was_not_suspended_before() -> None:
    processing = NANNING.step("processing")
    assert processing is not None
    assert processing.data is DataEffect.SUSPEND
    assert not processing.whole_dataset


def test_processed_data_is_reopened_with_a_record_of_what_was_done_and_when() -> None:
    assert demanded_by(NANNING, "processing", "reopen") == {
        ("answer", Basis.LAW),
        ("processing", Basis.SERVICE),
        ("processed_on", Basis.SERVICE),
    }
    assert target(NANNING, "processing", "reopen") == "reopened"


def test_data_that_cannot_be_processed_is_withdrawn() -> None:
    assert target(NANNING, "processing", "withdraw") == "data_withdrawn"
    assert effect(NANNING, "processing", "withdraw") is DataEffect.WITHDRAW


@pytest.mark.duty("NN-22b")
@pytest.mark.parametrize(
    ("stage", "outcome"),
    [("verification", "withdraw"), ("verification", "restore"), ("processing", "reopen"), ("processing", "withdraw")],
)
def test_the_objector_is_told_the_result_by_law(stage: str, outcome: str) -> None:
    assert outcome_of(NANNING, stage, outcome).answers
    assert ("answer", Basis.LAW) in demanded_by(NANNING, stage, outcome)


def test_only_restored_data_means_that_the_objection_was_rejected() -> None:
    assert upheld(NANNING) == {"data_withdrawn": True, "restored": False, "reopened": True}
