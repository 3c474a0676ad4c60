"""Nanning: the access request of Article 20, beside its articles."""

from __future__ import annotations

import pytest

from rules.pinned import APPLICANT, Basis
from tests.rules.cuts import accepted, field_of, required_fields, rules_of, stage_of, target, values

NANNING = rules_of("nanning")


@pytest.mark.duty("NN-20.1")
def test_a_request_states_purpose_and_data_items() -> None:
    assert required_fields(NANNING) == {"purpose", "data_items"}


@pytest.mark.duty("NN-20.1")
def test_a_request_may_be_normal_expedited_or_urgent() -> None:
    assert values(NANNING, "urgency") == {"normal", "expedited", "urgent"}


@pytest.mark.duty("NN-20.2")
def test_the_formal_review_of_the_operator_takes_two_days_one_day_or_twelve_hours() -> None:
    review = stage_of(NANNING, "formal_review")
    assert NANNING.first == "formal_review"
    assert review.body == "operator"
    assert review.periods == {"normal": "2wd", "expedited": "1wd", "urgent": "12h"}
    assert review.period_citation is not None
    assert review.period_citation.article == "20(2)"


@pytest.mark.duty("NN-6.1")
@pytest.mark.duty("NN-20.2")
def test_the_operator_passes_or_returns_a_request_and_never_refuses_it() -> None:
    assert {o.outcome for o in stage_of(NANNING, "formal_review").outcomes} == {"pass", "return"}
    assert target(NANNING, "formal_review", "pass") == "provider_review"


def test_a_returned_request_states_a_reason_and_its_review_starts_afresh() -> None:
    assert target(NANNING, "formal_review", "return") == "resubmission"
    assert not accepted(NANNING, "formal_review", "return", set())
    assert stage_of(NANNING, "resubmission").body == APPLICANT
    assert target(NANNING, "resubmission", "resubmit") == "formal_review"


@pytest.mark.duty("NN-20.3", "NN-7.2")
def test_the_provider_answers_in_five_two_or_one_day() -> None:
    review = stage_of(NANNING, "provider_review")
    assert review.body == "provider"
    assert review.periods == {"normal": "5wd", "expedited": "2wd", "urgent": "1wd"}


@pytest.mark.duty("NN-20.3")
@pytest.mark.parametrize(
    ("given", "enough"), [(set(), False), ({"reason"}, False), ({"basis"}, False), ({"reason", "basis"}, True)]
)
def test_a_refusal_needs_a_reason_and_a_basis(given: set[str], enough: bool) -> None:
    assert accepted(NANNING, "provider_review", "refuse", given) is enough


@pytest.mark.duty("NN-20.4", "NN-5.4")
def test_the_authority_approves_the_answer_within_two_days_whatever_the_urgency() -> None:
    for stage in (stage_of(NANNING, "approval"), stage_of(NANNING, "approval_of_refusal")):
        assert stage.body == "authority"
        assert stage.periods == {"normal": "2wd", "expedited": "2wd", "urgent": "2wd"}


@pytest.mark.duty("NN-20.4", "NN-5.4")
def test_a_refusal_is_final_only_when_the_authority_has_approved_it() -> None:
    assert target(NANNING, "provider_review", "refuse") == "approval_of_refusal"
    assert target(NANNING, "approval_of_refusal", "approve") == "refused"


@pytest.mark.parametrize("stage", ["approval", "approval_of_refusal"])
def test_a_disapproved_answer_returns_once_and_then_goes_to_coordination(stage: str) -> None:
    disapproval = stage_of(NANNING, stage).outcome("disapprove")
    assert disapproval is not None
    assert (disapproval.leads_to, disapproval.at_most, disapproval.then_to) == ("provider_review", 1, "coordination")
    assert not accepted(NANNING, stage, "disapprove", set())
    assert disapproval.citation.basis is Basis.SERVICE


def test_a_refusal_in_coordination_needs_reason_and_basis_as_a_service_rule() -> None:
    refusal = stage_of(NANNING, "coordination").outcome("refuse")
    assert refusal is not None
    assert [r.any_of for r in refusal.requires] == [("reason",), ("basis",)]
    assert all(r.citation.basis is Basis.SERVICE for r in refusal.requires)


@pytest.mark.duty("NN-20.5")
def test_both_sign_side_by_side_before_access_is_granted() -> None:
    signing = NANNING.step("signing")
    assert signing is not None
    assert {stage.body for stage in signing.stages} == {"provider", APPLICANT}
    assert signing.then == "granted"


@pytest.mark.duty("NN-20.5")
def test_data_is_had_by_download_or_api() -> None:
    assert values(NANNING, "access_mode") == {"download", "api"}


def test_no_other_access_mode_is_offered_by_a_service_rule_for_the_list_is_open() -> None:
    assert field_of(NANNING, "access_mode").citation.basis is Basis.SERVICE
    assert {c.citation.article for c in NANNING.choices["access_mode"]} == {"20(5)"}


@pytest.mark.duty("NN-9")
def test_a_reviewer_may_ask_the_committee_which_leads_the_case_nowhere_else() -> None:
    assert NANNING.opinion is not None
    assert NANNING.opinion.body == "experts"
    assert all(outcome.leads_to is None for outcome in NANNING.opinion.outcomes)


def test_hours_are_natural_hours_by_a_service_rule_for_the_law_is_silent() -> None:
    hours = NANNING.counting_of("h")
    assert hours is not None
    assert hours.citation.basis is Basis.SERVICE
    assert hours.citation.note is not None
    assert "natural hours" in hours.citation.note.en


def test_the_day_of_publication_is_shown_as_assumed() -> None:
    assert NANNING.regulation.assumed is not None
    assert "2020-12-23" in NANNING.regulation.assumed.en


def test_working_days_are_those_of_guangxi() -> None:
    assert NANNING.calendar == "CN-GX"
