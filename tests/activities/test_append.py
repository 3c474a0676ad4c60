"""The one door from the engine to the log: it writes what the log can take, and says what the log holds instead."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError

from activities.calendar.record import CALENDAR_LOCK, HAVE_ALONE
from activities.record.append import Append
from activities.record.log import lock, lock_and_look
from models import acts as a
from models import events as e
from models.messages import Write
from models.passing import pass_time
from models.procedures import BY_NAME
from tests.driving import AT, Driver
from tests.models.bench import law

SOMEBODY_WAITS = """
select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')
"""


async def append(driver: Driver, case_id: str, after: int, events: Sequence[e.Event], **more: datetime) -> list[str]:
    door = Append(driver.pool, driver.log, driver.clock)
    tail = await door.append(Write(case_id=case_id, after=after, events=tuple(events), **more))
    return [event.type for event in tail.events]


async def passing(driver: Driver, case_id: str) -> tuple[datetime, list[e.Event]]:
    """The due instant of the first review, and what the workflow proposes when it passes."""
    due_at = (await driver.task(case_id, "formal_review")).clock.due_at
    assert due_at
    return due_at, pass_time(law("nanning"), await driver.state(case_id), due_at)


async def test_a_clock_passes_on_record_when_its_instant_has_come(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    due_at, events = await passing(driver, case_id)
    driver.clock.shift = timedelta(days=30)
    assert await append(driver, case_id, 2, events, passing=due_at) == ["ClockPassed"]


async def test_a_clock_does_not_pass_before_its_instant_by_the_clock_of_postgresql(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    due_at, events = await passing(driver, case_id)
    assert await append(driver, case_id, 2, events, passing=due_at) == []
    assert "ClockPassed" not in await driver.types(case_id)


async def test_a_clock_does_not_pass_while_an_act_received_before_waits(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    due_at, events = await passing(driver, case_id)
    await driver.decide(case_id, "formal_review", "pass", hand_over=False)
    driver.clock.shift = timedelta(days=30)
    assert await append(driver, case_id, 2, events, passing=due_at) == []
    assert "ClockPassed" not in await driver.types(case_id)


async def test_no_clock_passes_before_an_act_that_waits_since_another_clock_of_the_write(
    driver: Driver,
) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    due_at, events = await passing(driver, case_id)
    filed_at = (await driver.state(case_id)).received_at
    assert filed_at
    second = events[0].model_copy(update={"number": events[0].number + 1, "at": due_at + timedelta(days=1)})
    driver.clock.shift = due_at - filed_at + timedelta(hours=1)
    await driver.decide(case_id, "formal_review", "pass", hand_over=False)
    driver.clock.shift = timedelta(days=30)
    assert await append(driver, case_id, 2, [*events, second], passing=due_at) == []
    assert "ClockPassed" not in await driver.types(case_id)
    await driver.pool.execute("update acts set state = 'refused' where kind = 'decide'")
    assert await append(driver, case_id, 2, [*events, second], passing=due_at) == ["ClockPassed", "ClockPassed"]


async def test_an_act_received_after_the_due_instant_does_not_keep_the_clock_from_passing(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    due_at, events = await passing(driver, case_id)
    driver.clock.shift = timedelta(days=30)
    await driver.decide(case_id, "formal_review", "pass", hand_over=False)
    assert await append(driver, case_id, 2, events, passing=due_at) == ["ClockPassed"]


async def test_what_orders_a_case_waits_for_a_notice_that_is_being_published(
    driver: Driver,
) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    ordered = e.CaseOrdered(
        number=99, at=AT, by="acc_1", body="nanning.authority", ordered="misuse", ordered_case_id="ordered"
    )
    calendar = (await driver.rules_of(case_id)).calendar
    async with driver.pool.acquire() as publisher, asyncio.TaskGroup() as group, publisher.transaction():
        await publisher.execute(HAVE_ALONE, CALENDAR_LOCK, [calendar])
        # It names a log that is longer than it is, so that nothing is written in the end.
        writing = group.create_task(append(driver, case_id, 98, [ordered]))
        while not await driver.pool.fetchval(SOMEBODY_WAITS):
            assert not writing.done(), "it did not wait"
            await asyncio.sleep(0.01)
    assert writing.result() == []


async def test_a_log_that_holds_more_than_the_workflow_knows_takes_nothing_and_tells_it(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    events = await proposed(driver, case_id, "pass")
    assert await append(driver, case_id, 1, events) == ["TaskOpened"]
    assert await driver.types(case_id) == ["Filed", "TaskOpened"]


async def test_an_act_that_was_refused_meanwhile_adds_nothing_to_the_log(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    events = await proposed(driver, case_id, "pass")
    await driver.pool.execute("update acts set state = 'refused' where kind = 'decide'")
    with pytest.raises(ApplicationError) as told:
        await append(driver, case_id, 2, events)
    assert (told.value.type, told.value.non_retryable) == ("ActSettled", True)
    assert await driver.types(case_id) == ["Filed", "TaskOpened"]
    assert await driver.pool.fetchval("select number from cases") == 2


async def test_who_waits_for_the_row_of_a_case_sees_what_was_written_to_its_log_meanwhile(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    task = await driver.task(case_id, "formal_review")
    said = {"id": "claim", "case_id": case_id, "by": driver.officer_of(task, "1"), "received_at": AT}
    async with driver.pool.acquire() as first, driver.pool.acquire() as second:
        async with asyncio.TaskGroup() as group, first.transaction():
            case = await lock(first, case_id, driver.clock)
            looking = group.create_task(lock_and_look(second, case_id, driver.clock, case.number + 1))
            while not await driver.pool.fetchval(SOMEBODY_WAITS):  # noqa: ASYNC110  PostgreSQL tells nobody
                await asyncio.sleep(0.01)
            await driver.inbox.receive_in(first, case, a.Claim(**said, task_id=task.task_id))
        looked, latest = looking.result()
    assert looked.number == case.number + 1
    assert latest == (await driver.events(case_id))[-1].at


async def proposed(driver: Driver, case_id: str, outcome: str) -> list[e.Event]:
    """What the workflow proposes for a decision that waits in the inbox."""
    await driver.decide(case_id, "formal_review", outcome, hand_over=False)
    state = await driver.state(case_id)
    act = await driver.waiting_act(case_id)
    rules = await driver.rules_of(case_id)
    return BY_NAME[state.procedure].judge(rules, state, act)
