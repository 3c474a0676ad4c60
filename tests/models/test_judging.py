"""What the law lets be done on a task, and the refusal that names why not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import acts as a
from models import events as e
from models import refusals as r
from models.act_contents import Amendment, GrantTerms
from models.procedures.catalogue_update import CATALOGUE_UPDATE
from tests.models.bench import (
    BOTH_SIGN,
    CITIES,
    EVERY_CITY,
    INVENTED,
    MONDAY,
    PARTY,
    STRANGER,
    Bench,
    accessed,
    before_the_provider,
    begun,
    filed,
    law,
    until_signing,
)

REASON = frozenset({"reason"})
BASIS = frozenset({"basis"})


@pytest.mark.parametrize(
    ("city", "given", "answer"),
    [
        pytest.param("nanning", REASON | BASIS, "accepted", marks=pytest.mark.duty("NN-20.3")),
        pytest.param("nanning", REASON, "RequirementMissing", marks=pytest.mark.duty("NN-20.3")),
        pytest.param("nanning", BASIS, "RequirementMissing", marks=pytest.mark.duty("NN-20.3")),
        pytest.param("yulin", REASON, "accepted"),
        pytest.param("yulin", BASIS, "RequirementMissing"),
        pytest.param("guangzhou", REASON, "accepted", marks=pytest.mark.duty("GZ-16b")),
        pytest.param("guangzhou", BASIS, "RequirementMissing", marks=pytest.mark.duty("GZ-16b")),
        pytest.param("lianyungang", REASON, "accepted", marks=pytest.mark.duty("LYG-19")),
        pytest.param("lianyungang", BASIS, "accepted", marks=pytest.mark.duty("LYG-19")),
        pytest.param("lianyungang", frozenset(), "RequirementMissing", marks=pytest.mark.duty("LYG-19")),
        pytest.param("nanjing", REASON, "accepted", marks=pytest.mark.duty("NJ-27a")),
        pytest.param("nanjing", BASIS, "RequirementMissing", marks=pytest.mark.duty("NJ-27a")),
        pytest.param(INVENTED, BASIS, "accepted"),
        pytest.param(INVENTED, REASON, "RequirementMissing"),
    ],
)
def test_a_refusal_needs_what_the_citys_law_demands_of_it(city: str, given: frozenset[str], answer: str) -> None:
    if city == INVENTED:
        bench, stage = filed(city).all_decide([("pledge", "sign")]), "custody"
    else:
        bench, stage = before_the_provider(city), "provider_review"
    assert bench.decide(stage, "refuse", given) == answer


def test_a_missing_requirement_names_the_field_and_the_article() -> None:
    bench = before_the_provider("nanning")
    act = bench.act(
        a.Decide, bench.officer("provider_review"), task_id="case.provider_review.1", outcome="refuse", given=REASON
    )
    with pytest.raises(r.RequirementMissing) as refusal:
        bench.procedure.judge(bench.rules, bench.state, act)
    assert refusal.value.details() == {"field": "basis", "rule": "20(3)", "basis": "law", "source": "measures"}


def test_nannings_operator_passes_or_returns_and_cannot_refuse() -> None:
    bench = filed("nanning")
    assert bench.decide("formal_review", "refuse") == "OutcomeNotAllowed"
    assert bench.decide("formal_review", "return", ()) == "RequirementMissing"
    assert bench.decide("formal_review", "return", REASON) == "accepted"


@pytest.mark.parametrize("stage", ["approval", "approval_of_refusal"])
def test_nannings_disapproval_states_its_reason(stage: str) -> None:
    answer = "agree" if stage == "approval" else "refuse"
    bench = before_the_provider("nanning").all_decide([("provider_review", answer)])
    assert bench.decide(stage, "disapprove", ()) == "RequirementMissing"


@pytest.mark.duty("NJ-27c")
@pytest.mark.parametrize("commercial", [True, False])
def test_nanjings_commercial_use_alone_needs_the_reference_of_a_competition(commercial: bool) -> None:
    bench = filed("nanjing", choices={"use": "commercial" if commercial else "general"})
    assert bench.decide("provider_review", "agree", ()) == ("RequirementMissing" if commercial else "accepted")


@pytest.mark.duty("NJ-27c")
def test_nanjings_reference_of_a_competition_comes_with_filing_or_decision() -> None:
    with_filing = filed("nanjing", choices={"use": "commercial"}, given={"purpose", "tender_reference"})
    assert with_filing.decide("provider_review", "agree", ()) == "accepted"
    with_decision = filed("nanjing", choices={"use": "commercial"})
    assert with_decision.decide("provider_review", "agree", {"tender_reference"}) == "accepted"


@pytest.mark.duty("NJ-27b")
def test_nanjings_research_is_refused_by_the_department_and_not_by_the_machine() -> None:
    assert filed("nanjing", choices={"use": "research"}).decide("provider_review", "agree", ()) == "accepted"
    assert filed("nanjing", choices={"use": "research"}).decide("provider_review", "refuse", REASON) == "accepted"


@pytest.mark.duty("GZ-17")
@pytest.mark.parametrize(
    ("mode", "given", "answer"),
    [
        ("api", (), "accepted"),
        ("algorithm", (), "accepted"),
        ("download", (), "RequirementMissing"),
        ("download", ("reason", "basis"), "RequirementMissing"),
        ("download", ("access_mode_basis",), "accepted"),
        ("post", ("access_mode_basis",), "AccessModeNotAllowed"),
    ],
)
def test_guangzhou_grants_a_download_only_with_the_rule_that_prescribes_it(
    mode: str, given: tuple[str, ...], answer: str
) -> None:
    bench = filed("guangzhou")
    assert bench.decide("provider_review", "agree", given, terms=GrantTerms(access_mode=mode)) == answer


def test_a_body_may_narrow_the_items_the_mode_and_the_term_and_the_grant_says_so() -> None:
    bench = filed("guangzhou", choices={"access_mode": "api"})
    terms = GrantTerms(data_items=("name",), access_mode="algorithm", valid_days=30)
    assert bench.decide("provider_review", "agree", terms=terms) == "accepted"
    granted = bench.all_decide(BOTH_SIGN).state.granted
    assert granted
    assert (granted.data_items, granted.access_mode) == (("name",), "algorithm")
    assert granted.valid_until.date() == (MONDAY + timedelta(days=31)).date()


def test_a_decision_that_narrows_one_term_leaves_the_others_as_they_were() -> None:
    bench = before_the_provider("nanning")
    bench.decide("provider_review", "agree", terms=GrantTerms(data_items=("name", "address"), access_mode="api"))
    bench.decide("approval", "approve", terms=GrantTerms(data_items=("name",)))
    granted = bench.all_decide(BOTH_SIGN).state.granted
    assert granted
    assert (granted.data_items, granted.access_mode) == (("name",), "api")


def test_terms_of_an_answer_that_was_disapproved_do_not_bind_the_next_one() -> None:
    bench = before_the_provider("nanning")
    bench.decide("provider_review", "agree", terms=GrantTerms(data_items=("name",)))
    bench.all_decide([("approval", "disapprove"), ("provider_review", "agree"), ("approval", "approve"), *BOTH_SIGN])
    assert bench.state.granted
    assert bench.state.granted.data_items == ("name", "address", "opened_on")


@pytest.mark.parametrize("items", [("name", "phone"), ("phone",), ()])
def test_nothing_is_granted_beyond_the_items_asked_for(items: tuple[str, ...]) -> None:
    """No items named means all of them, so that naming none is no narrowing."""
    bench = filed("guangzhou")
    assert bench.decide("provider_review", "agree", terms=GrantTerms(data_items=items)) == "ItemNotRequested"


def test_a_request_for_all_items_may_be_narrowed_to_some() -> None:
    bench = filed("lianyungang", items=())
    assert bench.decide("provider_review", "agree", terms=GrantTerms(data_items=("name",))) == "accepted"


def test_neither_the_applicant_nor_the_experts_set_the_terms_of_a_grant() -> None:
    bench = until_signing("nanning")
    assert bench.decide("applicant_signature", "sign", terms=GrantTerms(valid_days=9999)) == "TermsNotAllowed"
    asked = before_the_provider("nanning")
    asked.on("provider_review", a.AskOpinion)
    assert asked.decide("expert_opinion", "opinion", terms=GrantTerms(valid_days=9999)) == "TermsNotAllowed"


def test_a_claim_is_taken_once_and_by_one_officer_only() -> None:
    bench = filed("nanning")
    assert bench.on("formal_review", a.Claim) == "accepted"
    assert bench.task("formal_review").state == "claimed"
    assert bench.on("formal_review", a.Claim, by=bench.officer("formal_review", "2")) == "TaskAlreadyClaimed"
    length = len(bench.log)
    assert bench.on("formal_review", a.Claim) == "accepted"
    assert len(bench.log) == length


def test_a_claimed_task_is_decided_by_the_officer_who_claimed_it() -> None:
    bench = filed("nanning")
    bench.on("formal_review", a.Claim)
    assert bench.decide("formal_review", "pass", by=bench.officer("formal_review", "2")) == "TaskAlreadyClaimed"
    assert bench.decide("formal_review", "pass") == "accepted"


def test_an_unclaimed_task_may_be_decided_by_any_officer_of_its_body() -> None:
    bench = filed("nanning")
    assert bench.decide("formal_review", "pass", by=bench.officer("formal_review", "7")) == "accepted"


def test_a_release_needs_a_claim_of_ones_own() -> None:
    bench = filed("nanning")
    assert bench.on("formal_review", a.Release) == "TaskNotClaimed"
    bench.on("formal_review", a.Claim)
    assert bench.on("formal_review", a.Release, by=bench.officer("formal_review", "2")) == "TaskAlreadyClaimed"
    assert bench.on("formal_review", a.Release) == "accepted"
    assert bench.task("formal_review").claimed_by is None


def test_a_task_is_reassigned_only_to_an_officer_of_its_body() -> None:
    bench = filed("nanning")
    to = bench.officer("formal_review", "2")
    assert bench.on("formal_review", a.Reassign, to="acc_x", to_body="nanning.provider") == "OfficerNotOfThisBody"
    assert bench.on("formal_review", a.Reassign, to=to.account, to_body=to.body) == "accepted"
    assert bench.task("formal_review").claimed_by == to.account


def test_a_claimed_task_is_taken_from_its_officer_only_by_one_who_supervises() -> None:
    bench = filed("nanning")
    bench.on("formal_review", a.Claim)
    other = bench.officer("formal_review", "2")
    for supervises, answer in ((False, "TaskAlreadyClaimed"), (True, "accepted")):
        to = {"to": other.account, "to_body": other.body, "supervises": supervises}
        assert bench.on("formal_review", a.Reassign, by=other, **to) == answer


@pytest.mark.parametrize("city", CITIES)
def test_a_task_is_not_decided_by_another_body_nor_by_a_party(city: str) -> None:
    bench = before_the_provider(city)
    another_body = a.Actor(account="acc_x", body=f"{city}.government")
    assert bench.decide("provider_review", "refuse", by=another_body) == "NotYourTask"
    assert bench.decide("provider_review", "refuse", by=PARTY) == "NotYourTask"


def test_nobody_but_the_party_that_filed_signs_for_the_applicant() -> None:
    bench = until_signing("guangzhou")
    assert bench.decide("applicant_signature", "sign", by=STRANGER) == "NotYourTask"
    assert bench.decide("applicant_signature", "sign", by=bench.officer("provider_signature")) == "NotYourTask"


@pytest.mark.duty("GZ-16b")
@pytest.mark.parametrize(
    ("filed_with", "signed_with", "answer"),
    [
        ({"purpose"}, set(), "RequirementMissing"),
        ({"purpose"}, {"scenario"}, "RequirementMissing"),
        ({"purpose"}, {"scenario", "safeguards"}, "accepted"),
        ({"purpose", "scenario"}, {"safeguards"}, "accepted"),
        ({"purpose", "scenario", "safeguards"}, set(), "accepted"),
    ],
)
def test_guangzhous_commitment_states_purpose_scenario_and_safeguards(
    filed_with: set[str], signed_with: set[str], answer: str
) -> None:
    bench = until_signing("guangzhou", given=filed_with)
    assert bench.decide("applicant_signature", "sign", given=signed_with) == answer


def test_of_two_officers_the_first_decides_and_the_other_is_told_so() -> None:
    bench = filed("nanning")
    assert bench.decide("formal_review", "pass") == "accepted"
    assert bench.decide("formal_review", "return", by=bench.officer("formal_review", "2")) == "TaskAlreadyDecided"


def test_a_cancelled_task_is_decided_no_more() -> None:
    bench = filed(INVENTED).all_decide([("pledge", "sign"), ("ethics", "send_back")])
    assert bench.decide("custody", "agree") == "TaskCancelled"


def test_a_task_that_the_case_does_not_have_is_not_decided() -> None:
    bench = filed("nanning")
    act = bench.act(a.Decide, bench.officer("formal_review"), task_id="case.approval.1", outcome="approve")
    assert bench.judged(act) == "NoSuchTask"


@pytest.mark.parametrize(("early", "late"), [(timedelta(microseconds=1), False), (timedelta(), True)])
def test_an_act_is_late_from_the_very_instant_at_which_the_period_ends(early: timedelta, late: bool) -> None:
    bench = filed("nanning")
    due_at = bench.task("formal_review").clock.due_at
    assert due_at
    bench.now = due_at - early
    bench.decide("formal_review", "pass")
    assert bench.task("formal_review").late is late


def test_an_act_received_in_time_is_in_time_though_its_clock_has_passed() -> None:
    bench = filed("nanning")
    act = bench.act(a.Decide, bench.officer("formal_review"), task_id="case.formal_review.1", outcome="pass")
    assert bench.passes(days=30).judged(act) == "accepted"
    assert bench.task("formal_review").late is False


@pytest.mark.parametrize("kind", [a.Claim, a.Decide, a.AskSupplement, a.AskOpinion, a.Note, a.Withdraw, a.ApplyNotice])
def test_an_act_that_is_delivered_twice_adds_nothing(kind: type[a.ReceivedAct]) -> None:
    bench = filed("nanning")
    more: dict[str, object] = {"task_id": "case.formal_review.1"} if issubclass(kind, a.TaskAct) else {}
    more |= {"outcome": "pass"} if kind is a.Decide else {}
    more |= {"calendar_version": 1} if kind is a.ApplyNotice else {}
    act = bench.act(kind, PARTY if kind is a.Withdraw else bench.officer("formal_review"), **more)
    assert bench.judged(act) == "accepted"
    length = len(bench.log)
    assert length > 2
    assert bench.judged(act) == "accepted"
    assert len(bench.log) == length


@pytest.mark.parametrize("city", EVERY_CITY)
def test_the_applicant_may_withdraw_until_the_grant_and_every_open_task_is_cancelled(city: str) -> None:
    bench = filed(city)
    assert bench.by_party(a.Withdraw) == "accepted"
    assert bench.state.closed == "withdrawn"
    assert {task.state for task in bench.state.tasks.values()} == {"cancelled"}


def test_a_request_is_withdrawn_by_nobody_else_and_not_after_the_grant() -> None:
    bench = until_signing("nanning")
    assert bench.by_party(a.Withdraw, by=STRANGER) == "NotYourCase"
    assert bench.by_party(a.Withdraw, by=bench.officer("provider_signature")) == "NotYourCase"
    assert bench.all_decide(BOTH_SIGN).by_party(a.Withdraw) == "CaseClosed"


def test_a_closed_case_takes_no_act() -> None:
    bench = filed("yulin").all_decide([("provider_review", "refuse")])
    assert bench.decide("authority_review", "pass") == "CaseClosed"
    assert bench.by_party(a.Note) == "CaseClosed"
    assert bench.correct("provider_review", "pass") == "CaseClosed"


def test_an_access_request_takes_no_act_of_another_procedure() -> None:
    assert filed("nanning").by_party(a.Renounce) == "ProcedureKnowsNoSuchAct"


def test_only_a_resubmission_or_a_supplement_changes_the_request() -> None:
    wider = Amendment(data_items=("name", "phone"))
    assert until_signing("nanning").decide("applicant_signature", "sign", amends=wider) == "RequestNotAmendable"
    assert filed("nanning").decide("formal_review", "pass", amends=wider) == "RequestNotAmendable"


def test_a_resubmission_chooses_only_what_the_citys_law_lets_an_applicant_choose() -> None:
    bench = filed("nanning").all_decide([("formal_review", "return")])
    by_algorithm = Amendment(choices={"access_mode": "algorithm"})
    assert bench.decide("resubmission", "resubmit", amends=by_algorithm) == "ChoiceNotOnRequest"
    expedited = Amendment(choices={"urgency": "expedited"})
    assert bench.decide("resubmission", "resubmit", amends=expedited) == "accepted"
    assert bench.task("formal_review").clock.period == "1wd"


def test_a_stranger_to_a_case_adds_no_note_to_it() -> None:
    bench = filed("nanning")
    assert bench.by_party(a.Note, by=a.Actor(account="acc_stranger")) == "NotYourCase"
    assert bench.by_party(a.Note, by=a.Actor(account="acc_officer", body="nanning.operator")) == "accepted"


def test_a_case_takes_only_so_many_notes() -> None:
    bench = filed("nanning")
    answers = [bench.by_party(a.Note) for _ in range(201)]
    assert set(answers[:200]) == {"accepted"}
    assert answers[200] == "EnoughNotes"


def test_who_loses_the_race_for_the_last_decision_is_told_that_it_was_decided() -> None:
    bench = filed("yulin").all_decide([("provider_review", "refuse")])
    assert bench.decide("provider_review", "pass") == "TaskAlreadyDecided"
    assert bench.decide("authority_review", "pass") == "CaseClosed"


def test_terms_are_set_by_a_reviewing_body_and_not_by_a_signature() -> None:
    bench = until_signing("yulin")
    assert bench.decide("provider_signature", "sign", terms=GrantTerms(valid_days=1)) == "TermsNotAllowed"


DIRECTORY = a.Actor(account="directory")


def claimed_by_one_who_left() -> tuple[Bench, a.Actor]:
    """A formal review that an officer has claimed, who then served the operator no more."""
    bench = filed("nanning")
    officer = bench.officer("formal_review")
    bench.on("formal_review", a.Claim, by=officer)
    assert bench.on("formal_review", a.LapseClaim, by=DIRECTORY, officer=officer.account) == "accepted"
    return bench, officer


def test_a_claim_that_lapsed_is_on_record_with_its_officer_and_the_instant() -> None:
    bench, officer = claimed_by_one_who_left()
    lapsed = bench.log[-1]
    assert isinstance(lapsed, e.ClaimLapsed)
    assert (lapsed.officer, lapsed.at) == (officer.account, bench.now)
    task = bench.task("formal_review")
    assert (task.state, task.claimed_by, task.lapsed_of) == ("open", None, officer.account)


def test_a_claim_lapses_of_nobody_but_its_officer_and_not_twice() -> None:
    bench = filed("nanning")
    officer, other = bench.officer("formal_review"), bench.officer("formal_review", "2")
    assert bench.on("formal_review", a.LapseClaim, by=DIRECTORY, officer=officer.account) == "TaskNotHeld"
    bench.on("formal_review", a.Claim, by=officer)
    assert bench.on("formal_review", a.LapseClaim, by=DIRECTORY, officer=other.account) == "TaskNotHeld"
    assert bench.on("formal_review", a.LapseClaim, by=DIRECTORY, officer=officer.account) == "accepted"
    assert bench.on("formal_review", a.LapseClaim, by=DIRECTORY, officer=officer.account) == "TaskNotHeld"


@pytest.mark.parametrize("taken_up", ["claimed", "claimed and released", "reassigned"])
def test_a_task_that_somebody_took_up_since_is_not_handed_over_with_the_rest(taken_up: str) -> None:
    bench, officer = claimed_by_one_who_left()
    colleague, supervisor = bench.officer("formal_review", "2"), bench.officer("formal_review", "3")
    to = {"to": colleague.account, "to_body": colleague.body}
    if taken_up == "reassigned":
        bench.on("formal_review", a.Reassign, by=supervisor, **to)
    else:
        bench.on("formal_review", a.Claim, by=colleague)
    if taken_up == "claimed and released":
        bench.on("formal_review", a.Release, by=colleague)
    handing_over = {"officer": officer.account, "supervises": True, **to}
    assert bench.on("formal_review", a.HandOver, by=supervisor, **handing_over) == "TaskNotHeld"


def test_a_task_that_is_handed_back_lies_before_the_body_as_if_released() -> None:
    bench = filed("nanning")
    officer, supervisor = bench.officer("formal_review"), bench.officer("formal_review", "3")
    bench.on("formal_review", a.Claim, by=officer)
    handing_over = {"officer": officer.account, "supervises": True}
    assert bench.on("formal_review", a.HandOver, by=supervisor, **handing_over) == "accepted"
    assert bench.log[-1].type == "TaskReleased"
    assert bench.task("formal_review").claimed_by is None


@pytest.mark.parametrize("body", ["nanning.operator", "nanning.provider", "nanning.authority"])
@pytest.mark.parametrize("stage", ["formal_review", "provider_review", "approval"])
def test_whoever_is_the_party_acts_for_no_body(stage: str, body: str) -> None:
    ways = {"formal_review": [], "provider_review": [("formal_review", "pass")]}
    before = ways.get(stage, [("formal_review", "pass"), ("provider_review", "agree")])
    party = a.Actor(account=PARTY.account, body=body)
    for kind, more in (
        (a.Claim, {}),
        (a.AskSupplement, {}),
        (a.Decide, {"outcome": "agree"}),
        (a.Correct, {"outcome": "x"}),
    ):
        bench = filed("nanning").all_decide(before)
        answer = bench.on(stage, kind, by=party, **more)
        assert answer == ("PartyToTheCase" if bench.task(stage).body == body else "NotYourTask"), kind
    bench = filed("nanning").all_decide(before)
    urged = bench.on(stage, a.Urge, by=party, roles=frozenset({"supervisor"}))
    assert urged == ("UrgingNotYours" if body == "nanning.provider" else "PartyToTheCase")


def test_whoever_filed_a_catalogue_update_acted_for_its_body_and_goes_on_doing_so() -> None:
    bench = begun(
        law("nanning", "catalogue_update"), CATALOGUE_UPDATE, party="acc_officer", choices={"trigger": "other"}
    )
    stage = bench.state.open_tasks()[0].stage
    officer = a.Actor(account="acc_officer", body=bench.task(stage).body)
    assert bench.on(stage, a.Claim, by=officer) == "accepted"


def test_a_grantee_revokes_nothing_for_the_provider() -> None:
    access = accessed(until_signing("nanning").all_decide(BOTH_SIGN))
    party = a.Actor(account=PARTY.account, body="nanning.provider")
    assert access.judged(access.act(a.Revoke, party, given=REASON)) == "PartyToTheCase"
