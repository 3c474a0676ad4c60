"""A body extends its period by decision: before it has ended, for a reason, by no more than the pack has it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models import acts as a
from models import events as e
from models.procedures.access_request import ACCESS_REQUEST
from models.reminding import look
from models.telling import told
from models.tellings import Account, Officers
from reading.cases.possible import possible_acts
from reading.sight import Caller
from rules.deadlines import SHANGHAI
from rules.pinned import APPLICANT, ReminderRule
from rules.pinned_stages import ExtensionRule, Step
from tests.models.bench import MONDAY, PARTY, Bench, begun
from tests.models.made import CITED, made, outcome, stage

A_MOMENT = timedelta(microseconds=1)


def before_a_body(
    period: str = "5wd", at_most: str = "5wd", by_post: str | None = None, body: str = "provider"
) -> Bench:
    """An answer that is owed from Monday, 23 November 2026, on."""
    rule = ExtensionRule(at_most=at_most, by_post=by_post, citation=CITED)
    answers = (outcome("agree", "granted_at_last"), outcome("refuse", "refused", period="2wd"))
    return begun(
        made(
            "access_request",
            Step(step="answer", stages=(stage("answer", body, *answers, period=period, extension=rule),)),
            endings=("granted_at_last", "refused"),
        ),
        ACCESS_REQUEST,
        at=MONDAY,
    )


def extended(bench: Bench, length: str = "5wd", text: bool = True, **more: Any) -> str:
    return bench.on("answer", a.Extend, period=length, given=frozenset({"text"} if text else ()), **more)


def test_an_extended_period_ends_later_by_so_much_and_says_by_which_rule() -> None:
    bench = before_a_body()
    before = bench.task("answer").clock
    assert before.last_day == date(2026, 11, 30)
    assert extended(bench, "3wd") == "accepted"
    clock = bench.task("answer").clock
    assert clock.last_day == date(2026, 12, 3)
    assert (clock.period, str(clock.length)) == ("5wd", "8wd")
    (extension,) = clock.extensions
    assert (extension.decided_at, extension.period, extension.article) == (MONDAY, "3wd", CITED.article)
    assert clock.own_due_at == before.own_due_at, "a period of an outcome of its own stays as it was"
    assert bench.types()[-2:] == ["PeriodExtended", "ClockMoved"]


def test_what_is_decided_within_the_extension_is_in_time() -> None:
    bench = before_a_body()
    extended(bench)
    due_at = bench.task("answer").clock.due_at
    assert due_at
    bench.passes(due_at - A_MOMENT)
    assert bench.decide("answer", "agree") == "accepted"
    assert not bench.task("answer").late


def test_a_period_that_has_ended_is_not_extended() -> None:
    bench = before_a_body()
    bench.now = datetime(2026, 12, 1, tzinfo=SHANGHAI)
    assert extended(bench) == "PeriodHasEnded"
    bench.now -= A_MOMENT
    assert extended(bench) == "accepted"


def test_an_extension_has_a_reason_and_a_rule() -> None:
    bench = before_a_body()
    assert extended(bench, text=False) == "RequirementMissing"
    rules = bench.rules.model_copy(
        update={
            "steps": tuple(
                step.model_copy(update={"stages": tuple(s.model_copy(update={"extension": None}) for s in step.stages)})
                for step in bench.rules.steps
            )
        }
    )
    bench.rules = rules
    assert extended(bench) == "ProcedureKnowsNoSuchAct"


def test_where_the_pack_names_a_post_only_who_holds_it_extends() -> None:
    bench = before_a_body(by_post="head")
    bench.on("answer", a.Claim)
    head = bench.officer("answer", "head")
    assert extended(bench) == "PostRequired"
    assert extended(bench, by=head, posts=frozenset({"leader"})) == "PostRequired"
    assert extended(bench, by=head, posts=frozenset({"head"})) == "accepted", "whoever has the task in hand"


def test_nobody_of_another_body_and_no_applicant_extends_a_period() -> None:
    bench = before_a_body()
    assert extended(bench, by=a.Actor(account="acc_x", body="made.authority")) == "NotYourTask"
    assert extended(before_a_body(body=APPLICANT)) == "ProcedureKnowsNoSuchAct"


@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from(["wd", "d", "h", "mo"])), max_size=6))
def test_all_extensions_together_are_no_longer_than_the_rule_has_it(wanted: list[tuple[int, str]]) -> None:
    bench, used = before_a_body("15d", "20d"), 0
    for number, unit in wanted:
        fits = unit == "d" and used + number <= 20
        assert extended(bench, f"{number}{unit}") == ("accepted" if fits else "ExtensionTooLong")
        used += number if fits else 0
        assert bench.task("answer").clock.last_day == date(2026, 11, 23) + timedelta(days=15 + used)
    assert extended(bench, "soon") == "ExtensionTooLong"


def test_a_month_more_is_reckoned_from_the_beginning() -> None:
    bench = before_a_body("2mo", "1mo")
    assert extended(bench, "1mo") == "accepted"
    assert bench.task("answer").clock.last_day == date(2027, 2, 23)


def test_the_applicant_is_told_of_an_extension_and_reminders_follow_it() -> None:
    bench = before_a_body()
    before, length = bench.state, len(bench.log)
    extended(bench, "3wd")
    tellings = told(before, bench.state, bench.log[length:])
    assert [(each.kind, each.to) for each in tellings] == [
        ("period_extended", Account(PARTY.account)),
        ("period_extended", Officers("made.provider")),
    ]
    assert tellings[0].facts["due_on"] == "2026-12-03"
    rule = ReminderRule(
        before=("1wd",), overdue_every=("5wd",), at_once_every=None, opens="09:00", closes="17:00", citation=CITED
    )
    task = bench.task("answer")
    clock = task.clock.model_copy(update={"own_periods": {}, "own_due_at": {}})
    found = look(clock, task.opened_at, rule, bench.record.calendar("CN"), datetime(2026, 12, 2, 10, tzinfo=SHANGHAI))
    assert found.point and (found.point.kind, found.point.at.day) == ("reminder_due_soon", 2)


def test_an_extension_that_comes_again_changes_nothing() -> None:
    bench = before_a_body()
    act = bench.act(
        a.Extend, bench.officer("answer"), task_id=bench.task("answer").task_id, period="2wd", given={"text"}
    )
    assert [bench.judged(act), bench.judged(act)] == ["accepted", "accepted"]
    assert sum(isinstance(event, e.PeriodExtended) for event in bench.log) == 1


def test_a_body_is_told_that_it_may_extend_until_all_that_is_allowed_is_used() -> None:
    bench = before_a_body(at_most="5wd")
    assert "extend" in may_do(bench)
    assert extended(bench, "4wd") == "accepted"
    assert "extend" in may_do(bench)
    assert extended(bench, "1wd") == "accepted"
    assert "extend" not in may_do(bench)


def may_do(bench: Bench) -> set[str]:
    """What an officer of the task's body is told that it may do."""
    task = bench.task("answer")
    officer = Caller("officer", "officer", None, task.body, None, frozenset({"reviewer"}))
    return {each.act for each in possible_acts(bench.rules, bench.state, officer, MONDAY)}
