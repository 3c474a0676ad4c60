"""Clocks that run from something else than a hand-over, and outcomes that have a period of their own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models import acts as a
from models import events as e
from models.act_contents import Amendment
from models.procedures.catalogue_update import CATALOGUE_UPDATE
from models.procedures.demand import DEMAND
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import SHANGHAI
from rules.pinned import Choice, SupplementRule
from rules.pinned_stages import ClockFrom, EntryEffect, Step
from rules.procedure_rules import ProcedureRules
from tests.models.bench import MONDAY, PARTY, Bench, begun
from tests.models.made import CITED, label, made, outcome, stage, update_law

FRIDAY_BEFORE = date(2026, 11, 20)
MONTHS_AGO = date(2026, 8, 3)


def midnight(month: int, day: int) -> datetime:
    """The due instant of a period of which that is the last day."""
    return datetime(2026, month, day, tzinfo=SHANGHAI) + timedelta(days=1)


def compiled(clock_from: ClockFrom, **filed: Any) -> Bench:
    """A catalogue update that lies before the provider, with five working days from there."""
    rules = update_law(clock={"period": "5wd", "clock_from": clock_from})
    return begun(rules, CATALOGUE_UPDATE, **filed)


def returned(bench: Bench) -> Bench:
    """The draft is returned two days later."""
    bench.all_decide([("compilation", "submit")]).passes(days=2)
    return bench.all_decide([("review", "return")])


# From when a clock runs


def test_a_clock_that_runs_from_an_event_begins_with_its_day_and_not_with_the_filing() -> None:
    clock = compiled(ClockFrom.EVENT, occurred_on=FRIDAY_BEFORE).task("compilation").clock
    assert clock.started_at == datetime(2026, 11, 20, tzinfo=SHANGHAI)
    assert clock.due_at == midnight(11, 27)


def test_a_clock_that_runs_from_the_receipt_begins_with_it() -> None:
    clock = compiled(ClockFrom.RECEIPT, occurred_on=FRIDAY_BEFORE).task("compilation").clock
    assert (clock.started_at, clock.due_at) == (MONDAY, midnight(11, 30))


def test_where_nobody_says_when_it_happened_the_clock_runs_from_the_handing_over() -> None:
    assert compiled(ClockFrom.EVENT).task("compilation").clock.started_at == MONDAY


def test_what_is_filed_after_its_period_has_run_out_is_late_from_the_start() -> None:
    bench = compiled(ClockFrom.EVENT, occurred_on=MONTHS_AGO)
    assert bench.task("compilation").clock.due_at == midnight(8, 10)
    bench.passes(bench.now)
    assert bench.types()[-1] == "ClockPassed"
    assert bench.all_decide([("compilation", "submit")]).task("compilation").late


def test_what_is_filed_too_late_is_late_whenever_the_engine_comes_to_its_clock() -> None:
    bench = compiled(ClockFrom.EVENT, occurred_on=MONTHS_AGO).all_decide([("compilation", "submit")])
    assert bench.task("compilation").late
    assert "ClockPassed" not in bench.passes(days=30).types()


@pytest.mark.parametrize(
    ("clock_from", "due_at"), [(ClockFrom.EVENT, midnight(11, 27)), (ClockFrom.RECEIPT, midnight(11, 30))]
)
def test_what_is_returned_is_compiled_again_on_the_same_clock(clock_from: ClockFrom, due_at: datetime) -> None:
    bench = compiled(clock_from, occurred_on=FRIDAY_BEFORE)
    before = bench.task("compilation").clock
    again = returned(bench).task("compilation")
    assert (again.round, again.clock.started_at, again.clock.due_at) == (2, before.started_at, due_at)


def test_a_return_gives_a_fresh_period_where_the_clock_runs_from_hand_over() -> None:
    again = returned(compiled(ClockFrom.OPENING)).task("compilation")
    assert (again.clock.started_at, again.clock.due_at) == (MONDAY + timedelta(days=2), midnight(12, 2))


def test_a_clock_from_the_receipt_runs_while_the_update_waits_for_its_turn() -> None:
    waits = e.TurnAwaited(at=MONDAY, by_case="first")
    bench = compiled(ClockFrom.RECEIPT, met=[waits]).passes(days=9)
    assert bench.by_party(a.TakeTurn, by=a.Actor(account="case:first"), by_case="first") == "accepted"
    task = bench.task("compilation")
    assert (task.opened_at, task.clock.started_at) == (bench.now, MONDAY)
    assert bench.all_decide([("compilation", "submit")]).task("compilation").late


# An outcome with a period of its own


def demand_law(**more: Any) -> ProcedureRules:
    """Twenty working days for the data; if the answer is no, the reasons for it within five."""
    return made(
        "demand",
        Step(
            step="answer",
            stages=(
                stage(
                    "answer",
                    "provider",
                    outcome("open", "delivery", entry=EntryEffect.ORDER, trigger="demand"),
                    outcome("decline", "declined", demands=("reason",), period="5wd"),
                    period="20wd",
                ),
            ),
        ),
        Step(
            step="delivery",
            stages=(
                stage(
                    "delivery",
                    "provider",
                    outcome("delivered", "delivered", by_publication=True),
                    outcome("given_up", "declined", demands=("reason",)),
                    period="20wd",
                    clock_from=ClockFrom.RECEIPT,
                ),
            ),
        ),
        endings=("delivered", "declined"),
        **more,
    )


def demanded(**more: Any) -> Bench:
    return begun(demand_law(**more), DEMAND)


def test_two_periods_run_from_one_receipt() -> None:
    clock = demanded().task("answer").clock
    assert clock.due_at == midnight(12, 21)
    assert clock.own_due_at == {"decline": midnight(11, 30)}
    assert (clock.due_for("open"), clock.due_for("decline")) == (midnight(12, 21), midnight(11, 30))


@pytest.mark.parametrize(
    ("at", "outcome", "late"),
    [
        (midnight(11, 30) - timedelta(seconds=1), "decline", False),
        (midnight(11, 30), "decline", True),
        (midnight(11, 30), "open", False),
        (midnight(12, 21) - timedelta(seconds=1), "open", False),
        (midnight(12, 21), "open", True),
    ],
)
def test_an_answer_is_late_by_the_period_for_that_answer(at: datetime, outcome: str, late: bool) -> None:
    bench = demanded().passes(at)
    assert bench.decide("answer", outcome) == "accepted"
    assert bench.task("answer").late is late


def test_the_period_of_one_answer_that_passes_leaves_the_clock_of_the_task_as_it_is() -> None:
    bench = demanded().passes(days=10)
    assert "ClockPassed" not in bench.types()
    assert bench.passes(midnight(12, 21)).types()[-1] == "ClockPassed"


def test_a_notice_moves_both_periods() -> None:
    bench = demanded()
    day = date(2026, 11, 25)
    notice = Notice(
        scope="CN", document="n", published_on=MONDAY.date(), recorded_at=MONDAY, days_off=(DaysOff(day, day),)
    )
    bench.record = bench.record.with_notice(notice)
    by = a.Actor(account="calendar")
    assert bench.by_party(a.ApplyNotice, by=by, calendar_version=bench.record.version) == "accepted"
    clock = bench.task("answer").clock
    assert (clock.due_at, clock.own_due_at) == (midnight(12, 22), {"decline": midnight(12, 1)})


def test_a_supplement_that_stops_the_clock_stops_the_period_of_each_answer() -> None:
    bench = demanded(supplement=SupplementRule(stops_clock=True, citation=CITED))
    bench.on("answer", a.AskSupplement)
    stopped = bench.passes(days=14)
    assert stopped.task("answer").clock.due_for("decline") is None
    assert bench.by_party(a.Supply) == "accepted"
    clock = bench.task("answer").clock
    assert clock.own_due_at == {"decline": midnight(12, 14)}
    assert clock.due_at
    assert clock.due_at > midnight(12, 31)


# By which choice a period is told


def by_openness(*, chosen: str | None) -> Bench:
    choices = tuple(Choice(value=v, label=label(v), citation=CITED) for v in ("conditional", "unconditional", "closed"))
    clock = {"periods": {"conditional": "10wd", "unconditional": "3wd"}, "period_by": "openness"}
    rules = update_law(clock=clock, choices={"openness": choices})
    return begun(rules, CATALOGUE_UPDATE, choices={"openness": chosen} if chosen else {})


@pytest.mark.parametrize(
    ("chosen", "period"), [("conditional", "10wd"), ("unconditional", "3wd"), ("closed", None), (None, None)]
)
def test_a_period_is_told_by_the_choice_that_the_rules_name(chosen: str | None, period: str | None) -> None:
    clock = by_openness(chosen=chosen).task("compilation").clock
    assert (clock.period, clock.due_at is None) == (period, period is None)


def test_what_was_chosen_with_a_draft_tells_the_period_of_the_next_round() -> None:
    bench = by_openness(chosen="conditional")
    amends = Amendment(choices={"openness": "unconditional"})
    assert bench.decide("compilation", "submit", amends=amends) == "accepted"
    bench.all_decide([("review", "return")])
    assert bench.task("compilation").clock.period == "3wd"


# What the publication of an update decides


def agreed() -> Bench:
    return demanded().all_decide([("answer", "open")])


def published(bench: Bench) -> str:
    return bench.by_party(a.EntryIsPublished, by=a.Actor(account="case:case-entry"), by_case="case-entry")


def test_a_demand_that_is_agreed_to_orders_an_update_for_that_reason() -> None:
    bench = agreed()
    assert bench.state.ordered
    assert (bench.state.ordered.update_case_id, bench.state.ordered.trigger) == ("case-entry", "demand")
    assert bench.open_stages == {"delivery"}


@pytest.mark.parametrize(("at", "late"), [(midnight(12, 21) - timedelta(seconds=1), False), (midnight(12, 21), True)])
def test_a_publication_ends_what_waited_for_it_in_time_or_late_by_that_day(at: datetime, late: bool) -> None:
    bench = agreed().passes(at)
    assert published(bench) == "accepted"
    assert (bench.state.closed, bench.task("delivery").late) == ("delivered", late)


def test_nobody_decides_what_a_publication_decides() -> None:
    bench = agreed()
    assert bench.decide("delivery", "delivered") == "OutcomeNotAllowed"
    assert bench.decide("delivery", "delivered", by=PARTY) == "NotYourTask"
    assert bench.state.closed is None


def test_what_is_given_up_before_the_publication_stays_closed() -> None:
    bench = agreed().all_decide([("delivery", "given_up")])
    assert published(bench) == "CaseClosed"
    assert bench.state.closed == "declined"


def test_a_publication_for_which_nothing_waits_changes_nothing() -> None:
    bench = demanded()
    length = len(bench.log)
    assert published(bench) == "accepted"
    assert len(bench.log) == length
