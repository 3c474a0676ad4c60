"""Yulin: the objection of Article 17, as in Nanning and on wider grounds."""

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

YULIN = rules_for("yulin")


@pytest.mark.duty("YL-17a")
def test_whoever_finds_data_unlawful_wrong_incomplete_or_infringing_may_object() -> None:
    named = {"unlawful", "error", "omission", "trade_secret", "privacy", "other_right"}
    assert grounds(YULIN) == dict.fromkeys(named, "17.1")


@pytest.mark.duty("YL-17a")
def test_an_objection_is_received_with_evidence_or_without() -> None:
    evidence = field_of(YULIN, "evidence")
    assert not evidence.required
    assert (evidence.citation.article, evidence.citation.basis) == ("evidence", Basis.SERVICE)


@pytest.mark.duty("YL-24")
def test_a_doubt_about_quality_is_no_objection_and_leads_to_a_quality_check() -> None:
    quality = YULIN.choice("ground", "quality")
    assert quality is not None
    assert quality.belongs_elsewhere is not None
    assert quality.belongs_to == "quality_check"
    assert (quality.citation.article, quality.citation.basis) == ("24", Basis.LAW)
    assert YULIN.hold is not None
    assert not YULIN.hold.holds_back({"ground": "quality"})
    assert not stage_of(YULIN, "suspension").applies_to({"ground": "quality"})


@pytest.mark.duty("YL-17b")
def test_the_provider_judges_whether_to_suspend_and_verifies_at_the_same_time() -> None:
    assert YULIN.first == "verification"
    assert stages_in(YULIN, "verification") == {"suspension", "verification"}
    suspension = stage_of(YULIN, "suspension")
    assert suspension.promptly
    assert set(suspension.only_when["ground"]) == set(grounds(YULIN))
    assert (suspension.citation.article, suspension.citation.basis) == ("17.2", Basis.LAW)


@pytest.mark.duty("YL-17b")
def test_the_law_wants_the_verification_answered_promptly_and_gives_no_number() -> None:
    verification = stage_of(YULIN, "verification")
    assert (verification.body, dict(verification.periods), verification.promptly) == ("provider", {}, True)
    assert YULIN.counting == ()


@pytest.mark.duty("YL-17b")
def test_verified_data_is_withdrawn_restored_or_processed_and_reopened() -> None:
    assert outcomes_of(YULIN, "verification") == {"withdraw", "restore", "process"}
    assert effect(YULIN, "verification", "withdraw") is DataEffect.WITHDRAW
    assert effect(YULIN, "verification", "restore") is DataEffect.SERVE
    processing = YULIN.step(target(YULIN, "verification", "process") or "")
    assert processing is not None
    assert processing.data is DataEffect.SUSPEND
    assert {target(YULIN, "processing", o) for o in ("reopen", "withdraw")} == {"reopened", "data_withdrawn"}


@pytest.mark.duty("YL-17b")
@pytest.mark.parametrize(
    ("stage", "outcome"),
    [("verification", "withdraw"), ("verification", "restore"), ("processing", "reopen"), ("processing", "withdraw")],
)
def test_the_objector_is_told_the_result_by_law(stage: str, outcome: str) -> None:
    assert outcome_of(YULIN, stage, outcome).answers
    assert ("answer", Basis.LAW) in demanded_by(YULIN, stage, outcome)


def test_only_restored_data_means_that_the_objection_was_rejected() -> None:
    assert upheld(YULIN) == {"data_withdrawn": True, "restored": False, "reopened": True}
