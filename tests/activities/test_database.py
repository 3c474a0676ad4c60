"""What PostgreSQL says in other words than it means, and what a process leaves behind that stands still."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace

import asyncpg
import pytest

from activities import database
from activities.database import AWAY, Pool, open_pool
from stack.postgres import Postgres
from tests.driving import Driver
from tests.filling import nothing_grows
from tests.owning import by_owner


async def test_a_table_that_cannot_grow_takes_nothing_now_and_the_same_later(
    postgres_server: Postgres, database_url: str, driver: Driver
) -> None:
    """A quota or a limit on files is no name that PostgreSQL has for a full disk, and one to us."""
    case_id = str(uuid.uuid4())
    async with await open_pool(database_url, size=1) as one:
        here = replace(driver, pool=one)
        pid = await one.fetchval("select pg_backend_pid()")
        with nothing_grows(postgres_server, pid):
            with pytest.raises(AWAY) as refused:
                await here.file("nanning", case_id=case_id, hand_over=False)
            assert isinstance(refused.value, asyncpg.DiskFullError)
            assert isinstance(refused.value.__cause__, asyncpg.InternalServerError)
            assert await one.fetchval("select count(*) from cases") == 0
        assert await here.file("nanning", case_id=case_id, hand_over=False) == case_id
        assert await one.fetchval("select pg_backend_pid()") == pid, "the connection is as good as before"
    assert (await driver.types(case_id)).count("Filed") == 1


async def test_what_else_postgresql_calls_an_internal_error_is_one(pool: Pool) -> None:
    with pytest.raises(asyncpg.InternalServerError) as defect:
        await pool.execute("do $$ begin raise exception 'a defect' using errcode = 'XX000'; end $$")
    assert not isinstance(defect.value, AWAY)


async def test_what_a_frozen_process_has_locked_is_free_again(
    database_url: str, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise nobody could do anything in a case while a process that has locked it stands still."""
    monkeypatch.setattr(database, "FROZEN_FOR", "200ms")
    await by_owner(pool, "create table locked as select 1 as n; grant select, update on locked to public")
    async with await open_pool(database_url) as frozen, frozen.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("update locked set n = 2")
        async with asyncio.timeout(60):
            assert await pool.fetchval("select n from locked for update") == 1, "what it wrote is undone"
        with pytest.raises(AWAY):
            await connection.execute("update locked set n = 3")
    assert await pool.fetchval("select n from locked") == 1


async def test_each_connection_of_a_service_gives_up_what_it_left_alone(pool: Pool) -> None:
    assert await pool.fetchval("show idle_in_transaction_session_timeout") == "2min"
