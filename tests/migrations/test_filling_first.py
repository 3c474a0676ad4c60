"""Tasks learn when their case was received while everybody writes, and at the end of the migrations at the latest."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest
from alembic import command

from migrations import configuration, upgrade
from migrations.beforehand import build_beforehand
from migrations.filling_first import INDEX, fill_in_first
from migrations.waiting import USUAL, Attempt
from stack.postgres import Login, Postgres
from tests.beside import beside

RECEIVED_AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
RULES = "insert into pinned_rules (digest, rules) values ('none', '{}')"
CASES = """
insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, rules_digest, number,
  engine_number)
select 'case-' || n, 'C-' || n, 'nanning', 'access_request', '', 'acc', $1::timestamptz + n * interval '1 hour',
  'none', 0, 0
from generate_series(1, 40) n
"""
TASKS = """
insert into tasks (task_id, case_id, city, procedure, party, step, stage, round, body, state, late, opened_at, at_once,
  provisional, urgings, clock)
select case_id || '.' || n, case_id, city, procedure, party, 'review', 'review', n, 'nanning.operator', 'open', false,
  received_at, false, false, 0, '{}'
from cases cross join generate_series($1::int, $2::int) n
"""
"""As a program of the release before writes them."""
FILLED_IN = "select count(*) from tasks where case_received_at is not null"
WRONG = """
select count(*) from tasks join cases using (case_id)
where tasks.case_received_at is distinct from cases.received_at
"""
IS_VALID = "select indisvalid from pg_index where indexrelid = to_regclass('public.' || $1)"


@pytest.fixture
async def before(postgres_server: Postgres) -> AsyncIterator[str]:
    """The URL of a database of the migration before, with forty cases of three tasks each."""
    name = f"before_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    await server.execute(f"create database {name} owner {Login.OWNER}")
    url = postgres_server.dsn(name, Login.OWNER)
    await asyncio.to_thread(command.upgrade, configuration(url), "0050")
    connection = await asyncpg.connect(url)
    await connection.execute(RULES)
    await connection.execute(CASES, RECEIVED_AT)
    await connection.execute(TASKS, 1, 3)
    await connection.close()
    yield url
    await server.execute(f"drop database {name} with (force)")
    await server.close()


async def filled_and_built(url: str) -> None:
    """What comes before the migration."""
    await fill_in_first(url, Attempt(USUAL.for_a_lock))
    await build_beforehand(url, Attempt(USUAL.for_a_lock))


async def test_tasks_are_filled_in_while_others_write_and_hold_some(before: str) -> None:
    holding, writing = await asyncpg.connect(before), await asyncpg.connect(before)
    # The column comes in a moment in which nobody holds the table.
    await filled_and_built(before)
    assert await writing.fetchval(FILLED_IN) == 120
    await writing.execute("update tasks set case_received_at = null")
    await writing.execute(f"drop index {INDEX}")
    held = holding.transaction()
    await held.start()
    await holding.execute("update tasks set urgings = 2 where case_id = 'case-7'")
    async with beside(filled_and_built(before)) as filling:
        async with asyncio.timeout(60):
            while await writing.fetchval(FILLED_IN) < 117:
                continue
        await writing.execute("set lock_timeout = '2s'")
        await writing.execute(TASKS, 4, 4)
        assert not filling.done(), "the index waits for who holds some"
        await held.commit()
        await filling
    assert await writing.fetchval(FILLED_IN) == 157, "those that somebody held come after the migration"
    await upgrade(before)
    assert await writing.fetchval(WRONG) == 0
    await holding.close()
    await writing.close()


async def test_the_migration_alone_does_all_of_it(before: str) -> None:
    await asyncio.to_thread(command.upgrade, configuration(before), "0051")
    connection = await asyncpg.connect(before)
    await connection.execute(TASKS, 4, 4)
    assert await connection.fetchval(WRONG) == 0
    assert await connection.fetchval(IS_VALID, INDEX)
    await connection.close()


async def test_what_was_begun_and_not_ended_is_done_by_the_next_one(before: str, postgres_server: Postgres) -> None:
    await filled_and_built(before)
    connection = await asyncpg.connect(before)
    server = await asyncpg.connect(postgres_server.dsn(before.rpartition("/")[2].partition("?")[0]))
    await server.execute("update pg_index set indisvalid = false where indexrelid = to_regclass($1)", INDEX)
    assert not await connection.fetchval(IS_VALID, INDEX)
    await filled_and_built(before)
    assert await connection.fetchval(IS_VALID, INDEX)
    await upgrade(before)
    assert await connection.fetchval(WRONG) == 0
    await server.close()
    await connection.close()
