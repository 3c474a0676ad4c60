"""Nanjing: the access request of Article 27, which treats research and commercial use apart."""

from __future__ import annotations

import pytest

from rules.pinned import Basis, Citation
from rules.pinned_stages import ClockFrom
from tests.rules.cuts import accepted, required_fields, rules_of, stage_of, target, values
from tests.rules.objection_cuts import outcome_of, rules_for

NANJING = rules_of("nanjing")


@pytest.mark.duty("NJ-27a")
def test_the_department_handles_a_request_within_fifteen_working_days() -> None:
    review = stage_of(NANJING, "provider_review")
    assert review.body == "provider"
    assert review.periods == {"normal": "15wd"}


@pytest.mark.duty("NJ-27a")
def test_a_refusal_gives_its_reason() -> None:
    assert not accepted(NANJING, "provider_review", "refuse", {"basis"})
    assert accepted(NANJING, "provider_review", "refuse", {"reason"})
    assert target(NANJING, "provider_review", "refuse") == "refused"


@pytest.mark.duty("NJ-27a")
def test_the_departments_signature_is_due_when_its_answer_is() -> None:
    signature = stage_of(NANJING, "provider_signature")
    assert (signature.periods, signature.clock_from) == ({"normal": "15wd"}, ClockFrom.RECEIPT)
    cited = signature.period_citation
    assert cited
    assert (cited.article, cited.basis) == ("agreement", Basis.SERVICE)
    assert cited.note
    assert "not to delay the opening past the fifteen working days" in cited.note.en
    assert stage_of(NANJING, "applicant_signature").periods == {}


@pytest.mark.duty("NJ-23")
def test_an_evaluation_of_closed_data_has_a_service_period() -> None:
    evaluation = stage_of(rules_for("nanjing", "openness_review"), "evaluation")
    assert evaluation.periods == {"normal": "30wd"}
    assert evaluation.period_citation
    assert (evaluation.period_citation.article, evaluation.period_citation.basis) == ("review_interval", Basis.SERVICE)


def test_a_service_rule_says_that_the_days_for_sharing_may_run_to_the_feedback() -> None:
    determination = stage_of(rules_for("nanjing", "sharing_request"), "determination")
    assert determination.period_citation
    assert determination.period_citation.note
    assert "may be read as ending with the opinions, or with the feedback" in determination.period_citation.note.en


@pytest.mark.duty("NJ-27b")
def test_research_is_advised_to_serve_the_public_benefit_and_no_machine_refuses_it() -> None:
    research = NANJING.choice("use", "research")
    assert research is not None
    assert research.advice is not None
    assert "public benefit" in research.advice.en
    assert research.on_request
    assert research.grant_requires == ()


@pytest.mark.duty("NJ-27c")
def test_a_commercial_grant_needs_the_reference_of_a_competition() -> None:
    commercial = {"use": "commercial"}
    assert not accepted(NANJING, "provider_review", "agree", set(), commercial)
    assert accepted(NANJING, "provider_review", "agree", {"tender_reference"}, commercial)


@pytest.mark.duty("NJ-27c")
@pytest.mark.parametrize("use", ["general", "research"])
def test_no_other_use_needs_a_competition(use: str) -> None:
    assert accepted(NANJING, "provider_review", "agree", set(), {"use": use})


def test_service_rules_demand_purpose_and_use_for_the_law_treats_uses_apart() -> None:
    assert required_fields(NANJING) == {"purpose", "use"}
    assert all(field.citation.basis is Basis.SERVICE for field in NANJING.fields if field.required)


def test_the_agreement_is_signed_as_a_service_rule() -> None:
    assert target(NANJING, "provider_review", "agree") == "signing"
    assert stage_of(NANJING, "applicant_signature").citation.basis is Basis.SERVICE


def test_the_parties_are_called_as_the_law_calls_them() -> None:
    assert stage_of(NANJING, "provider_signature").label.zh.startswith("政务部门")


def test_access_modes_are_a_service_rule_because_the_law_names_none() -> None:
    assert values(NANJING, "access_mode") == {"download", "api"}
    assert all(choice.citation.basis is Basis.SERVICE for choice in NANJING.choices["access_mode"])


@pytest.mark.duty("NJ-27d")
def test_that_nanjings_user_reports_at_all_is_a_service_rule() -> None:
    rules = rules_for("nanjing", "use_report")
    report, completion = stage_of(rules, "report"), stage_of(rules, "completion")
    assert (report.citation.article, report.citation.basis) == ("report_period", Basis.SERVICE)
    assert completion.citation.basis is Basis.SERVICE
    demanded: dict[str, Citation] = {}
    for outcome in report.outcomes:
        assert outcome.citation.basis is Basis.SERVICE
        demanded |= {each.any_of[0]: each.citation for each in outcome.requires}
    of_law = {name: cited.article for name, cited in demanded.items() if cited.basis is Basis.LAW}
    assert of_law == {"source_cited": "27.4", "obtained_on": "27.4"}
    assert set(demanded) - set(of_law) == {"uses", "results"}
    assert stage_of(rules, "assessment").citation.article == "27.4"


@pytest.mark.duty("NJ-6")
def test_what_nanjings_evaluation_says_of_quality_is_a_service_rule() -> None:
    report = outcome_of(rules_for("nanjing", "evaluation"), "assessment", "report")
    cited = {each.any_of[0]: (each.citation.article, each.citation.basis) for each in report.requires}
    assert cited == {
        **dict.fromkeys(("collecting", "sharing", "opening_work"), ("6.1", Basis.LAW)),
        "opening_quality": ("evaluation", Basis.SERVICE),
    }
