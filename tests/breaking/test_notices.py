"""A notice while machines break: every case that it moves is moved, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from activities.calendar.record import RecordOfNotices, with_due
from activities.notices.publishing import Published, publish
from models import acts as a
from models import events as e
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import to_shanghai
from rules.seed_notices import read_scopes
from tests.breaking.ground import Ground, ground
from tests.driving import Driver

CASES = 40
A_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def broken_ground() -> AsyncIterator[Ground]:
    async with ground() as it:
        yield it


async def published(driver: Driver, case_id: str, document: str) -> Published:
    """The last day of that case's first period is made a day off."""
    clock = (await driver.task(case_id, "formal_review")).clock
    assert clock.last_day
    notice = Notice(
        scope="CN-GX",
        document=document,
        published_on=to_shanghai(clock.started_at).date(),
        recorded_at=clock.started_at,
        days_off=(DaysOff(clock.last_day, clock.last_day),),
    )
    return await publish(driver.pool, driver.log, driver.clock, notice, a.Actor(account="acc_admin"))


async def worked_off(driver: Driver) -> int:
    """How many cases have taken the notice."""
    count: int = await driver.pool.fetchval(
        "select count(*) from acts where kind = 'apply_notice' and delivered_at is not null"
    )
    return count


async def moves(driver: Driver, case_id: str) -> list[e.ClockMoved]:
    return [event for event in await driver.events(case_id) if isinstance(event, e.ClockMoved)]


async def test_a_worker_killed_while_a_notice_is_worked_off_moves_no_clock_twice(
    broken_ground: Ground,
) -> None:
    driver = broken_ground.driver
    cases = sorted([await driver.file("nanning") for _ in range(CASES)])
    others = [await driver.file("guangzhou") for _ in range(3)]
    # As in a power cut, after PostgreSQL has committed a move of which the engine has not heard.
    broken_ground.die.write_text("3")
    woken = await published(driver, cases[0], "an invented notice")
    assert woken.cases == tuple(cases)
    await broken_ground.worker_died()
    moved = [case_id for case_id in cases if await moves(driver, case_id)]
    assert 3 < len(moved) < CASES, "in the middle"
    assert await worked_off(driver) < len(moved), "the engine has not heard of all"
    broken_ground.start_worker()
    await broken_ground.settled()

    for case_id in cases:
        (move,) = await moves(driver, case_id)
        task = await driver.task(case_id, "formal_review")
        assert move.due_before
        assert move.clock.due_at
        assert move.clock.due_at > move.due_before
        assert task.clock == move.clock
        assert task.clock.calendar_version == woken.position
        assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    for case_id in others:
        assert await moves(driver, case_id) == []


async def test_who_decides_while_a_notice_is_worked_off_is_answered_and_on_record(
    broken_ground: Ground,
) -> None:
    driver = broken_ground.driver
    cases = [await driver.file("nanning") for _ in range(20)]
    told, woken = await asyncio.gather(
        asyncio.gather(*(driver.decide(case_id, "formal_review", "pass") for case_id in cases)),
        published(driver, cases[0], "another invented notice"),
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
