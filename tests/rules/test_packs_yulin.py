"""Yulin: the access request of Article 23."""

from __future__ import annotations

from datetime import date

import pytest

from rules.pinned import APPLICANT, Basis
from tests.rules.cuts import accepted, field_of, required_fields, rules_of, stage_of, target, values

YULIN = rules_of("yulin")
REVIEWS = ("authority_review", "provider_review")


@pytest.mark.duty("YL-23")
def test_a_request_states_purpose_and_data_items() -> None:
    assert required_fields(YULIN) == {"purpose", "data_items"}


@pytest.mark.duty("YL-23")
def test_authority_and_provider_review_side_by_side_and_both_must_pass() -> None:
    reviews = YULIN.step(YULIN.first)
    assert reviews is not None
    assert {stage.body for stage in reviews.stages} == {"authority", "provider"}
    assert all(target(YULIN, stage, "pass") is None for stage in REVIEWS)
    assert reviews.then == "signing"


@pytest.mark.duty("YL-23")
def test_no_review_has_a_period_because_the_law_gives_no_number() -> None:
    for name in REVIEWS:
        stage = stage_of(YULIN, name)
        assert stage.periods == {}
        assert stage.period_citation is not None
        assert stage.period_citation.article == "23"


@pytest.mark.parametrize("review", REVIEWS)
def test_the_first_refusal_ends_the_case_with_a_reason_as_a_service_rule(review: str) -> None:
    refusal = stage_of(YULIN, review).outcome("refuse")
    assert refusal is not None
    assert refusal.leads_to == "refused"
    assert not accepted(YULIN, review, "refuse", {"basis"})
    assert accepted(YULIN, review, "refuse", {"reason"})
    assert refusal.citation.basis is Basis.SERVICE


@pytest.mark.duty("YL-23")
def test_the_agreement_is_signed_by_both_and_names_download_or_api() -> None:
    signing = YULIN.step("signing")
    assert signing is not None
    assert {stage.body for stage in signing.stages} == {"provider", APPLICANT}
    assert signing.then == "granted"
    assert values(YULIN, "access_mode") == {"download", "api"}


def test_no_other_access_mode_is_offered_by_a_service_rule_for_the_list_is_open() -> None:
    assert field_of(YULIN, "access_mode").citation.basis is Basis.SERVICE
    assert {c.citation.article for c in YULIN.choices["access_mode"]} == {"23"}


def test_every_request_is_normal_because_the_law_knows_no_urgency() -> None:
    assert values(YULIN, "urgency") == {"normal"}
    assert all(choice.citation.basis is Basis.SERVICE for choice in YULIN.choices["urgency"])


@pytest.mark.duty("YL-9")
def test_a_reviewer_may_ask_the_committee() -> None:
    assert YULIN.opinion is not None
    assert YULIN.opinion.body == "experts"


def test_the_law_is_in_force_from_its_publication_and_not_from_its_printing() -> None:
    assert YULIN.regulation.issued_on == date(2020, 8, 16)
    assert YULIN.regulation.in_force_from == date(2020, 8, 27)
    assert YULIN.regulation.assumed is not None


def test_working_days_are_those_of_guangxi() -> None:
    assert YULIN.calendar == "CN-GX"
