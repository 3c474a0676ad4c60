"""A body may correct its own decision until the next body has acted."""

from __future__ import annotations

import pytest

from models import acts as a
from models import events as e
from tests.models.bench import BOTH_SIGN, INVENTED, Bench, filed, law, until_signing, with_correction


def correction_of(bench: Bench) -> e.DecisionCorrected:
    return next(event for event in reversed(bench.log) if isinstance(event, e.DecisionCorrected))


def test_a_correction_to_the_same_end_keeps_the_next_bodys_task_and_clock() -> None:
    bench = filed("guangzhou").all_decide([("provider_review", "agree")])
    before = bench.task("provider_signature")
    bench.passes(hours=3)
    assert bench.correct("provider_review", "agree", terms=a.GrantTerms(data_items=("name",))) == "accepted"
    assert bench.task("provider_signature") == before
    assert correction_of(bench).back_to is None
    granted = bench.all_decide(BOTH_SIGN).state.granted
    assert granted
    assert granted.data_items == ("name",)


def test_a_correction_to_another_end_cancels_the_next_bodys_task_and_goes_on_from_there() -> None:
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


def test_a_correction_is_late_no_more_and_no_less_than_the_decision_was() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")]).passes(days=30)
    bench.correct("formal_review", "return")
    assert bench.task("formal_review").late is False


@pytest.mark.parametrize("act", [a.AskSupplement, a.AskOpinion])
def test_nothing_is_corrected_once_the_next_body_has_asked_for_something(act: type[a.TaskAct]) -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    bench.on("provider_review", act)
    assert bench.correct("formal_review", "return") == "NextBodyHasActed"


def test_nothing_is_corrected_after_the_supplement_that_the_next_body_asked_for_has_come() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    bench.on("provider_review", a.AskSupplement)
    bench.by_party(a.Supply)
    assert bench.correct("formal_review", "return") == "NextBodyHasActed"


def test_nothing_is_corrected_once_the_next_body_has_decided() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass"), ("provider_review", "agree")])
    assert bench.correct("formal_review", "return") == "NextBodyHasActed"


def test_nothing_is_corrected_once_one_of_the_two_has_signed() -> None:
    bench = until_signing("yulin").all_decide([("applicant_signature", "sign")])
    assert bench.correct("authority_review", "refuse") == "NextBodyHasActed"


def test_a_claim_of_the_next_body_is_no_act_that_a_correction_would_come_too_late_for() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    bench.on("provider_review", a.Claim)
    assert bench.correct("formal_review", "return") == "accepted"


def test_a_decision_is_corrected_by_its_own_body_only() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    assert bench.correct("formal_review", "return", by=bench.officer("provider_review")) == "NotYourTask"


def test_what_has_not_been_decided_is_not_corrected() -> None:
    assert filed("nanning").correct("formal_review", "pass") == "NothingToCorrect"


def test_neither_a_signature_of_the_applicant_nor_an_opinion_is_corrected() -> None:
    bench = until_signing("nanning").all_decide([("applicant_signature", "sign")])
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


def test_a_correction_that_takes_back_a_sending_back_puts_the_cancelled_reviews_again() -> None:
    bench = filed(INVENTED, rules=with_correction(law(INVENTED)))
    bench.all_decide([("pledge", "sign"), ("custody", "agree"), ("ethics", "send_back")])
    assert bench.correct("ethics", "clear") == "accepted"
    assert bench.open_stages == {"technique"}
    assert bench.task("technique").round == 2
    assert bench.all_decide([("technique", "feasible")]).open_stages == {"decision"}


def test_a_second_correction_to_the_same_end_leaves_the_reviews_that_were_put_again_as_they_are() -> None:
    bench = filed(INVENTED, rules=with_correction(law(INVENTED)))
    bench.all_decide([("pledge", "sign"), ("ethics", "send_back")])
    bench.correct("ethics", "clear")
    before = {stage: bench.task(stage) for stage in ("custody", "technique")}
    assert bench.correct("ethics", "clear") == "accepted"
    assert {stage: bench.task(stage) for stage in ("custody", "technique")} == before
