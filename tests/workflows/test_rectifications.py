"""Rectifications in the engine: the limit that an order sets is a timer, and that it is over decides nothing."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.database import Pool
from activities.engine.reconciling import reconcile
from activities.notices.publishing import publish
from models import acts as a
from models.act_contents import TimeLimit
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import midnight, to_shanghai
from tests.driving import Driver, ShiftedClock
from tests.rectifying import breach, ordered
from tests.skipping import A_MOMENT, Skipping
from worker import build_worker

CITIES = [
    pytest.param("nanning", "remedied", marks=pytest.mark.duty("NN-35")),
    pytest.param("yulin", "remedied", marks=pytest.mark.duty("YL-35")),
    pytest.param("guangzhou", "remedied", marks=pytest.mark.duty("GZ-34")),
    pytest.param("lianyungang", "reported", marks=pytest.mark.duty("LYG-39")),
    pytest.param("nanjing", "remedied", marks=pytest.mark.duty("NJ-39")),
]
"""City to how a rectification ends there that was done late and accepted."""


@pytest.fixture
async def skipping(temporal: Client, pool: Pool, task_queue: str) -> Skipping:
    return Skipping(Driver(pool, temporal, task_queue, clock=ShiftedClock()))


@pytest.fixture(autouse=True)
async def worker(temporal: Client, pool: Pool, task_queue: str, skipping: Skipping) -> AsyncIterator[Worker]:
    """A worker that goes by the same clock as the receipts."""
    async with build_worker(temporal, pool, task_queue, skipping.driver.clock) as running:
        yield running


async def ordered_while_time_stands_still(skipping: Skipping, city: str, limit: TimeLimit | None = None) -> str:
    with skipping.standing_still():
        return await ordered(skipping.driver, city, *([limit] if limit else []))


@pytest.mark.parametrize(("city", "ends_as"), CITIES)
async def test_the_limit_of_an_order_passes_on_record_and_decides_nothing(
    skipping: Skipping, city: str, ends_as: str
) -> None:
    driver = skipping.driver
    case_id = await ordered_while_time_stands_still(skipping, city)
    due_at = (await driver.task(case_id, "remedy")).clock.due_at
    assert due_at
    await skipping.skip_to(case_id, due_at - A_MOMENT)
    assert "ClockPassed" not in await driver.types(case_id)
    await skipping.skip(case_id, 2 * A_MOMENT)
    await driver.until_event(case_id, "ClockPassed")
    (passed,) = [event for event in await driver.events(case_id) if event.type == "ClockPassed"]
    assert passed.at == due_at
    state = await driver.state(case_id)
    owed = {"government_report"} if ends_as == "reported" else set()
    assert (state.closed, {task.stage for task in state.open_tasks()}) == (None, {"remedy", "oversight"} | owed)

    assert await driver.decide(case_id, "remedy", "report") == "accepted"
    assert (await driver.task(case_id, "remedy")).late
    if ends_as == "reported":
        assert await driver.decide(case_id, "acceptance", "accept") == "TimeLimitMissed"
        assert await driver.decide(case_id, "acceptance", "accept_late") == "accepted"
        assert await driver.decide(case_id, "government_report", "report") == "accepted"
    else:
        assert await driver.decide(case_id, "acceptance", "accept") == "accepted"
    assert (await driver.state(case_id)).closed == ends_as
    ended: str = await driver.temporal.get_workflow_handle(case_id).result(rpc_timeout=timedelta(seconds=20))
    assert ended == ends_as


async def test_a_fresh_limit_moves_the_timer_and_the_old_one_passes_unheard(skipping: Skipping) -> None:
    driver = skipping.driver
    case_id = await ordered_while_time_stands_still(skipping, "nanjing")
    first = (await driver.task(case_id, "remedy")).clock.due_at
    assert first
    assert await driver.decide(case_id, "oversight", "extend", limit=TimeLimit(period="15wd")) == "accepted"
    second = (await driver.task(case_id, "remedy")).clock.due_at
    assert second
    assert first < second
    await skipping.skip_to(case_id, first + A_MOMENT)
    assert await driver.decide(case_id, "oversight", "not_remedied") == "TimeLimitRunning"
    assert "ClockPassed" not in await driver.types(case_id)
    await skipping.skip_to(case_id, second + A_MOMENT)
    await driver.until_event(case_id, "ClockPassed")
    assert await driver.decide(case_id, "oversight", "not_remedied") == "accepted"


async def test_a_last_day_that_was_named_stands_whatever_a_notice_makes_of_it(skipping: Skipping) -> None:
    driver = skipping.driver
    received = driver.clock.at(await driver.pool.fetchval("select clock_timestamp()"))
    last_day = to_shanghai(received).date() + timedelta(days=20)
    case_id = await ordered_while_time_stands_still(skipping, "nanning", TimeLimit(last_day=last_day))
    notice = Notice(
        scope="CN-GX",
        document="a day off",
        published_on=to_shanghai(received).date(),
        recorded_at=received,
        days_off=(DaysOff(last_day, last_day),),
    )
    published = await publish(driver.pool, driver.log, driver.clock, notice, a.Actor(account="acc_admin"))
    assert published.cases == ()
    clock = (await driver.task(case_id, "remedy")).clock
    assert (clock.last_day, clock.due_at) == (last_day, midnight(last_day + timedelta(days=1)))
    await skipping.skip_to(case_id, midnight(last_day + timedelta(days=1)) + A_MOMENT)
    await driver.until_event(case_id, "ClockPassed")


async def test_log_read_model_and_engine_agree_on_a_rectification(skipping: Skipping) -> None:
    driver = skipping.driver
    with skipping.standing_still():
        case_id = await breach(driver, "lianyungang")
    assert await driver.decide(case_id, "order", "decline") == "accepted"
    await driver.temporal.get_workflow_handle(case_id).result(rpc_timeout=timedelta(seconds=20))
    assert [each.what async for each in reconcile(driver.pool, driver.temporal)] == []


@pytest.mark.duty("LYG-39")
async def test_when_the_limit_is_over_the_report_to_the_government_opens_by_itself(
    skipping: Skipping,
) -> None:
    driver = skipping.driver
    case_id = await ordered_while_time_stands_still(skipping, "lianyungang")
    due_at = (await driver.task(case_id, "remedy")).clock.due_at
    assert due_at
    await skipping.skip_to(case_id, due_at - A_MOMENT)
    assert "government_report" not in {task.stage for task in (await driver.state(case_id)).tasks.values()}
    await skipping.skip(case_id, 2 * A_MOMENT)
    await driver.until_event(case_id, "ClockPassed")
    task = await driver.task(case_id, "government_report")
    assert (task.body, task.opened_at, task.clock.promptly) == ("lianyungang.authority", due_at, True)
    assert await driver.decide(case_id, "oversight", "rescind") == "TimeLimitOver"
    assert await driver.decide(case_id, "oversight", "extend", limit=TimeLimit(period="5wd")) == "TimeLimitOver"
    assert [each.what async for each in reconcile(driver.pool, driver.temporal)] == []
    fresh = await driver.decide(case_id, "government_report", "report_and_renew", limit=TimeLimit(period="5wd"))
    assert (fresh, (await driver.task(case_id, "remedy")).round) == ("accepted", 2)
    assert [each.what async for each in reconcile(driver.pool, driver.temporal)] == [], "the next one is foreseen"


@pytest.mark.duty("LYG-39")
@pytest.mark.parametrize(("by", "answer"), [(-A_MOMENT, "accepted"), (timedelta(0), "TimeLimitOver")])
async def test_whether_an_order_can_be_rescinded_is_judged_by_the_receipt(
    skipping: Skipping, by: timedelta, answer: str
) -> None:
    driver = skipping.driver
    case_id = await ordered_while_time_stands_still(skipping, "lianyungang")
    due_at = (await driver.task(case_id, "remedy")).clock.due_at
    assert due_at
    now = driver.clock.at(await driver.pool.fetchval("select clock_timestamp()"))
    driver.clock.shift += due_at + by - now
    act_id = str(uuid.uuid4())
    await driver.decide(case_id, "oversight", "rescind", act_id=act_id, hand_over=False)
    driver.clock.shift += timedelta(days=1)
    await driver.engine.hand_over(case_id, driver.patience)
    settled = await driver.pool.fetchrow("select state, problem ->> 'code' as code from acts where act_id = $1", act_id)
    assert settled
    assert (settled["code"] or settled["state"]) == answer
    assert (await driver.state(case_id)).closed == ("rescinded" if answer == "accepted" else None)
