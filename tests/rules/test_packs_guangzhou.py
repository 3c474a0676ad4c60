"""Guangzhou: the access request of Articles 16 and 17, by a draft that had to be adopted."""

from __future__ import annotations

from datetime import date

import pytest

from rules.loading import load_pack
from rules.pinned import APPLICANT, Basis
from rules.resolving import NotInForce, resolve
from tests.rules.cuts import ACCESS_REQUEST, accepted, field_of, rules_of, stage_of, target, values

GUANGZHOU = rules_of("guangzhou")


@pytest.mark.duty("GZ-16b")
def test_the_provider_answers_within_twenty_working_days() -> None:
    review = stage_of(GUANGZHOU, "provider_review")
    assert review.body == "provider"
    assert review.periods == {"normal": "20wd"}


@pytest.mark.duty("GZ-16b")
def test_a_refusal_lists_its_reason_and_a_basis_alone_is_not_enough() -> None:
    assert target(GUANGZHOU, "provider_review", "refuse") == "refused"
    assert not accepted(GUANGZHOU, "provider_review", "refuse", {"basis"})
    assert accepted(GUANGZHOU, "provider_review", "refuse", {"reason"})


@pytest.mark.duty("GZ-16b")
def test_both_sign_the_use_commitment_before_access_is_granted() -> None:
    signing = GUANGZHOU.step("signing")
    assert signing is not None
    assert {stage.body for stage in signing.stages} == {"provider", APPLICANT}
    assert signing.then == "granted"


@pytest.mark.duty("GZ-16b")
@pytest.mark.parametrize(
    ("stated", "enough"),
    [
        (set(), False),
        ({"purpose"}, False),
        ({"purpose", "scenario"}, False),
        ({"scenario", "safeguards"}, False),
        ({"purpose", "scenario", "safeguards"}, False),
        ({"data_items", "purpose", "scenario", "safeguards"}, True),
    ],
)
def test_the_commitment_states_data_purpose_scenario_and_safeguards(stated: set[str], enough: bool) -> None:
    assert accepted(GUANGZHOU, "applicant_signature", "sign", stated) is enough
    signature = stage_of(GUANGZHOU, "applicant_signature").outcome("sign")
    assert signature is not None
    assert {(r.citation.article, r.citation.basis) for r in signature.requires} == {("16.2", Basis.LAW)}


@pytest.mark.duty("GZ-17")
def test_an_applicant_may_ask_for_access_by_api_or_by_algorithm() -> None:
    assert {c.value for c in GUANGZHOU.choices["access_mode"] if c.on_request} == {"api", "algorithm"}


@pytest.mark.duty("GZ-17")
def test_a_download_is_granted_only_with_the_rule_that_allows_it() -> None:
    download = GUANGZHOU.choice("access_mode", "download")
    assert download is not None
    assert not download.on_request
    assert [r.any_of for r in download.grant_requires] == [("access_mode_basis",)]
    assert download.citation.article == "17.3(3)"


def test_the_purpose_is_demanded_at_filing_as_a_service_rule() -> None:
    purpose = field_of(GUANGZHOU, "purpose")
    assert purpose.required
    assert purpose.citation.basis is Basis.SERVICE


def test_the_parties_are_called_as_the_law_calls_them() -> None:
    assert stage_of(GUANGZHOU, "provider_signature").label.zh.startswith("公共数据开放主体")
    assert stage_of(GUANGZHOU, "applicant_signature").label.zh.startswith("公共数据利用主体")


def test_the_access_modes_of_a_request_are_a_rule_of_law_because_the_list_is_closed() -> None:
    assert field_of(GUANGZHOU, "access_mode").citation.basis is Basis.LAW


def test_every_request_is_normal_because_the_law_knows_no_urgency() -> None:
    assert values(GUANGZHOU, "urgency") == {"normal"}


def test_the_draft_is_law_by_adoption_and_its_dates_are_shown_as_assumed() -> None:
    law = GUANGZHOU.regulation
    assert law.status == "adopted_draft"
    assert law.issued_on is None
    assert law.assumed is not None
    assert "2022-07-01" in law.assumed.en
    assert "穗政数规字〔2023〕2号" in law.assumed.zh
    assert load_pack("guangzhou").sources[law.source].adopted_by is not None


def test_after_its_five_years_the_draft_governs_nothing() -> None:
    pack = load_pack("guangzhou")
    assert resolve(pack, ACCESS_REQUEST, date(2027, 6, 30)).regulation.in_force_until == date(2027, 7, 1)
    with pytest.raises(NotInForce):
        resolve(pack, ACCESS_REQUEST, date(2027, 7, 1))


def test_the_law_knows_no_expert_opinion_on_a_request() -> None:
    assert GUANGZHOU.opinion is None
    assert "experts" not in GUANGZHOU.bodies


@pytest.mark.parametrize(
    ("procedure", "stage", "outcome"),
    [("opening_plan", "filing", "record"), ("opening_focus", "determination", "determine")],
)
def test_who_publishes_a_plan_in_guangzhou_does_so_by_our_choice(procedure: str, stage: str, outcome: str) -> None:
    filing = stage_of(resolve(load_pack("guangzhou"), procedure, date(2026, 11, 23)), stage)
    published = filing.outcome(outcome)
    assert published
    assert published.publishes
    assert (published.citation.basis, filing.citation.basis) == (Basis.SERVICE, Basis.LAW)


def test_whom_article_34_does_not_reach_is_rectified_in_guangzhou_by_our_choice() -> None:
    against = load_pack("guangzhou").procedures["rectification"].against
    assert against
    assert [version.cite for version in against] == [("service rectification_reach",)]
