"""The course that each city's law gives an access request: which body, in which order, with which period."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from models import acts as a
from models import events as e
from models.act_contents import Amendment
from models.passing import next_instant, pass_time
from rules.deadlines import SHANGHAI
from tests.models.bench import BOTH_SIGN, CITIES, INVENTED, MONDAY, filed, law, until_signing

URGENCIES = ("normal", "expedited", "urgent")
SIGNATURES = {"provider_signature", "applicant_signature"}


def midnight(month: int, day: int) -> datetime:
    return datetime(2026, month, day, tzinfo=SHANGHAI)


@pytest.mark.duty("NN-20.5", "YL-23", "GZ-16b", "LYG-19")
@pytest.mark.parametrize("city", CITIES)
def test_access_is_granted_when_every_body_agrees_and_both_have_signed(city: str) -> None:
    bench = until_signing(city).all_decide(BOTH_SIGN)
    assert bench.state.closed == "granted"
    assert bench.types()[-2:] == ["Granted", "Closed"]


@pytest.mark.duty("NN-20.5", "YL-23", "GZ-16b", "LYG-19")
@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("alone", BOTH_SIGN)
def test_one_signature_alone_grants_nothing(city: str, alone: tuple[str, str]) -> None:
    bench = until_signing(city).all_decide([alone])
    assert bench.state.granted is None
    assert bench.open_stages == SIGNATURES - {alone[0]}


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("signer", sorted(SIGNATURES))
def test_signatures_may_come_in_either_order(city: str, signer: str) -> None:
    bench = until_signing(city)
    other = (SIGNATURES - {signer}).pop()
    assert bench.all_decide([(signer, "sign"), (other, "sign")]).state.closed == "granted"


@pytest.mark.parametrize(
    ("city", "stages"),
    [
        ("nanning", {"formal_review"}),
        ("yulin", {"authority_review", "provider_review"}),
        ("guangzhou", {"provider_review"}),
        ("lianyungang", {"provider_review"}),
        ("nanjing", {"provider_review"}),
        (INVENTED, {"pledge"}),
    ],
)
def test_a_filing_lies_before_the_bodies_that_the_citys_law_names_first(city: str, stages: set[str]) -> None:
    assert filed(city).open_stages == stages


@pytest.mark.parametrize(
    ("city", "stage", "last_day"),
    [
        pytest.param("guangzhou", "provider_review", (12, 21), marks=pytest.mark.duty("GZ-16b"), id="guangzhou-20wd"),
        pytest.param(
            "lianyungang", "provider_review", (12, 7), marks=pytest.mark.duty("LYG-19"), id="lianyungang-10wd"
        ),
        pytest.param("nanjing", "provider_review", (12, 14), marks=pytest.mark.duty("NJ-27a"), id="nanjing-15wd"),
        pytest.param("nanning", "formal_review", (11, 25), marks=pytest.mark.duty("NN-20.2"), id="nanning-2wd"),
    ],
)
def test_the_first_reviews_period_ends_with_the_last_working_day_of_the_law(
    city: str, stage: str, last_day: tuple[int, int]
) -> None:
    clock = filed(city).task(stage).clock
    assert clock.due_at == midnight(*last_day) + timedelta(days=1)
    assert clock.last_day == midnight(*last_day).date()


@pytest.mark.duty("NN-20.2")
@pytest.mark.parametrize(
    ("urgency", "due_at"),
    [("normal", midnight(11, 26)), ("expedited", midnight(11, 25)), ("urgent", MONDAY + timedelta(hours=12))],
)
def test_nannings_formal_review_has_the_period_of_the_urgency_stated(urgency: str, due_at: datetime) -> None:
    assert filed("nanning", choices={"urgency": urgency}).task("formal_review").clock.due_at == due_at


@pytest.mark.duty("NN-20.3", "NN-7.2")
@pytest.mark.parametrize(
    ("urgency", "due_at"), [("normal", midnight(12, 1)), ("expedited", midnight(11, 26)), ("urgent", midnight(11, 25))]
)
def test_nannings_provider_has_the_period_of_the_urgency_from_the_formal_review_on(
    urgency: str, due_at: datetime
) -> None:
    bench = filed("nanning", choices={"urgency": urgency}).passes(hours=1).all_decide([("formal_review", "pass")])
    assert bench.task("provider_review").body == "nanning.provider"
    assert bench.task("provider_review").clock.due_at == due_at


@pytest.mark.duty("NN-20.4", "NN-5.4")
@pytest.mark.parametrize("urgency", URGENCIES)
@pytest.mark.parametrize(("answer", "stage"), [("agree", "approval"), ("refuse", "approval_of_refusal")])
def test_nannings_authority_has_two_working_days_for_a_yes_and_for_a_no_alike(
    urgency: str, answer: str, stage: str
) -> None:
    bench = filed("nanning", choices={"urgency": urgency})
    bench.all_decide([("formal_review", "pass"), ("provider_review", answer)])
    assert bench.open_stages == {stage}
    assert bench.task(stage).body == "nanning.authority"
    assert bench.task(stage).clock.due_at == midnight(11, 26)


@pytest.mark.duty("NN-20.4")
def test_nannings_refusal_is_final_only_when_the_authority_has_approved_it() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass"), ("provider_review", "refuse")])
    assert bench.state.closed is None
    assert bench.all_decide([("approval_of_refusal", "approve")]).state.closed == "refused"
    assert bench.state.granted is None


def test_nannings_returned_request_is_reviewed_afresh_with_a_fresh_clock() -> None:
    bench = filed("nanning").all_decide([("formal_review", "return")])
    assert bench.open_stages == {"resubmission"}
    assert bench.task("resubmission").clock.due_at is None

    bench.passes(days=7).all_decide([("resubmission", "resubmit")])
    review = bench.task("formal_review")
    assert (review.round, review.clock.started_at) == (2, MONDAY + timedelta(days=7))
    assert review.clock.due_at == midnight(12, 3)


def test_what_a_resubmission_changes_is_what_is_reviewed_and_sets_the_fresh_clock() -> None:
    bench = filed("nanning").all_decide([("formal_review", "return")])
    amends = Amendment(data_items=("name", "phone"), choices={"urgency": "urgent"}, given=frozenset({"scenario"}))
    assert bench.decide("resubmission", "resubmit", amends=amends) == "accepted"
    assert bench.state.data_items == ("name", "phone")
    assert bench.state.given == {"purpose", "data_items", "scenario"}
    assert bench.task("formal_review").clock.period == "12h"


@pytest.mark.parametrize(("answer", "stage"), [("agree", "approval"), ("refuse", "approval_of_refusal")])
def test_nannings_disapproved_answer_returns_with_a_fresh_period_of_the_same_class(answer: str, stage: str) -> None:
    bench = filed("nanning", choices={"urgency": "expedited"})
    bench.all_decide([("formal_review", "pass"), ("provider_review", answer)])
    bench.passes(days=1).all_decide([(stage, "disapprove")])
    again = bench.task("provider_review")
    assert (again.round, again.clock.period, again.clock.started_at) == (2, "2wd", bench.now)
    assert again.clock.due_at == midnight(11, 27)


@pytest.mark.duty("NN-20.4")
@pytest.mark.parametrize("first", [("agree", "approval"), ("refuse", "approval_of_refusal")])
@pytest.mark.parametrize("second", [("agree", "approval"), ("refuse", "approval_of_refusal")])
def test_a_second_disapproval_of_either_kind_goes_to_coordination(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    for answer, stage in (first, second):
        assert bench.state.step == "provider_review"
        bench.all_decide([("provider_review", answer), (stage, "disapprove")])
    assert bench.open_stages == {"coordination"}
    clock = bench.task("coordination").clock
    assert (clock.period, clock.article, clock.basis) == ("2wd", "20(4)", "law")


@pytest.mark.parametrize(("outcome", "leads_to"), [("agree", None), ("refuse", "refused")])
def test_coordination_ends_in_signing_or_in_refusal(outcome: str, leads_to: str | None) -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    bench.all_decide([("provider_review", "agree"), ("approval", "disapprove")] * 2)
    bench.all_decide([("coordination", outcome)])
    assert bench.state.closed == leads_to
    assert bench.open_stages == (set() if leads_to else SIGNATURES)


@pytest.mark.duty("YL-23")
@pytest.mark.parametrize("first", ["authority_review", "provider_review"])
def test_yulins_request_goes_on_only_when_both_reviews_have_passed(first: str) -> None:
    bench = filed("yulin").all_decide([(first, "pass")])
    other = ({"authority_review", "provider_review"} - {first}).pop()
    assert bench.open_stages == {other}
    assert bench.all_decide([(other, "pass")]).open_stages == SIGNATURES


@pytest.mark.duty("YL-23")
@pytest.mark.parametrize("first", ["authority_review", "provider_review"])
def test_yulins_first_refusal_closes_the_case_and_cancels_the_other_review(first: str) -> None:
    bench = filed("yulin").all_decide([(first, "refuse")])
    other = ({"authority_review", "provider_review"} - {first}).pop()
    assert bench.state.closed == "refused"
    assert bench.task(other).state == "cancelled"


def test_yulins_reviews_have_no_number_and_show_the_time_used() -> None:
    for stage in ("authority_review", "provider_review"):
        clock = filed("yulin").task(stage).clock
        assert (clock.period, clock.due_at, clock.started_at) == (None, None, MONDAY)


def test_the_invented_citys_order_needs_no_code_of_its_own() -> None:
    bench = filed(INVENTED).all_decide([("pledge", "sign")])
    assert bench.open_stages == {"custody", "ethics", "technique"}
    bench.all_decide([("custody", "agree"), ("technique", "feasible"), ("ethics", "clear")])
    assert bench.open_stages == {"decision"}
    assert bench.all_decide([("decision", "grant")]).state.closed == "granted"


def test_one_of_three_reviews_can_send_the_case_back_and_voids_the_other_two() -> None:
    bench = filed(INVENTED).all_decide([("pledge", "sign"), ("custody", "agree"), ("ethics", "send_back")])
    assert bench.open_stages == {"pledge"}
    assert bench.task("technique").state == "cancelled"
    bench.all_decide([("pledge", "sign")])
    assert {(t.stage, t.round) for t in bench.state.open_tasks()} == {("custody", 2), ("ethics", 2), ("technique", 2)}
    assert bench.all_decide([("ethics", "send_back")]).state.closed == "refused"


@pytest.mark.parametrize("city", CITIES)
def test_every_clock_names_the_article_from_which_it_comes_or_the_service_rule(city: str) -> None:
    bench = until_signing(city)
    assert all(task.clock.article and task.clock.basis for task in bench.state.tasks.values())


@pytest.mark.parametrize("city", CITIES)
def test_a_grant_runs_for_the_term_of_the_pack_and_ends_at_midnight(city: str) -> None:
    bench = until_signing(city).all_decide(BOTH_SIGN)
    assert bench.state.granted
    assert bench.state.granted.valid_until == datetime(2027, 11, 24, tzinfo=SHANGHAI)
    assert bench.state.granted.data_items == ("name", "address", "opened_on")
    assert bench.state.granted.use == "general"


def test_a_clock_starts_at_the_receipt_of_the_act_that_opened_the_task_and_not_later() -> None:
    bench = filed("nanning")
    act = bench.act(a.Decide, bench.officer("formal_review"), task_id="case.formal_review.1", outcome="pass")
    bench.passes(days=1)
    assert bench.judged(act) == "accepted"
    assert bench.task("provider_review").clock.started_at == MONDAY


def test_the_next_instant_is_the_first_due_instant_of_an_open_task() -> None:
    bench = filed("nanning")
    assert next_instant(bench.rules, bench.state) == midnight(11, 26)
    assert next_instant(law("yulin"), filed("yulin").state) is None
    assert next_instant(law("nanning"), until_signing("nanning").all_decide(BOTH_SIGN).state) is None


def test_time_that_has_not_come_makes_nothing_happen() -> None:
    assert pass_time(law("nanning"), filed("nanning").state, midnight(11, 26) - timedelta(microseconds=1)) == []


def test_a_clock_that_passes_is_put_on_record_once_and_decides_nothing() -> None:
    bench = filed("nanning").passes(midnight(11, 28))
    passed = bench.log[-1]
    assert isinstance(passed, e.ClockPassed)
    assert passed.at == midnight(11, 26)
    assert bench.open_stages == {"formal_review"}
    assert pass_time(bench.rules, bench.state, midnight(12, 28)) == []
    assert next_instant(bench.rules, bench.state) is None


def test_clocks_that_pass_together_pass_in_the_order_of_their_due_instants() -> None:
    bench = filed(INVENTED).all_decide([("pledge", "sign")]).passes(days=30)
    passed = [event for event in bench.log if isinstance(event, e.ClockPassed)]
    assert [event.task_id.split(".")[1] for event in passed] == ["technique", "custody"]
    assert passed[0].at < passed[1].at


def test_a_closed_case_has_no_open_task_and_no_next_instant() -> None:
    bench = filed("yulin").all_decide([("provider_review", "refuse")])
    assert bench.state.open_tasks() == []
    assert pass_time(bench.rules, bench.state, midnight(12, 28)) == []
