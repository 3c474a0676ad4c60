"""A notice while machines break: every case that it moves is moved, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from activities.calendar.record import RecordOfNotices, with_due
from activities.notices.publishing import publish, publish_in
from models import acts as a
from models import events as e
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import to_shanghai
from rules.seed_notices import read_scopes
from tests.breaking.ground import Ground, ground
from tests.driving import Driver

CASES = 40
ADMIN = a.Actor(account="acc_admin")


@pytest.fixture(scope="module")
async def broken_ground() -> AsyncIterator[Ground]:
    async with ground() as it:
        yield it


async def notice_of(driver: Driver, case_id: str, document: str) -> Notice:
    """The last day of that case's first period is made a day off."""
    clock = (await driver.task(case_id, "formal_review")).clock
    assert clock.last_day
    return Notice(
        scope="CN-GX",
        document=document,
        published_on=to_shanghai(clock.started_at).date(),
        recorded_at=clock.started_at,
        days_off=(DaysOff(clock.last_day, clock.last_day),),
    )


async def all_moved(driver: Driver) -> bool:
    """Whether no case is to be moved any more."""
    return not await driver.pool.fetchval("select exists (select from notices_moving where done_at is null)")


async def moves(driver: Driver, case_id: str) -> list[e.ClockMoved]:
    return [event for event in await driver.events(case_id) if isinstance(event, e.ClockMoved)]


async def test_a_worker_killed_while_a_notice_is_worked_off_moves_no_clock_twice(
    broken_ground: Ground,
) -> None:
    driver = broken_ground.driver
    cases = sorted([await driver.file("nanning") for _ in range(CASES)])
    others = [await driver.file("guangzhou") for _ in range(3)]
    notice = await notice_of(driver, cases[0], "an invented notice")
    # As in a power cut, with the clocks of some cases written and not committed.
    broken_ground.die.write_text("3")
    async with driver.pool.acquire() as connection, connection.transaction():
        recorded = await publish_in(connection, driver.log.notices, driver.clock, notice, ADMIN)
    await broken_ground.worker_died()
    moved = [case_id for case_id in cases if await moves(driver, case_id)]
    assert 3 < len(moved) < CASES, "in the middle"
    assert not await all_moved(driver)
    broken_ground.start_worker()
    beside = broken_ground.worker
    assert beside
    broken_ground.start_worker()
    try:
        await broken_ground.until(lambda: all_moved(driver), "every case is moved")
        await broken_ground.settled()
    finally:
        beside.stop()

    for case_id in cases:
        (move,) = await moves(driver, case_id)
        task = await driver.task(case_id, "formal_review")
        assert move.due_before
        assert move.clock.due_at
        assert move.clock.due_at > move.due_before
        assert task.clock == move.clock
        assert task.clock.calendar_version == recorded.position
        assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    for case_id in others:
        assert await moves(driver, case_id) == []


async def test_who_decides_while_a_notice_is_worked_off_is_answered_and_on_record(
    broken_ground: Ground,
) -> None:
    driver = broken_ground.driver
    cases = [await driver.file("nanning") for _ in range(20)]
    notice = await notice_of(driver, cases[0], "another invented notice")
    told, woken = await asyncio.gather(
        asyncio.gather(*(driver.decide(case_id, "formal_review", "pass") for case_id in cases)),
        publish(driver.pool, driver.log, driver.clock, notice, ADMIN),
    )
    await broken_ground.settled()
    assert set(told) == {"accepted"}
    async with driver.pool.acquire() as connection:
        record = await RecordOfNotices(read_scopes()).read(connection)
    assert record.version == woken.position
    for case_id in cases:
        # Whichever came first, the clock that the decision opened ends by the record with the notice in it.
        clock = (await driver.task(case_id, "provider_review")).clock
        assert clock.due_at == with_due(clock.unset(), record).due_at
