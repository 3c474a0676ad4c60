"""What is signed: it states something, and each of those who sign knows what."""

from __future__ import annotations

import pytest

from models.act_contents import GrantTerms
from tests.models.bench import CITIES, GRANTED, WHATEVER_IS_ASKED, Bench, filed, law, until_signing, without_text

AGREEMENTS = {
    "nanning": {"conditions": ("20(5)", "law"), "scenario": ("agreement", "service")},
    "yulin": {"conditions": ("agreement", "service"), "scenario": ("agreement", "service")},
    "lianyungang": {"conditions": ("19.1", "law"), "scenario": ("19.1", "law")},
    "nanjing": {"conditions": ("agreement", "service"), "scenario": ("agreement", "service")},
}


@pytest.mark.duty("NN-20.5")
@pytest.mark.duty("YL-23")
@pytest.mark.duty("LYG-19")
@pytest.mark.parametrize("city", AGREEMENTS)
def test_a_signature_of_nothing_is_refused_with_the_field_and_the_article(city: str) -> None:
    bench = until_signing(city, given=("purpose",))
    assert bench.decide("provider_signature", "sign", ()) == "RequirementMissing"
    for missing in ("conditions", "scenario"):
        assert (
            bench.decide("provider_signature", "sign", {"conditions", "scenario"} - {missing}) == "RequirementMissing"
        )
    assert bench.decide("provider_signature", "sign", {"conditions", "scenario"}) == "accepted"
    (signing,) = (step for step in bench.rules.steps if step.step == "signing")
    for stage in signing.stages:
        demanded = {r.any_of[0]: (r.citation.article, r.citation.basis) for r in stage.outcomes[0].requires}
        assert demanded == AGREEMENTS[city]


@pytest.mark.parametrize("city", AGREEMENTS)
def test_an_applicant_signs_only_what_the_body_has_stated(city: str) -> None:
    bench = until_signing(city, given=("purpose", "scenario"))
    assert bench.decide("applicant_signature", "sign", ()) == "AgreementNotStated"
    assert bench.decide("applicant_signature", "sign", WHATEVER_IS_ASKED - {"conditions"}) == "AgreementNotStated"
    assert bench.decide("provider_signature", "sign", {"conditions"}) == "accepted", "the request states the scenario"
    assert bench.decide("applicant_signature", "sign", ()) == "accepted"
    assert bench.state.granted


def test_what_is_said_in_a_review_is_no_part_of_what_is_signed() -> None:
    bench = filed("nanning", given=("purpose",)).all_decide(GRANTED["nanning"])
    assert "conditions" in bench.task("provider_review").given
    assert bench.decide("applicant_signature", "sign", {"scenario"}) == "AgreementNotStated"
    assert bench.decide("provider_signature", "sign", {"scenario"}) == "RequirementMissing"


def commitment(**request: object) -> Bench:
    bench = until_signing("guangzhou", given=("purpose", "scenario", "safeguards"), **request)
    return bench.all_decide([("provider_signature", "sign")])


@pytest.mark.duty("GZ-16b")
def test_guangzhous_commitment_without_a_list_of_data_is_refused() -> None:
    """Of a request from before receipts wrote into it which items there are; so its rules have no text either."""
    bench = commitment(items=(), rules=without_text(law("guangzhou")))
    assert bench.decide("applicant_signature", "sign") == "RequirementMissing"
    none = GrantTerms(data_items=())
    assert bench.decide("applicant_signature", "sign", terms=none) == "RequirementMissing"
    listed = GrantTerms(data_items=("name", "address"))
    assert bench.decide("applicant_signature", "sign", terms=listed) == "accepted"
    assert bench.state.granted
    assert bench.state.granted.data_items == ("name", "address")


@pytest.mark.duty("GZ-16b")
def test_the_list_of_data_may_come_with_the_request_or_with_the_providers_answer() -> None:
    assert commitment().decide("applicant_signature", "sign", ()) == "accepted"
    bench = filed("guangzhou", items=(), given=("purpose", "scenario", "safeguards"))
    bench.decide("provider_review", "agree", terms=GrantTerms(data_items=("name",)))
    assert bench.decide("applicant_signature", "sign", ()) == "accepted"


def test_a_commitment_lists_no_more_than_was_agreed_to_and_sets_no_other_terms() -> None:
    bench = commitment(items=("name", "address"))
    wider = GrantTerms(data_items=("name", "phone"))
    assert bench.decide("applicant_signature", "sign", terms=wider) == "ItemNotRequested"
    longer = GrantTerms(data_items=("name",), valid_days=9999)
    assert bench.decide("applicant_signature", "sign", terms=longer) == "TermsNotAllowed"
    fewer = GrantTerms(data_items=("name",))
    assert bench.decide("applicant_signature", "sign", terms=fewer) == "AgreementChanged", "the provider has signed"
    bench = until_signing("guangzhou", given=("purpose", "scenario", "safeguards"), items=("name", "address"))
    assert bench.decide("applicant_signature", "sign", (), terms=fewer) == "accepted"
    assert bench.decide("provider_signature", "sign", ()) == "accepted"
    assert bench.state.granted
    assert bench.state.granted.data_items == ("name",)


@pytest.mark.parametrize("city", AGREEMENTS)
def test_where_the_law_wants_no_list_a_signature_names_none(city: str) -> None:
    bench = until_signing(city).all_decide([("provider_signature", "sign")])
    listed = GrantTerms(data_items=("name",))
    assert bench.decide("applicant_signature", "sign", terms=listed) == "TermsNotAllowed"


@pytest.mark.parametrize("city", CITIES)
def test_in_rules_that_were_pinned_before_a_signature_needs_what_it_needed_then(city: str) -> None:
    """Pinned without the requirements, they let both sign in any order."""
    signing = [step for step in law(city).steps if step.step == "signing"]
    outcome = {"requires": ()}
    stages = tuple(
        stage.model_copy(update={"outcomes": tuple(o.model_copy(update=outcome) for o in stage.outcomes)})
        for stage in signing[0].stages
    )
    steps = tuple(
        step.model_copy(update={"stages": stages}) if step.step == "signing" else step for step in law(city).steps
    )
    bench = until_signing(city, rules=law(city).model_copy(update={"steps": steps}), items=())
    assert bench.decide("applicant_signature", "sign", ()) == "accepted"
    assert bench.decide("provider_signature", "sign", ()) == "accepted"
    assert bench.state.granted
