"""Every legal period of the access request as a timer: passing decides nothing, and lateness goes by receipt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.database import Pool
from activities.notices.publishing import publish
from models.acts import Actor
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import to_shanghai
from tests.driving import Driver, ShiftedClock
from tests.skipping import A_MOMENT, Skipping
from worker import build_worker

FIRST_STAGES = [
    pytest.param("nanning", "normal", "formal_review", "pass", "2wd", marks=pytest.mark.duty("NN-20.2")),
    pytest.param("nanning", "expedited", "formal_review", "pass", "1wd", marks=pytest.mark.duty("NN-20.2")),
    pytest.param("nanning", "urgent", "formal_review", "pass", "12h", marks=pytest.mark.duty("NN-20.2")),
    pytest.param("guangzhou", "normal", "provider_review", "agree", "20wd", marks=pytest.mark.duty("GZ-16b")),
    pytest.param("lianyungang", "normal", "provider_review", "agree", "10wd", marks=pytest.mark.duty("LYG-19")),
    pytest.param("nanjing", "normal", "provider_review", "agree", "15wd", marks=pytest.mark.duty("NJ-27a")),
]
NANNING_PROVIDER = [
    pytest.param("normal", "5wd", marks=pytest.mark.duty("NN-20.3")),
    pytest.param("expedited", "2wd", marks=pytest.mark.duty("NN-20.3")),
    pytest.param("urgent", "1wd", marks=pytest.mark.duty("NN-20.3")),
]


@pytest.fixture
async def skipping(temporal: Client, pool: Pool, task_queue: str) -> Skipping:
    return Skipping(Driver(pool, temporal, task_queue, clock=ShiftedClock()))


@pytest.fixture(autouse=True)
async def worker(temporal: Client, pool: Pool, task_queue: str, skipping: Skipping) -> AsyncIterator[Worker]:
    """A worker that goes by the same clock as the receipts."""
    async with build_worker(temporal, pool, task_queue, skipping.driver.clock) as running:
        yield running


@pytest.mark.parametrize(("city", "urgency", "stage", "outcome", "period"), FIRST_STAGES)
async def test_a_period_that_passes_is_put_on_record_and_decides_nothing(
    skipping: Skipping, city: str, urgency: str, stage: str, outcome: str, period: str
) -> None:
    driver = skipping.driver
    case_id = await skipping.file(city, choices={"urgency": urgency})
    task = await driver.task(case_id, stage)
    assert task.clock.period == period
    assert task.clock.due_at
    await skipping.skip_to(case_id, task.clock.due_at - A_MOMENT)
    assert "ClockPassed" not in await driver.types(case_id)
    await skipping.skip(case_id, 2 * A_MOMENT)
    await driver.until_event(case_id, "ClockPassed")
    passed = (await driver.events(case_id))[-1]
    assert (passed.type, passed.at) == ("ClockPassed", task.clock.due_at)
    assert (await driver.task(case_id, stage)).is_open
    assert await driver.decide(case_id, stage, outcome) == "accepted"
    assert (await driver.task(case_id, stage)).late


@pytest.mark.parametrize(("city", "urgency", "stage", "outcome", "period"), FIRST_STAGES)
async def test_a_decision_received_before_the_due_instant_is_in_time(
    skipping: Skipping, city: str, urgency: str, stage: str, outcome: str, period: str
) -> None:
    driver = skipping.driver
    case_id = await skipping.file(city, choices={"urgency": urgency})
    due_at = (await driver.task(case_id, stage)).clock.due_at
    assert due_at
    await skipping.skip_to(case_id, due_at - A_MOMENT)
    assert await driver.decide(case_id, stage, outcome) == "accepted"
    await skipping.skip(case_id, 2 * A_MOMENT)
    task = await driver.task(case_id, stage)
    assert (task.late, task.passed) == (False, False)


@pytest.mark.parametrize(("urgency", "period"), NANNING_PROVIDER)
async def test_the_clock_of_the_next_body_starts_when_the_act_that_caused_it_was_received(
    skipping: Skipping, urgency: str, period: str
) -> None:
    driver = skipping.driver
    case_id = await skipping.file("nanning", choices={"urgency": urgency})
    await skipping.skip(case_id, timedelta(hours=3))
    await driver.decide(case_id, "formal_review", "pass")
    decided = next(event for event in await driver.events(case_id) if event.type == "TaskDecided")
    clock = (await driver.task(case_id, "provider_review")).clock
    assert (clock.started_at, clock.period) == (decided.at, period)


@pytest.mark.duty("YL-23")
async def test_where_the_law_gives_no_number_nothing_passes_in_a_year(skipping: Skipping) -> None:
    driver = skipping.driver
    case_id = await skipping.file("yulin")
    await skipping.skip(case_id, timedelta(days=365))
    assert await driver.decide(case_id, "authority_review", "pass") == "accepted"
    assert "ClockPassed" not in await driver.types(case_id)
    assert (await driver.task(case_id, "provider_review")).clock.due_at is None


async def test_a_grant_ends_with_its_last_day(skipping: Skipping) -> None:
    driver = skipping.driver
    request = await skipping.file("lianyungang")
    for stage, outcome in (
        ("provider_review", "agree"),
        ("provider_signature", "sign"),
        ("applicant_signature", "sign"),
    ):
        await driver.decide(request, stage, outcome)
    granted = (await driver.state(request)).granted
    assert granted
    access = granted.access_case_id
    with skipping.standing_still():
        await driver.engine.hand_over(access, driver.patience)
    await skipping.skip_to(access, granted.valid_until - A_MOMENT)
    assert (await driver.state(access)).closed is None
    await skipping.skip(access, 2 * A_MOMENT)
    await driver.until_event(access, "Closed")
    state = await driver.state(access)
    assert (state.closed, state.closed_at) == ("expired", granted.valid_until)
    assert await driver.temporal.get_workflow_handle(access).result() == "expired"


async def test_a_notice_moves_the_timer_of_a_case_that_waits(skipping: Skipping) -> None:
    driver = skipping.driver
    case_id = await skipping.file("nanning")
    before = (await driver.task(case_id, "formal_review")).clock
    assert before.last_day
    assert before.due_at
    notice = Notice(
        scope="CN-GX",
        document="an invented notice",
        published_on=to_shanghai(before.started_at).date(),
        recorded_at=before.started_at,
        days_off=(DaysOff(before.last_day, before.last_day),),
    )
    published = await publish(driver.pool, driver.log, driver.clock, notice, Actor(account="acc_admin"))
    assert published.cases == (case_id,)
    await driver.engine.hand_over(case_id, driver.patience)
    after = (await driver.task(case_id, "formal_review")).clock
    assert after.due_at
    assert after.due_at > before.due_at
    await skipping.skip_to(case_id, before.due_at + A_MOMENT)
    assert "ClockPassed" not in await driver.types(case_id)
    await skipping.skip_to(case_id, after.due_at + A_MOMENT)
    await driver.until_event(case_id, "ClockPassed")
