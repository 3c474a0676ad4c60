"""Guangzhou: the objection of Article 29 with its leak, and the report of a security problem of Article 33."""

from __future__ import annotations

import pytest

from rules.pinned import Basis
from rules.pinned_stages import ClockFrom, DataEffect
from tests.rules.cuts import field_of, required_fields, stage_of, target
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

GUANGZHOU = rules_for("guangzhou")
REPORT = rules_for("guangzhou", "leak")


@pytest.mark.duty("GZ-29b")
def test_there_are_five_grounds_each_cited_by_its_item() -> None:
    assert grounds(GUANGZHOU) == {
        "trade_secret": "29.2(1)",
        "privacy": "29.2(1)",
        "other_right": "29.2(1)",
        "openness_class": "29.2(2)",
        "quality": "29.2(3)",
        "error": "29.2(4)",
        "omission": "29.2(4)",
        "unlawful": "29.2(5)",
    }


@pytest.mark.duty("GZ-29b")
def test_anyone_objects_and_evidence_begins_the_fifteen_working_days() -> None:
    evidence = field_of(GUANGZHOU, "evidence")
    assert not evidence.required
    assert (evidence.citation.article, evidence.citation.basis) == ("without_evidence", Basis.SERVICE)
    verification = stage_of(GUANGZHOU, "verification")
    assert (dict(verification.periods), verification.clock_from) == ({"normal": "15wd"}, ClockFrom.EVIDENCE)
    assert verification.period_citation is not None
    assert verification.period_citation.article == "29.3"


@pytest.mark.duty("GZ-29b")
def test_the_provider_takes_its_measure_and_answers_within_fifteen_working_days() -> None:
    verification = stage_of(GUANGZHOU, "verification")
    assert (verification.body, dict(verification.periods)) == ("provider", {"normal": "15wd"})
    assert verification.period_citation is not None
    assert verification.period_citation.article == "29.3"
    assert all(outcome.answers for outcome in verification.outcomes)


@pytest.mark.duty("GZ-29b")
@pytest.mark.parametrize(
    ("outcome", "ending", "data"),
    [
        ("withdraw", "data_withdrawn", DataEffect.WITHDRAW),
        ("process_and_reopen", "reopened", DataEffect.SERVE),
        ("keep_open", "kept_open", DataEffect.SERVE),
        ("other_measure", "other_measure", DataEffect.SERVE),
    ],
)
def test_data_is_withdrawn_processed_kept_open_or_met_with_another_measure(
    outcome: str, ending: str, data: DataEffect
) -> None:
    assert target(GUANGZHOU, "verification", outcome) == ending
    assert effect(GUANGZHOU, "verification", outcome) is data
    assert outcome_of(GUANGZHOU, "verification", outcome).citation.basis is Basis.LAW
    assert ("answer", Basis.LAW) in demanded_by(GUANGZHOU, "verification", outcome)


def test_another_measure_is_described() -> None:
    assert ("measure", Basis.SERVICE) in demanded_by(GUANGZHOU, "verification", "other_measure")


def test_data_is_reopened_after_processing_with_a_record_of_what_was_done_and_when() -> None:
    record = {("processing", Basis.SERVICE), ("processed_on", Basis.SERVICE)}
    assert record <= demanded_by(GUANGZHOU, "verification", "process_and_reopen")
    assert record <= demanded_by(GUANGZHOU, "reopening", "reopen")


def test_processing_not_done_in_time_withdraws_the_data_and_reopens_later() -> None:
    unfinished = outcome_of(GUANGZHOU, "verification", "withdraw_until_processed")
    assert (unfinished.leads_to, unfinished.data, unfinished.answers) == (
        "reopening",
        DataEffect.WITHDRAW_UNTIL_PROCESSED,
        True,
    )
    assert unfinished.citation.basis is Basis.SERVICE
    reopening = stage_of(GUANGZHOU, "reopening")
    assert (dict(reopening.periods), reopening.citation.basis) == ({}, Basis.SERVICE)
    assert {target(GUANGZHOU, "reopening", o) for o in ("reopen", "stay_withdrawn")} == {"reopened", "data_withdrawn"}
    assert not any(outcome.answers for outcome in reopening.outcomes)


def test_a_service_rule_asks_on_every_ground_whether_to_suspend() -> None:
    suspension = stage_of(GUANGZHOU, "suspension")
    assert dict(suspension.only_when) == {}
    assert suspension.citation.basis is Basis.SERVICE
    assert outcomes_of(GUANGZHOU, "suspension") == {"suspend", "keep_open", "leak_found"}


@pytest.mark.duty("GZ-29b")
def test_a_leak_that_is_reported_is_remedied_at_once_beside_the_verification() -> None:
    remedy = stage_of(GUANGZHOU, "leak_remedy")
    assert stages_in(GUANGZHOU, "verification") == {"suspension", "leak_remedy", "verification"}
    assert remedy.applies_to({"leak": "reported"})
    assert not remedy.applies_to({"leak": "none"})
    assert not remedy.applies_to({})
    assert not field_of(GUANGZHOU, "leak").required


@pytest.mark.duty("GZ-29b")
def test_a_leak_that_the_provider_finds_suspends_the_data_and_is_remedied() -> None:
    found = outcome_of(GUANGZHOU, "suspension", "leak_found")
    assert (found.data, found.opens, found.leads_to) == (DataEffect.SUSPEND, ("leak_remedy_found",), None)
    assert found.citation.basis is Basis.LAW
    assert [stage.stage for stage in GUANGZHOU.opened] == ["leak_remedy_found"]


@pytest.mark.duty("GZ-29b")
@pytest.mark.parametrize("stage", ["leak_remedy", "leak_remedy_found"])
def test_no_case_ends_before_its_leak_is_remedied_and_the_remedy_recorded(stage: str) -> None:
    remedy = stage_of(GUANGZHOU, stage)
    assert (remedy.body, remedy.promptly, remedy.binding) == ("provider", True, True)
    assert remedy.citation.article == "29.3"
    assert demanded_by(GUANGZHOU, stage, "remedied") == {("measure", Basis.SERVICE)}
    assert effect(GUANGZHOU, stage, "remedied") is DataEffect.SUSPEND


def test_only_data_that_is_kept_open_means_that_the_objection_was_rejected() -> None:
    assert upheld(GUANGZHOU) == {"data_withdrawn": True, "reopened": True, "kept_open": False, "other_measure": True}


def test_days_are_counted_alike_in_every_procedure() -> None:
    counting = GUANGZHOU.counting_of("wd")
    assert counting is not None
    assert counting.citation.note is not None
    assert "Article 29" in counting.citation.note.en


@pytest.mark.duty("GZ-33")
def test_a_user_reports_a_security_problem_and_the_provider_says_how_it_acts() -> None:
    handling = stage_of(REPORT, REPORT.first)
    assert required_fields(REPORT) == {"statement"}
    assert (handling.body, handling.promptly) == ("provider", True)
    assert (handling.citation.article, handling.citation.basis) == ("33.2", Basis.LAW)
    assert demanded_by(REPORT, "handling", "handled") == {("measure", Basis.SERVICE)}
    assert target(REPORT, "handling", "handled") == "handled"


def test_a_security_problem_may_be_reported_of_data_of_every_class() -> None:
    assert set(REPORT.concerns) == {"closed", "conditional", "unconditional"}
