"""Lianyungang: the access request of Articles 10 and 19."""

from __future__ import annotations

import pytest

from rules.pinned import APPLICANT, Basis
from tests.rules.cuts import accepted, field_of, required_fields, rules_of, stage_of, target, values

LIANYUNGANG = rules_of("lianyungang")


@pytest.mark.duty("LYG-10")
def test_a_request_states_purpose_scenario_and_safeguards() -> None:
    assert required_fields(LIANYUNGANG) == {"purpose", "scenario", "safeguards"}
    demanded = [field.citation for field in LIANYUNGANG.fields if field.required]
    assert all((c.basis, c.article) == (Basis.LAW, "10.1") for c in demanded)


@pytest.mark.duty("LYG-19")
def test_the_provider_answers_within_ten_working_days() -> None:
    review = stage_of(LIANYUNGANG, "provider_review")
    assert LIANYUNGANG.first == "provider_review"
    assert review.body == "provider"
    assert review.periods == {"normal": "10wd"}


@pytest.mark.duty("LYG-19")
@pytest.mark.parametrize(("given", "enough"), [(set(), False), ({"reason"}, True), ({"basis"}, True)])
def test_a_refusal_needs_a_reason_or_a_basis(given: set[str], enough: bool) -> None:
    assert accepted(LIANYUNGANG, "provider_review", "refuse", given) is enough
    assert target(LIANYUNGANG, "provider_review", "refuse") == "refused"


@pytest.mark.duty("LYG-19")
def test_both_sign_the_agreement_before_access_is_granted() -> None:
    signing = LIANYUNGANG.step("signing")
    assert signing is not None
    assert {stage.body for stage in signing.stages} == {"provider", APPLICANT}
    assert signing.then == "granted"


def test_data_is_had_by_download_or_api() -> None:
    assert values(LIANYUNGANG, "access_mode") == {"download", "api"}


def test_no_other_access_mode_is_offered_by_a_service_rule_for_the_list_is_open() -> None:
    assert field_of(LIANYUNGANG, "access_mode").citation.basis is Basis.SERVICE
    assert {c.citation.article for c in LIANYUNGANG.choices["access_mode"]} == {"18.2"}


def test_the_parties_are_called_as_the_law_calls_them() -> None:
    assert stage_of(LIANYUNGANG, "provider_signature").label.zh.startswith("数据开放主体")
    assert stage_of(LIANYUNGANG, "applicant_signature").label.zh.startswith("数据利用主体")


@pytest.mark.duty("LYG-31")
def test_the_advisory_committee_may_be_asked() -> None:
    assert LIANYUNGANG.opinion is not None
    assert LIANYUNGANG.opinion.citation.article == "31.1"
