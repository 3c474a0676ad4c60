"""Beside a timer stands what it waits for and by which article, wherever Temporal shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.worker import Worker

from models import acts as a
from models.passing import next_instant
from models.state import CaseState, apply
from rules.deadlines import to_shanghai
from tests import recorded
from tests.driving import Driver
from tests.models.bench import BOTH_SIGN, MONDAY, Bench, accessed, before_the_provider, filed, until_signing
from workflows.timer_summaries import LONGEST, what_time_brings


def beside_the_timer(bench: Bench) -> str:
    return what_time_brings(bench.rules, bench.state)


async def summaries(driver: Driver, case_id: str) -> list[str]:
    """What stands beside the timers of a case in its history."""
    history = await driver.temporal.get_workflow_handle(case_id).fetch_history()
    timers = [event for event in history.events if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED]
    kept = [event.user_metadata.summary for event in timers]
    return await driver.temporal.data_converter.decode(kept, [str] * len(kept))


async def test_the_timer_of_a_review_cites_the_article_and_the_last_day_in_the_engine(
    driver: Driver, worker: Worker
) -> None:
    case_id = await driver.file("nanning")
    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    days = [(await driver.task(case_id, stage)).clock.last_day for stage in ("formal_review", "provider_review")]
    assert await summaries(driver, case_id) == [
        f"Formal review · Nanning 20(2) · due {days[0]}",
        f"Provider's review · Nanning 20(3) · due {days[1]}",
    ]


def test_a_period_in_hours_is_due_at_its_instant_in_shanghai() -> None:
    bench = filed("nanning", choices={"urgency": "urgent"})
    due_at = to_shanghai(MONDAY + timedelta(hours=12))
    assert bench.task("formal_review").clock.due_at == due_at
    assert beside_the_timer(bench) == f"Formal review · Nanning 20(2) · due {due_at:%F %R}"


def test_of_clocks_that_pass_together_the_first_is_named_and_the_others_are_counted() -> None:
    bench = filed("nanning")
    first = bench.task("formal_review")
    others = [first.model_copy(update={"task_id": name, "stage": "another"}) for name in ("second", "third")]
    tasks = {task.task_id: task for task in (first, *others)}
    bench.state = bench.state.model_copy(update={"tasks": tasks})
    assert beside_the_timer(bench).startswith("Formal review and 2 more · Nanning 20(2) · due ")


def test_a_grant_waits_for_its_last_day() -> None:
    bench = accessed(until_signing("nanning").all_decide(BOTH_SIGN))
    assert bench.state.grant
    last_day = (bench.state.grant.valid_until - timedelta(hours=16)).date()
    assert beside_the_timer(bench).startswith("Access expires · Nanning ")
    assert beside_the_timer(bench).endswith(f" · last day {last_day}")


def test_a_service_rule_is_never_cited_as_the_law() -> None:
    bench = before_the_provider("nanning")
    stage = bench.rules.stage("provider_review")
    assert stage
    task = bench.task("provider_review")
    of_ours = task.model_copy(update={"clock": task.clock.model_copy(update={"basis": "service", "article": "ours"})})
    bench.state = bench.state.model_copy(update={"tasks": {task.task_id: of_ours}})
    assert f"{stage.label.en} · Nanning service rule · due " in beside_the_timer(bench)


def test_a_case_without_an_instant_to_wait_for_has_no_summary() -> None:
    bench = filed("nanning")
    assert bench.by_party(a.Withdraw) == "accepted"
    assert beside_the_timer(bench) == ""


def test_a_summary_is_never_longer_than_a_server_takes() -> None:
    bench = filed("nanning")
    rules = bench.rules.model_copy(
        update={"city_name": bench.rules.city_name.model_copy(update={"en": "Nánníng " * 200})}
    )
    assert len(what_time_brings(rules, bench.state).encode()) <= LONGEST


@pytest.mark.parametrize("name", recorded.names())
def test_whatever_a_recorded_case_waited_for_can_be_said(name: str) -> None:
    log = recorded.log(name)
    state = CaseState()
    for event in log.events:
        state = apply(state, event)
        waits = next_instant(log.rules, state) is not None
        assert bool(what_time_brings(log.rules, state)) is waits


async def test_a_server_takes_the_longest_summary(
    driver: Driver, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = "·" * (LONGEST // len("·".encode()))
    monkeypatch.setattr("workflows.case.what_time_brings", lambda *_: longest)
    case_id = await driver.file("nanning")
    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    assert set(await summaries(driver, case_id)) == {longest}
