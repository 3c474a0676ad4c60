"""Lianyungang 39: what is not done in time is owed to the government from that instant on, whoever looks or acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models import acts as a
from models import events as e
from models.passing import next_instant, opened_by_time, pass_time
from tests.models.bench import CITIES, WHATEVER_IS_ASKED, Bench
from tests.models.rectifying import TEN_DAYS, TWO_WEEKS_LATER, ordered, reported

A_MOMENT = timedelta(microseconds=1)
CITY = "lianyungang"
OWED = "government_report"
pytestmark = pytest.mark.duty("LYG-39")


def missed() -> Bench:
    """An order whose limit is over, and nobody has reported anything."""
    return ordered(CITY).passes(until=TWO_WEEKS_LATER)


def unseen(*, by: timedelta = timedelta(0)) -> Bench:
    """The same, where no machine has come to it yet: the log ends with the order."""
    bench = ordered(CITY)
    bench.now = TWO_WEEKS_LATER + by
    return bench


def test_when_the_limit_is_over_the_authority_owes_the_report_promptly() -> None:
    bench = ordered(CITY)
    assert next_instant(bench.rules, bench.state) == TWO_WEEKS_LATER
    assert pass_time(bench.rules, bench.state, TWO_WEEKS_LATER - A_MOMENT) == []
    bench.passes(until=TWO_WEEKS_LATER)
    task = bench.task(OWED)
    assert (task.body, task.opened_at, task.clock.started_at) == (f"{CITY}.authority", TWO_WEEKS_LATER, TWO_WEEKS_LATER)
    assert (task.clock.promptly, task.clock.article, task.clock.due_at) == (True, "39", None)
    assert bench.types()[-2:] == ["ClockPassed", "TaskOpened"]
    assert bench.open_stages == {"remedy", "oversight", OWED}, "nobody's task is taken away"
    assert (bench.state.closed, next_instant(bench.rules, bench.state)) == (None, None)


def test_however_late_the_machine_comes_to_it_the_report_is_owed_since_that_instant() -> None:
    bench = ordered(CITY).passes(days=60)
    assert (bench.task(OWED).opened_at, bench.task(OWED).clock.started_at) == (TWO_WEEKS_LATER, TWO_WEEKS_LATER)


@pytest.mark.parametrize("make", [missed, unseen])
@pytest.mark.parametrize(("outcome", "more"), [("rescind", {}), ("extend", {"limit": TEN_DAYS})])
def test_once_the_limit_is_over_the_order_is_neither_rescinded_nor_extended(
    make: Callable[[], Bench], outcome: str, more: dict[str, Any]
) -> None:
    assert make().decide("oversight", outcome, **more) == "TimeLimitOver"


@pytest.mark.parametrize(("outcome", "more"), [("rescind", {}), ("extend", {"limit": TEN_DAYS})])
def test_until_the_last_moment_of_the_limit_it_can_be(outcome: str, more: dict[str, Any]) -> None:
    assert unseen(by=-A_MOMENT).decide("oversight", outcome, **more) == "accepted"


def test_an_act_received_after_that_instant_is_judged_as_if_the_report_lay_open() -> None:
    bench = unseen(by=A_MOMENT)
    task_id = f"{bench.state.case_id}.{OWED}.1"
    authority = a.Actor(account="acc_authority", body=f"{CITY}.authority")
    claim = bench.act(a.Claim, authority, task_id=task_id)
    assert bench.judged(claim) == "accepted"
    assert bench.types()[-3:] == ["ClockPassed", "TaskOpened", "TaskClaimed"]
    assert bench.task(OWED).opened_at == TWO_WEEKS_LATER
    assert bench.passes(days=1).types()[-1] == "TaskClaimed", "it lies open once"


def test_an_act_before_that_instant_finds_no_report_to_make() -> None:
    bench = unseen(by=-A_MOMENT)
    authority = a.Actor(account="acc_authority", body=f"{CITY}.authority")
    report = bench.act(a.Decide, authority, task_id=f"{bench.state.case_id}.{OWED}.1", outcome="report")
    assert bench.judged(report) == "NoSuchTask"
    assert bench.decide("remedy", "report") == "accepted"
    bench.passes(days=30)
    assert bench.open_stages == {"acceptance"}, "what was reported in time is owed to nobody"


def test_an_act_on_another_task_brings_to_light_what_time_has_opened() -> None:
    bench = unseen()
    assert bench.decide("remedy", "report") == "accepted"
    assert bench.task("remedy").late
    assert bench.open_stages == {"acceptance", OWED}, "the case goes on and the report stays owed"


def test_what_was_made_visible_and_what_the_machine_writes_are_the_same_events() -> None:
    bench = ordered(CITY)
    seen = opened_by_time(bench.rules, bench.state, TWO_WEEKS_LATER)
    assert seen == pass_time(bench.rules, bench.state, TWO_WEEKS_LATER)
    assert opened_by_time(bench.rules, bench.state, TWO_WEEKS_LATER - A_MOMENT) == []


def test_the_report_says_what_is_reported_and_ends_the_case() -> None:
    bench = missed()
    assert bench.decide(OWED, "report", WHATEVER_IS_ASKED - {"measure"}) == "RequirementMissing"
    assert bench.decide(OWED, "report") == "accepted"
    assert (bench.state.closed, bench.open_stages) == ("reported", set())


def test_a_finding_that_it_was_not_rectified_takes_the_report_off_nobody() -> None:
    bench = missed()
    assert bench.decide("oversight", "not_remedied", WHATEVER_IS_ASKED - {"reason"}) == "RequirementMissing"
    assert bench.decide("oversight", "not_remedied") == "accepted"
    assert (bench.state.closed, bench.open_stages) == (None, {"remedy", OWED})
    assert bench.decide(OWED, "report") == "accepted"
    assert bench.state.closed == "reported"


def test_what_was_done_late_is_accepted_and_reported_all_the_same() -> None:
    bench = reported(CITY, TWO_WEEKS_LATER)
    assert bench.decide("acceptance", "accept") == "TimeLimitMissed"
    assert bench.decide("acceptance", "not_accepted", limit=TEN_DAYS) == "TimeLimitOver"
    assert bench.decide("acceptance", "accept_late") == "accepted"
    assert (bench.state.closed, bench.open_stages) == (None, {OWED})
    assert bench.decide(OWED, "report") == "accepted"
    assert bench.state.closed == "reported"


def test_what_was_reported_in_time_is_in_time_however_late_the_authority_looks() -> None:
    bench = reported(CITY, TWO_WEEKS_LATER - A_MOMENT).passes(days=10)
    assert bench.decide("acceptance", "accept_late") == "TimeLimitKept"
    assert bench.decide("acceptance", "not_accepted", limit=TEN_DAYS) == "TimeLimitOver"
    assert bench.decide("acceptance", "accept") == "accepted"
    assert bench.state.closed == "remedied"


def test_a_late_finding_of_not_done_is_owed_to_the_government_from_then_on() -> None:
    bench = reported(CITY).passes(until=TWO_WEEKS_LATER)
    assert bench.open_stages == {"acceptance"}
    assert bench.decide("acceptance", "not_remedied") == "accepted"
    assert bench.open_stages == {OWED}
    assert (bench.task(OWED).opened_at, bench.task(OWED).clock.promptly) == (TWO_WEEKS_LATER, True)
    assert bench.decide(OWED, "report") == "accepted"
    assert bench.state.closed == "reported"


def test_a_finding_after_a_late_report_opens_no_second_report() -> None:
    bench = reported(CITY, TWO_WEEKS_LATER)
    assert bench.decide("acceptance", "not_remedied") == "accepted"
    assert [task.round for task in bench.state.open_tasks() if task.stage == OWED] == [1]


@pytest.mark.parametrize("before", [[], [("remedy", "report")], [("remedy", "report"), ("acceptance", "accept_late")]])
def test_with_the_report_a_fresh_limit_can_be_set_which_passes_like_the_first(before: list[tuple[str, str]]) -> None:
    bench = missed().all_decide(before)
    assert bench.decide(OWED, "report_and_renew") == "RequirementMissing"
    assert bench.decide(OWED, "report_and_renew", limit=TEN_DAYS) == "accepted"
    assert bench.open_stages == {"remedy", "oversight"}
    assert bench.task("remedy").round == 2
    assert bench.decide("oversight", "not_remedied") == "TimeLimitRunning"
    due_at = bench.task("remedy").clock.due_at
    assert due_at
    bench.passes(until=due_at)
    assert (bench.task(OWED).round, bench.task(OWED).opened_at) == (2, due_at)
    assert bench.decide("oversight", "rescind") == "TimeLimitOver"
    assert bench.decide(OWED, "report") == "accepted"
    assert bench.state.closed == "reported"


def test_a_notice_that_moves_the_limit_out_takes_the_report_back() -> None:
    bench = missed()
    later = bench.task("remedy").clock.model_copy(update={"due_at": TWO_WEEKS_LATER + timedelta(days=1)})
    moved = e.ClockMoved(
        number=bench.state.number + 1,
        at=bench.now,
        task_id=bench.task("remedy").task_id,
        clock=later,
        because="notice",
        due_before=TWO_WEEKS_LATER,
    )
    bench.append([moved])
    assert next_instant(bench.rules, bench.state) == bench.now, "at once"
    assert bench.decide(OWED, "report") == "TaskCancelled", "before the machine has come to it"
    bench.passes(hours=1)
    assert bench.open_stages == {"remedy", "oversight"}
    bench.passes(days=1)
    assert (bench.task(OWED).round, bench.task(OWED).opened_at) == (2, TWO_WEEKS_LATER + timedelta(days=1))


def test_a_limit_that_is_over_in_a_closed_case_opens_nothing() -> None:
    bench = ordered(CITY).all_decide([("oversight", "rescind")]).passes(days=30)
    assert (bench.state.closed, bench.open_stages) == ("rescinded", set())


@pytest.mark.parametrize("city", [city for city in CITIES if city != CITY])
def test_where_the_law_orders_no_report_none_opens_by_itself(city: str) -> None:
    bench = ordered(city).passes(until=TWO_WEEKS_LATER)
    assert bench.open_stages == {"remedy", "oversight"}
    assert bench.decide("oversight", "rescind") == "accepted"
