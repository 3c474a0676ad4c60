"""A migration that needs a lock which somebody holds waits for seconds at a time, and filings go on meanwhile."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from migrations import upgrade
from migrations.waiting import Attempt, LockNotGot, Patience, alone, with_patience
from tests.beside import beside
from tests.migrations.released import AS_BEFORE, ENDS, RULES, later, prepared, released

__all__ = ["released"]
SHORT = Patience(for_a_lock=0.5, in_all=300)
NEWEST = "select version_num from alembic_version"
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


ITS_ROW = "select from cases where case_id = $1 for update"
LAST_ACT = "select max(seq) from acts where case_id = $1"
ACT = """
insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, content, request_digest)
values ($1 || '.' || $2::int, $1, $2, 'note', 'p', clock_timestamp(), 'received', '{}', '{}', '')
"""
KNOWN = "select request_digest from acts join cases using (case_id) where act_id = $1"
CASE = """
insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, rules_digest, number,
  engine_number) values ($1, $1, 'nanning', 'quality_check', 'd', 'p', clock_timestamp(), 'pinned', 1, 1)
"""
FILED = "insert into events (case_id, number, type, at, event) values ($1, 1, 'Filed', clock_timestamp(), $2)"
GIVES_UP = 8
"""Seconds after which a service waits for no lock any longer (`stack/databases.sql`)."""


@dataclass
class GoingOn:
    """Processes of the release before, of which one files and one puts acts into inboxes, until they are stopped."""

    url: str
    filed: int = 0
    acts: int = 0
    longest: float = 0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def file(self) -> None:
        connection = await asyncpg.connect(self.url)
        while not self.stopped.is_set():
            begun = time.monotonic()
            case_id = f"case-{self.filed}"
            async with connection.transaction():
                await connection.fetch(KNOWN, f"{case_id}.1")
                await connection.execute(CASE, case_id)
                await connection.execute(ACT, case_id, 1)
                await connection.execute(FILED, case_id, ENDS)
            await self._done(begun)
            self.filed += 1
        await connection.close()

    async def act(self) -> None:
        connection = await asyncpg.connect(self.url)
        await connection.execute(AS_BEFORE, "acted on", ENDS)
        while not self.stopped.is_set():
            begun = time.monotonic()
            async with connection.transaction():
                await connection.execute(ITS_ROW, "acted on")
                seq = await connection.fetchval(LAST_ACT, "acted on")
                await connection.execute(ACT, "acted on", seq + 1)
            await self._done(begun)
            self.acts += 1
        await connection.close()

    async def _done(self, begun: float) -> None:
        lasted = time.monotonic() - begun
        self.longest = max(self.longest, lasted)
        # However slow the machine is, it is not always in the midst of something.
        await asyncio.sleep(max(0.01, lasted))


def by_whom(pid: int, table: str) -> re.Pattern[str]:
    """A line that says who holds which table, and that it is tried again."""
    return re.compile(
        rf"process {pid} of PostgreSQL \(kaifang_owner, a long report.*\) on {table}\b.*; tried again in "
    )


@pytest.mark.parametrize("table", ["events", "cases"])
async def test_filings_go_on_while_a_migration_waits_for_a_reader(
    released: str, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    """And until it is over: they meet its locks too."""
    connection = await asyncpg.connect(released)
    await connection.execute(RULES)
    others = GoingOn(released)
    with caplog.at_level(logging.WARNING, "kaifang.migrations"):
        async with (
            reading(released, table) as (pid, end),
            beside(others.file()) as filing,
            beside(others.act()) as acting,
            beside(upgrade(released, SHORT)) as migrating,
        ):
            async with asyncio.timeout(300):
                # Others are in its way as well, for moments.
                while len([each for each in caplog.messages if by_whom(pid, table).search(each)]) < 2:
                    assert not filing.done()
                    assert not acting.done()
                    await asyncio.sleep(0.01)
            assert not migrating.done()
            before = (others.filed, others.acts)
            await end()
            async with asyncio.timeout(300):
                await migrating
                others.stopped.set()
                await asyncio.gather(filing, acting)
    assert await connection.fetchval(NEWEST) == newest()
    assert await connection.fetchval("select count(*) from cases where wanted_until is not null") == others.filed + 1
    assert await connection.fetchval("select count(*) from acts") == others.filed + others.acts + 1
    assert min(before) > 10
    assert others.filed > before[0]
    assert others.acts > before[1]
    assert others.longest < GIVES_UP, "nobody waits behind a migration for long"
    await connection.close()


async def test_who_is_in_the_midst_of_a_receipt_is_waited_for_with_nothing_held(
    released: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Or each would wait for the other."""
    await prepared(released)
    filing, looking = await asyncpg.connect(released), await asyncpg.connect(released)
    await filing.execute(RULES)
    begun = filing.transaction()
    await begun.start()
    await filing.execute(CASE, "case")
    with caplog.at_level(logging.WARNING, "kaifang.migrations"):
        async with beside(upgrade(released, Patience(for_a_lock=60, in_all=300))) as migrating:
            async with asyncio.timeout(60):
                while not await looking.fetchval(WAITS):
                    continue
            await filing.execute("set local lock_timeout = '1s'")
            await filing.execute(ACT, "case", 1)
            await filing.execute(FILED, "case", ENDS)
            assert not migrating.done()
            await begun.commit()
            await migrating
    assert not [each for each in caplog.messages if "tried again in" in each]
    await filing.close()
    await looking.close()


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
