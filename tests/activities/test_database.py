"""What PostgreSQL says in other words than it means, and what a process leaves behind that stands still."""

from __future__ import annotations

import asyncio
import signal
import sys
import uuid
from dataclasses import replace

import asyncpg
import pytest

from activities.calendar.record import CALENDAR_LOCK
from activities.database import AWAY, Pool, open_pool
from activities.proof.verifying import one_look
from migrations.privileges import FREED, FROZEN_FOR
from stack.postgres import Login, Postgres
from tests.driving import Driver
from tests.filling import nothing_grows
from tests.owning import by_owner, by_server, url_as


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


async def gives_up_after(pool: Pool, limit: str) -> None:
    """The writer's login in this database has another limit than elsewhere, as an operator may set it."""
    name = await pool.fetchval("select current_database()")
    await by_server(
        pool, f"alter role kaifang_writer in database {name} set idle_in_transaction_session_timeout = '{limit}'"
    )


async def test_what_a_frozen_process_has_locked_is_free_again(database_url: str, pool: Pool) -> None:
    """Otherwise nobody could do anything in a case while a process that has locked it stands still."""
    await gives_up_after(pool, "200ms")
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


HOLDS_THE_CALENDAR = f"""
import asyncio, sys
import asyncpg

async def hold():
    connection = await asyncpg.connect(sys.argv[1])
    await connection.execute("begin; select pg_advisory_xact_lock({CALENDAR_LOCK}, hashtext('CN-GX'))")
    print("held", flush=True)
    await asyncio.sleep(3600)

asyncio.run(hold())
"""


async def test_a_frozen_holder_of_the_calendar_stops_filings_for_seconds(
    database_url: str, driver: Driver, pool: Pool
) -> None:
    """The process is stopped and not killed, so that its connection stays as good as ever."""
    await gives_up_after(pool, "1s")
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDS_THE_CALENDAR, database_url, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert holder.stdout
        assert await holder.stdout.readline() == b"held\n"
        holder.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(30):
            while True:
                try:
                    case_id = await driver.file("nanning", hand_over=False)
                    break
                except AWAY:  # which a caller hears as 503 with Retry-After
                    continue
        assert await driver.types(case_id)
    finally:
        holder.kill()
        await holder.wait()


@pytest.mark.parametrize("login", [Login.WRITER, Login.GATE, Login.READER])
async def test_whoever_stands_still_is_given_up_by_the_login_within_seconds(database_url: str, login: Login) -> None:
    connection = await asyncpg.connect(url_as(database_url, login))
    try:
        limits = {
            name: await connection.fetchval(f"show {name}")
            for name in (
                "idle_in_transaction_session_timeout",
                "lock_timeout",
                "statement_timeout",
                "transaction_timeout",
            )
        }
    finally:
        await connection.close()
    assert limits == {
        "idle_in_transaction_session_timeout": "15s",
        "lock_timeout": "8s",
        "statement_timeout": "75s",
        "transaction_timeout": "10min",
    }


async def test_the_one_login_that_does_everything_gives_up_too(postgres_server: Postgres, pool: Pool) -> None:
    """In an installation that has not made the others; what an operator has set stays."""
    name = await pool.fetchval("select current_database()")
    owner = await asyncpg.connect(postgres_server.dsn(name, Login.OWNER))
    try:
        for _ in range(2):
            for (statement,) in await owner.fetch(FREED.text.replace("cast(:after as text)", f"'{FROZEN_FOR}'")):
                await owner.execute(statement)
        found = "select setconfig from pg_db_role_setting join pg_database on oid = setdatabase where datname = $1"
        assert await owner.fetchval(found, name) == [f"idle_in_transaction_session_timeout={FROZEN_FOR}"]
    finally:
        await owner.close()


async def test_the_server_finds_out_within_half_a_minute_that_a_machine_is_gone(pool: Pool) -> None:
    rows = await pool.fetch("select name, setting::int from pg_settings where name ~ '^tcp_' or name ~ '^client_conn'")
    assert {row["name"]: row["setting"] for row in rows} == {
        "client_connection_check_interval": 5000,
        "tcp_keepalives_count": 3,
        "tcp_keepalives_idle": 10,
        "tcp_keepalives_interval": 5,
        "tcp_user_timeout": 25000,
    }


async def test_a_look_at_everything_may_take_its_time(pool: Pool) -> None:
    async with one_look(pool) as connection:
        assert await connection.fetchval("show statement_timeout") == "0"
        assert await connection.fetchval("show transaction_timeout") == "0"
        assert await connection.fetchval("show idle_in_transaction_session_timeout") == "15s"
