"""A body may correct its own decision until the next body has acted."""

from __future__ import annotations

import pytest

from models import acts as a
from models import events as e
from models.act_contents import GrantTerms
from models.restrictions import RestrictionKind
from models.telling import told as told_by
from models.tellings import Account
from tests.models.bench import (
    BOTH_SIGN,
    CITIES,
    GRANTED,
    INVENTED,
    MONDAY,
    PARTY,
    WHATEVER_IS_ASKED,
    Bench,
    before_the_provider,
    filed,
    law,
    until_signing,
    with_correction,
)


def correction_of(bench: Bench) -> e.DecisionCorrected:
    return next(event for event in reversed(bench.log) if isinstance(event, e.DecisionCorrected))


def test_a_correction_to_the_same_end_keeps_the_next_bodys_task_and_clock() -> None:
    bench = filed("guangzhou").all_decide([("provider_review", "agree")])
    before = bench.task("provider_signature")
    bench.passes(hours=3)
    assert bench.correct("provider_review", "agree", terms=GrantTerms(data_items=("name",))) == "accepted"
    assert bench.task("provider_signature") == before
    assert correction_of(bench).back_to is None
    granted = bench.all_decide(BOTH_SIGN).state.granted
    assert granted
    assert granted.data_items == ("name",)


def test_a_correction_to_another_end_cancels_the_next_bodys_task() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass"), ("provider_review", "agree")])
    bench.passes(hours=3)
    assert bench.correct("provider_review", "refuse") == "accepted"
    assert bench.task("approval").state == "cancelled"
    assert bench.open_stages == {"approval_of_refusal"}
    assert bench.task("approval_of_refusal").clock.started_at == bench.now


def test_a_correction_cites_the_number_of_the_decision_that_it_replaces() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    decided = bench.log[-2]
    assert isinstance(decided, e.TaskDecided)
    bench.correct("formal_review", "return")
    assert correction_of(bench).cites == decided.number
    bench.correct("formal_review", "pass")
    assert bench.state.step == "provider_review"
    first, second = [event for event in bench.log if isinstance(event, e.DecisionCorrected)]
    assert second.cites == first.number


def test_a_corrected_refusal_needs_what_a_refusal_needs() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass"), ("provider_review", "agree")])
    assert bench.correct("provider_review", "refuse", {"reason"}) == "RequirementMissing"


LAST_DAY = {"nanning": 5, "guangzhou": 20, "lianyungang": 10, "nanjing": 15}
"""Working days that the provider has for its answer."""


def beyond(city: str) -> float:
    """Days from a Monday until the provider's period is over, no holiday being near."""
    weeks, days = divmod(LAST_DAY[city], 5)
    return weeks * 7 + days + 1


@pytest.mark.duty("NN-20.3")
@pytest.mark.duty("GZ-16b")
@pytest.mark.duty("LYG-19")
@pytest.mark.duty("NJ-27a")
@pytest.mark.parametrize("city", LAST_DAY)
def test_a_correction_after_the_period_is_late_by_its_own_receipt(city: str) -> None:
    bench = before_the_provider(city).all_decide([("provider_review", "agree")])
    assert bench.task("provider_review").late is False
    bench.passes(days=beyond(city))
    assert bench.correct("provider_review", "refuse") == "accepted"
    task = bench.task("provider_review")
    assert (task.late, task.ended_at, correction_of(bench).late) == (True, bench.now, True)


@pytest.mark.parametrize("city", LAST_DAY)
def test_a_correction_within_the_period_is_in_time(city: str) -> None:
    bench = before_the_provider(city).all_decide([("provider_review", "agree")]).passes(days=LAST_DAY[city] - 1)
    bench.correct("provider_review", "refuse")
    assert bench.task("provider_review").late is False


def test_by_older_pinned_rules_a_correction_is_as_late_as_what_it_replaces() -> None:
    bench = filed("lianyungang", rules=law("lianyungang").model_copy(update={"correcting": None}))
    bench.all_decide([("provider_review", "agree")]).passes(days=30)
    assert bench.correct("provider_review", "refuse", {"basis"}) == "accepted"
    assert (bench.task("provider_review").late, correction_of(bench).told) == (False, False)


TOLD = {
    "nanning": [("approval", "disapprove", "provider_review")],
    "yulin": [("authority_review", "refuse", "refused"), ("provider_review", "refuse", "refused")],
    "guangzhou": [("provider_review", "refuse", "refused")],
    "lianyungang": [("provider_review", "refuse", "refused")],
    "nanjing": [("provider_review", "refuse", "refused")],
}
"""City to the decisions by which its applicant is told a yes, with what would take it back and where that leads."""
OF_TOLD = [(city, *each) for city, decisions in TOLD.items() for each in decisions]


@pytest.mark.duty("NN-20.4")
@pytest.mark.duty("YL-23")
@pytest.mark.duty("GZ-16b")
@pytest.mark.duty("LYG-19")
@pytest.mark.duty("NJ-27a")
@pytest.mark.parametrize(("city", "stage", "outcome", "leads_to"), OF_TOLD)
def test_a_yes_that_the_applicant_was_told_is_never_taken_back_silently(
    city: str, stage: str, outcome: str, leads_to: str
) -> None:
    bench = until_signing(city)
    assert bench.correct(stage, outcome, WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    before, known = bench.state, len(bench.log)
    assert bench.correct(stage, outcome) == "accepted"
    assert leads_to in (bench.state.step, bench.state.closed)
    (told,) = [each for each in told_by(before, bench.state, bench.log[known:]) if each.kind == "answer_corrected"]
    assert (told.to, told.facts["outcome"]) == (Account(PARTY.account), outcome)


@pytest.mark.parametrize("city", CITIES)
def test_terms_that_the_applicant_was_told_are_narrowed_with_a_reason_too(city: str) -> None:
    bench = until_signing(city)
    stage, outcome = GRANTED[city][-1]
    assert bench.correct(stage, outcome, (), terms=GrantTerms(data_items=("name",))) == "RequirementMissing"
    assert bench.correct(stage, outcome, {"reason", "tender_reference"}) == "accepted"
    assert correction_of(bench).told is True


def test_what_bodies_say_to_each_other_is_corrected_without_telling_the_applicant() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    known = len(bench.log)
    assert bench.correct("formal_review", "pass", ()) == "accepted"
    assert correction_of(bench).told is False
    assert "answer_corrected" not in {each.kind for each in told_by(bench.state, bench.state, bench.log[known:])}


@pytest.mark.parametrize("city", CITIES)
def test_the_body_no_longer_changes_what_the_applicant_has_signed(city: str) -> None:
    """A grant whose data is held back waits, signed by both."""
    held = e.RestrictionMet(at=MONDAY, by_case="another", restriction=RestrictionKind.HOLD)
    bench = until_signing(city, met=[held]).all_decide(BOTH_SIGN)
    assert bench.state.closed is None
    assert bench.correct("provider_signature", "sign") == "NextBodyHasActed"


@pytest.mark.parametrize("city", CITIES)
def test_who_has_signed_sets_no_terms_by_a_correction_either(city: str) -> None:
    bench = until_signing(city).all_decide([("provider_signature", "sign")])
    longer = GrantTerms(valid_days=9999)
    assert bench.correct("provider_signature", "sign", terms=longer) == "TermsNotAllowed"
    assert bench.correct("provider_signature", "sign") == "accepted"


@pytest.mark.parametrize("act", [a.AskSupplement, a.AskOpinion])
def test_nothing_is_corrected_once_the_next_body_has_asked_for_something(act: type[a.TaskAct]) -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    bench.on("provider_review", act)
    assert bench.correct("formal_review", "return") == "NextBodyHasActed"


def test_nothing_is_corrected_once_the_next_bodys_supplement_has_come() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    bench.on("provider_review", a.AskSupplement)
    bench.by_party(a.Supply)
    assert bench.correct("formal_review", "return") == "NextBodyHasActed"


def test_nothing_is_corrected_once_the_next_body_has_decided() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass"), ("provider_review", "agree")])
    assert bench.correct("formal_review", "return") == "NextBodyHasActed"


def test_nothing_is_corrected_once_one_of_the_two_has_signed() -> None:
    bench = until_signing("yulin").all_decide([("provider_signature", "sign")])
    assert bench.correct("authority_review", "refuse") == "NextBodyHasActed"


def test_a_correction_is_in_time_though_the_next_body_has_claimed() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    bench.on("provider_review", a.Claim)
    assert bench.correct("formal_review", "return") == "accepted"


def test_a_decision_is_corrected_by_its_own_body_only() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    assert bench.correct("formal_review", "return", by=bench.officer("provider_review")) == "NotYourTask"


def test_what_has_not_been_decided_is_not_corrected() -> None:
    assert filed("nanning").correct("formal_review", "pass") == "NothingToCorrect"


def test_neither_a_signature_of_the_applicant_nor_an_opinion_is_corrected() -> None:
    bench = until_signing("guangzhou").all_decide([("applicant_signature", "sign")])
    assert bench.correct("applicant_signature", "sign") == "NothingToCorrect"
    asked = filed("nanning")
    asked.on("formal_review", a.AskOpinion)
    asked.decide("expert_opinion", "opinion")
    assert asked.correct("expert_opinion", "opinion") == "NothingToCorrect"


def test_where_the_pack_knows_no_correction_nothing_is_corrected() -> None:
    bench = filed(INVENTED).all_decide([("pledge", "sign"), ("custody", "agree")])
    assert bench.correct("custody", "refuse") == "NothingToCorrect"


def test_one_of_two_reviews_side_by_side_is_corrected_while_the_other_waits() -> None:
    bench = filed("yulin").all_decide([("authority_review", "pass")])
    assert bench.correct("authority_review", "refuse") == "accepted"
    assert bench.state.closed == "refused"


def test_one_of_two_reviews_is_corrected_after_both_and_before_anybody_has_signed() -> None:
    bench = until_signing("yulin")
    assert bench.correct("authority_review", "refuse") == "accepted"
    assert bench.state.closed == "refused"
    assert bench.state.granted is None


def test_a_correction_of_a_return_puts_the_cancelled_reviews_again() -> None:
    bench = filed(INVENTED, rules=with_correction(law(INVENTED)))
    bench.all_decide([("pledge", "sign"), ("custody", "agree"), ("ethics", "send_back")])
    assert bench.correct("ethics", "clear") == "accepted"
    assert bench.open_stages == {"technique"}
    assert bench.task("technique").round == 2
    assert bench.all_decide([("technique", "feasible")]).open_stages == {"decision"}


def test_a_second_correction_to_the_same_end_leaves_the_reviews_as_they_are() -> None:
    bench = filed(INVENTED, rules=with_correction(law(INVENTED)))
    bench.all_decide([("pledge", "sign"), ("ethics", "send_back")])
    bench.correct("ethics", "clear")
    before = {stage: bench.task(stage) for stage in ("custody", "technique")}
    assert bench.correct("ethics", "clear") == "accepted"
    assert {stage: bench.task(stage) for stage in ("custody", "technique")} == before
