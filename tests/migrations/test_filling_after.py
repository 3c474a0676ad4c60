"""What rows of before lack is filled in after the migration, which waits for no row, and no act waits for it."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time

import asyncpg
import pytest
from alembic import command

from activities.database import Pool
from migrations import configuration, filling_after, upgrade
from migrations.filling_after import OWED, fill_in_after
from migrations.waiting import USUAL, Attempt, Patience
from models import acts as a
from tests.beside import beside
from tests.driving import Driver
from tests.migrations.released import AS_BEFORE, ENDS, RULES, TASK_AS_BEFORE, UNTIL, prepared, released
from tests.owning import by_owner, owner_url

__all__ = ["released"]
FOUND_ON = "select (now() at time zone 'Asia/Shanghai')::date - 30"
PATIENT = Patience(for_a_lock=30, in_all=300)
TABLES = ("cases", "tasks", "acts", "events")
VERSIONS = "select array_agg((ctid, xmin)::text order by ctid) from {}"
CASES = "select wanted_until::text, for_body from cases order by case_id"
LACKING = "select count(*) from cases where wanted_until is null"
FORGET = "comment on trigger {0.trigger} on {0.table} is null"


async def test_acts_in_old_cases_are_received_while_a_migration_needs_no_second_try(
    driver: Driver, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    """Cases that have an end in their logs and not in their rows; what their receipts judge is written at once too."""
    found_on = await pool.fetchval(FOUND_ON)
    cases = [
        await driver.file(
            "nanning",
            procedure="quality_check",
            given=("statement", "discovered_on"),
            occurred_on=found_on,
            hand_over=False,
        )
        for _ in range(4)
    ]
    owner = await owner_url(pool)
    await asyncio.to_thread(command.downgrade, configuration(owner), "0047")
    await by_owner(pool, "update cases set wanted_until = null")
    # Programs of today write it.
    await prepared(owner)
    under_way, stopped = asyncio.Event(), asyncio.Event()
    lasted: list[float] = []

    async def acting(case_id: str) -> None:
        for kind in itertools.cycle((a.Claim, a.Release)):
            if stopped.is_set():
                return
            begun = time.monotonic()
            assert await driver.on_task(kind, case_id, "check") == "accepted"
            lasted.append(time.monotonic() - begun)
            if len(lasted) > 20:
                under_way.set()

    with caplog.at_level(logging.WARNING, "kaifang.migrations"):
        async with asyncio.timeout(300), asyncio.TaskGroup() as others:
            for case_id in cases:
                others.create_task(acting(case_id))
            await under_way.wait()
            before = len(lasted)
            await upgrade(owner, PATIENT)
            stopped.set()
    assert not [each for each in caplog.messages if "tried again" in each]
    assert len(lasted) > before
    assert max(lasted) < 8, "the services wait for a lock no longer"
    assert await pool.fetchval(LACKING) == 0


async def test_no_migration_changes_rows_of_cases_or_tasks_in_its_transaction(
    released: str,
) -> None:
    connection = await asyncpg.connect(released)
    await connection.execute(RULES)
    for number in range(3):
        await connection.execute(AS_BEFORE, f"case-{number}", ENDS)
        await connection.execute(TASK_AS_BEFORE, f"case-{number}.check", f"case-{number}")
    await prepared(released)

    async def versions() -> dict[str, list[str]]:
        return {table: await connection.fetchval(VERSIONS.format(table)) for table in TABLES}

    before = await versions()
    assert {len(rows) for rows in before.values()} == {3}
    await asyncio.to_thread(command.upgrade, configuration(released), "head")
    assert await versions() == before

    await fill_in_after(released, Attempt(USUAL.for_a_lock))
    now = await versions()
    assert [table for table in TABLES if now[table] != before[table]] == ["cases"], "who changes rows is found"
    await connection.close()


async def test_rows_in_hand_come_last_and_what_broke_off_is_done_by_the_next_run(
    released: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling_after, "AT_A_TIME", 2)
    connection = await asyncpg.connect(released, server_settings={"timezone": "Asia/Shanghai"})
    await connection.execute(RULES)
    for number in range(5):
        await connection.execute(AS_BEFORE, f"case-{number}", ENDS)
    await connection.execute(TASK_AS_BEFORE, "task", "case-0")
    await asyncio.to_thread(command.upgrade, configuration(released), "head")
    await connection.execute("update tasks set case_received_at = null")
    holding = await asyncpg.connect(released)
    held = holding.transaction()
    await held.start()
    await holding.execute("update cases set urgency = 'high' where case_id = 'case-1'")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await fill_in_after(released, Attempt(0.2))
    assert await connection.fetchval(LACKING) == 1, "the others are filled in"
    async with beside(fill_in_after(released, Attempt(USUAL.for_a_lock))) as filling:
        await asyncio.sleep(0.5)
        assert not filling.done()
        await held.commit()
        await filling
    assert [tuple(row) for row in await connection.fetch(CASES)] == [(UNTIL, "nanning.health")] * 5
    assert await connection.fetchval("select urgency from cases where case_id = 'case-1'") == "high"
    assert not await connection.fetchval("select exists (select from tasks where case_received_at is null)")
    await holding.close()
    await connection.close()


async def test_where_all_is_filled_in_nothing_is_read_any_more(released: str) -> None:
    await upgrade(released)
    connection = await asyncpg.connect(released)
    async with connection.transaction():
        await connection.execute("lock table cases, events, acts, tasks in access exclusive mode")
        await fill_in_after(released, Attempt(0.2))
    async with connection.transaction():
        for each in OWED:
            await connection.execute(FORGET.format(each))
    async with connection.transaction():
        await connection.execute("lock table cases in access exclusive mode")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await fill_in_after(released, Attempt(0.2))
    await connection.close()


async def test_what_was_filed_after_a_step_back_is_filled_in_again(released: str) -> None:
    """That all of it is done is no longer so once the trigger was away, and is said no longer either."""
    await upgrade(released)
    connection = await asyncpg.connect(released, server_settings={"timezone": "Asia/Shanghai"})
    await connection.execute(RULES)
    await asyncio.to_thread(command.downgrade, configuration(released), "0047")
    await connection.execute(AS_BEFORE, "meanwhile", ENDS)
    assert await connection.fetchval(LACKING) == 1
    await upgrade(released)
    assert [tuple(row) for row in await connection.fetch(CASES)] == [(UNTIL, "nanning.health")]
    await connection.close()
