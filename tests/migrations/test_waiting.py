"""A migration that needs a lock which somebody holds waits for seconds at a time, and filings go on meanwhile."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from migrations import upgrade
from migrations.waiting import Attempt, LockNotGot, Patience, alone, with_patience
from tests.beside import beside
from tests.migrations.released import later, released

__all__ = ["released"]
SHORT = Patience(for_a_lock=0.5, in_all=300)
NEWEST = "select version_num from alembic_version"
RULES = "insert into pinned_rules (digest, rules) values ('pinned', '{}')"
FILE = """
insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, rules_digest, number,
  engine_number) values ($1, $1, 'nanning', 'request', 'd', 'p', clock_timestamp(), 'pinned', 0, 0)
"""
WAITS = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database())"


def newest() -> str:
    return later("0047")[-1].revision


@asynccontextmanager
async def reading(url: str, table: str) -> AsyncIterator[tuple[int, Any]]:
    """Somebody reads this table and does not end: the process of PostgreSQL, and what ends it."""
    connection = await asyncpg.connect(url, server_settings={"application_name": "a long report"})
    transaction = connection.transaction()
    await transaction.start()
    await connection.fetch(f"select from {table} limit 1")
    try:
        yield connection.get_server_pid(), transaction.rollback
    finally:
        await connection.close()


@pytest.mark.parametrize("table", ["events", "cases"])
async def test_filings_go_on_while_a_migration_waits_for_a_reader(
    released: str, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    connection = await asyncpg.connect(released)
    await connection.execute(RULES)
    longest, filed = 0.0, 0
    with caplog.at_level(logging.WARNING, "kaifang.migrations"):
        async with reading(released, table) as (pid, end), beside(upgrade(released, SHORT)) as migrating:
            async with asyncio.timeout(300):
                while len(refused := [each for each in caplog.messages if "tried again in" in each]) < 2:
                    begun = time.monotonic()
                    await connection.execute(FILE, f"case-{filed}")
                    filed, longest = filed + 1, max(longest, time.monotonic() - begun)
                    await asyncio.sleep(0.01)
            assert not migrating.done()
            await end()
            async with asyncio.timeout(300):
                await migrating
    assert await connection.fetchval(NEWEST) == newest()
    assert await connection.fetchval("select count(*) from cases") == filed
    assert filed > 10
    assert longest < SHORT.for_a_lock + 5, "nobody waits behind a migration for longer than it waits itself"
    named = f"process {pid} of PostgreSQL (kaifang_owner, a long report"
    assert all(named in each and each.count(f" on {table}") == 1 for each in refused)
    await connection.close()


async def test_a_migration_that_gives_up_says_who_holds_the_lock_and_leaves_the_schema(released: str) -> None:
    connection = await asyncpg.connect(released)
    async with reading(released, "events") as (pid, _):
        with pytest.raises(LockNotGot, match=rf"held by process {pid} of PostgreSQL \(kaifang_owner, a long report"):
            await upgrade(released, Patience(for_a_lock=0.5, in_all=0))
    assert await connection.fetchval(NEWEST) == "0030"
    await upgrade(released, SHORT)
    assert await connection.fetchval(NEWEST) == newest()
    await connection.close()


async def test_what_fails_for_another_reason_is_not_tried_again(released: str) -> None:
    tried = []

    async def wrong(attempt: Attempt) -> None:
        tried.append(attempt)
        connection = await asyncpg.connect(released)
        try:
            await connection.execute("select from nothing_of_that_name")
        finally:
            await connection.close()

    with pytest.raises(asyncpg.UndefinedTableError):
        await with_patience(released, SHORT, wrong)
    assert len(tried) == 1


async def test_two_that_migrate_do_so_one_after_the_other(released: str) -> None:
    async with alone(released), beside(upgrade(released, SHORT)) as other:
        await asyncio.sleep(1)
        connection = await asyncpg.connect(released)
        assert await connection.fetchval(NEWEST) == "0030"
        assert not await connection.fetchval(WAITS), "who waits for another migration keeps no index from being built"
        await connection.close()
        assert not other.done()
    # It ended with the block, and was stopped: nothing of it is half done.
    await asyncio.gather(upgrade(released, SHORT), upgrade(released, SHORT))
