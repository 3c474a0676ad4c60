"""What the law makes of a period that passes undecided: deemed a yes or a no, on to the next stage, or the end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import acts as a
from models import events as e
from models.passing import foreseen, next_instant, pass_time
from models.procedures.access_request import ACCESS_REQUEST
from models.telling import told
from models.tellings import Account
from rules.pinned import APPLICANT, CountingRule, LastDayOff
from rules.pinned_stages import Step, WhenPassed
from rules.procedure_rules import ProcedureRules
from tests.models.bench import MONDAY, PARTY, Bench, begun
from tests.models.made import CITED, made, outcome, stage

A_MOMENT = timedelta(microseconds=1)


def law(deemed: str = "refused", next_period: str = "60d") -> ProcedureRules:
    """The provider answers in 15 days; whoever is refused may ask the authority for a review (复核) in 10."""
    ways = {"consent": "agreed", "refused": "choice"}
    answers = (
        outcome(name, to, when_passed=WhenPassed.DEEMED if name == deemed else None) for name, to in ways.items()
    )
    passed_on = (outcome("passed_on", "review", when_passed=WhenPassed.ALONE),) if deemed == "passed_on" else ()
    return made(
        "access_request",
        Step(step="answer", stages=(stage("answer", "provider", *answers, *passed_on, period="15d"),)),
        Step(
            step="choice",
            stages=(
                stage(
                    "choice",
                    APPLICANT,
                    outcome("ask_review", "review"),
                    outcome("no_review", "refused_for_good", when_passed=WhenPassed.ALONE),
                    period="10d",
                ),
            ),
        ),
        Step(
            step="review",
            stages=(
                stage(
                    "review",
                    "authority",
                    outcome("upheld", "refused_for_good", when_passed=WhenPassed.DEEMED),
                    outcome("overturned", "agreed"),
                    period=next_period,
                    clock_from_stage="choice" if deemed != "passed_on" else "answer",
                ),
            ),
        ),
        endings=("agreed", "refused_for_good", "withdrawn"),
        counting=(CountingRule(unit="d", last_day_off=LastDayOff.MOVES, citation=CITED),),
        withdrawal=CITED,
    )


def filed(rules: ProcedureRules) -> Bench:
    return begun(rules, ACCESS_REQUEST, at=MONDAY)


def due(bench: Bench, stage_name: str) -> datetime:
    at = bench.task(stage_name).clock.due_at
    assert at
    return at


@pytest.mark.parametrize(
    ("deemed", "ended", "lies_open"), [("consent", "agreed", set()), ("refused", None, {"choice"})]
)
def test_a_period_that_passes_undecided_is_deemed_what_the_pack_says(
    deemed: str, ended: str | None, lies_open: set[str]
) -> None:
    bench = filed(law(deemed))
    at = due(bench, "answer")
    assert bench.passes(at - A_MOMENT).open_stages == {"answer"}
    bench.passes(at)
    assert (bench.state.closed, bench.open_stages) == (ended, lies_open)
    (lapsed,) = [event for event in bench.log if isinstance(event, e.TaskLapsed)]
    assert (lapsed.at, lapsed.outcome, lapsed.late, lapsed.article) == (at, deemed, True, CITED.article)
    assert (bench.task("answer").ended, bench.task("answer").decided_by) == ("decided", None)


def test_a_period_that_passes_undecided_may_hand_the_case_on() -> None:
    bench = filed(law("passed_on"))
    bench.passes(due(bench, "answer"))
    assert bench.open_stages == {"review"}
    assert bench.decide("answer", "passed_on") == "TaskAlreadyDecided"


def test_what_time_alone_brings_about_is_decided_by_nobody() -> None:
    bench = filed(law("passed_on"))
    assert bench.decide("answer", "passed_on") == "OutcomeNotAllowed"
    assert bench.decide("answer", "consent") == "accepted"


def test_the_next_clock_runs_from_the_end_of_the_period_whoever_looks() -> None:
    bench = filed(law())
    at = due(bench, "answer")
    bench.passes(at + timedelta(days=3))
    assert bench.task("choice").clock.started_at == at


def test_a_clock_runs_from_when_an_earlier_stage_came_before_its_body() -> None:
    bench = filed(law())
    bench.passes(days=2)
    bench.decide("answer", "refused")
    chosen_at = bench.now
    bench.passes(days=3)
    assert bench.decide("choice", "ask_review") == "accepted"
    assert (bench.task("review").opened_at, bench.task("review").clock.started_at) == (bench.now, chosen_at)


def test_whoever_was_refused_asks_for_a_review_within_the_period() -> None:
    bench = filed(law()).all_decide([("answer", "refused")])
    assert bench.decide("choice", "no_review") == "OutcomeNotAllowed", "whoever does not ask says nothing"
    assert bench.decide("choice", "ask_review", by=a.Actor(account="acc_else")) == "NotYourTask"
    bench.passes(due(bench, "choice") - A_MOMENT)
    assert bench.decide("choice", "ask_review") == "accepted"
    assert bench.decide("review", "overturned") == "accepted"
    assert bench.state.closed == "agreed"


def test_a_case_ends_by_itself_where_nobody_asks_for_a_review() -> None:
    bench = filed(law()).all_decide([("answer", "refused")])
    at = due(bench, "choice")
    bench.passes(at)
    assert (bench.state.closed, bench.state.closed_at) == ("refused_for_good", at)
    assert not bench.task("choice").late, "a choice that is not used is no missed duty"
    assert next_instant(bench.rules, bench.state) is None


def test_an_act_received_after_the_end_is_judged_by_what_time_has_decided() -> None:
    bench = filed(law())
    at = due(bench, "answer")
    bench.now = at
    assert bench.decide("answer", "consent") == "TaskAlreadyDecided", "the machine has not come to it yet"
    assert [type(event) for event in bench.log[-3:]] == [e.ClockPassed, e.TaskLapsed, e.TaskOpened]
    assert pass_time(bench.rules, bench.state, bench.now) == []


def test_an_act_received_after_the_end_of_a_case_finds_it_closed() -> None:
    bench = filed(law()).all_decide([("answer", "refused")])
    bench.now = due(bench, "choice")
    assert bench.decide("choice", "ask_review") == "CaseClosed"
    assert bench.by_party(a.Withdraw) == "CaseClosed"


def test_an_act_received_before_the_end_is_in_time_whenever_it_is_judged() -> None:
    bench = filed(law())
    at = due(bench, "answer")
    bench.now = at - A_MOMENT
    act = bench.act(a.Decide, bench.officer("answer"), task_id=bench.task("answer").task_id, outcome="consent")
    bench.now = at + timedelta(days=1)
    assert bench.judged(act) == "accepted"
    assert not bench.task("answer").late


def test_a_claim_leaves_to_the_engine_what_time_decides() -> None:
    bench = filed(law())
    bench.now = due(bench, "answer")
    assert bench.on("answer", a.Claim) == "accepted"
    assert not any(isinstance(event, e.TaskLapsed) for event in bench.log)
    assert bench.passes(bench.now).task("answer").outcome == "refused"


def test_what_a_lapse_will_bring_is_foreseen_by_nobody() -> None:
    bench = filed(law())
    assert foreseen(bench.rules, bench.state) == [], "the body is expected to answer"


def test_a_lapse_is_corrected_by_nobody() -> None:
    rules = law().model_copy(update={"correction": CITED})
    bench = filed(rules)
    bench.passes(due(bench, "answer"))
    assert bench.correct("answer", "consent") == "NothingToCorrect"


def test_the_applicant_and_who_owed_the_answer_are_told_of_a_lapse() -> None:
    bench = filed(law())
    before, length = bench.state, len(bench.log)
    bench.passes(due(bench, "answer"))
    tellings = [each for each in told(before, bench.state, bench.log[length:]) if each.kind == "task_lapsed"]
    assert Account(PARTY.account) in [each.to for each in tellings]
    assert len(tellings) == 3, "the applicant, the officers, and those who answer for the body"
    assert all(each.facts["outcome"] == "refused" for each in tellings)


WISHES = {"refused": "answer", "ask_review": "choice", "overturned": "review", "upheld": "review"}
BODIES = {"answer": "made.provider", "choice": None, "review": "made.authority"}


@given(st.lists(st.tuples(st.integers(0, 14 * 24), st.sampled_from([*WISHES, "withdraw"])), max_size=6))
def test_however_late_somebody_looks_the_log_says_what_the_law_says(done: list[tuple[int, str]]) -> None:
    """In one log time is looked at every half day, in the other only by whoever acts: in the end both are one."""
    often, seldom = filed(law()), filed(law())
    for number, (wait, wish) in enumerate(done):
        until = often.now + timedelta(hours=wait)
        while often.now + timedelta(hours=12) < until:
            often.passes(hours=12)
        often.passes(until)
        seldom.now = until
        answers = set()
        for bench in (often, seldom):
            act: a.Act
            if wish == "withdraw":
                act = a.Withdraw(id=f"act-{number}", case_id="case", by=PARTY, received_at=until)
            else:
                body = BODIES[WISHES[wish]]
                by = a.Actor(account="acc_officer", body=body) if body else PARTY
                task_id = f"case.{WISHES[wish]}.1"
                act = a.Decide(
                    id=f"act-{number}", case_id="case", by=by, received_at=until, task_id=task_id, outcome=wish
                )
            answers.add(bench.judged(act))
        assert len(answers) == 1, (wish, answers)
    for _ in WISHES:
        seldom.passes(often.now)
    assert seldom.state == often.state
