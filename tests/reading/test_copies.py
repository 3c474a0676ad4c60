"""Tables and figures are read from a copy of the database, as long as it is near."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import text

from activities.clock import DatabaseClock
from activities.copies import Copy
from activities.database import Pool
from activities.settings import Settings
from api.runtime import Runtime, running
from reading.figures.pinning import EndsStillMove, counted
from reading.figures.settled import LONGEST
from reading.supervision import questions
from stack.ports import free_port
from stack.postgres import Postgres
from tests.activities.test_moving import moving, notice_of_the_week, recorded
from tests.driving import Driver


@pytest.fixture(scope="module")
def standby(postgres_server: Postgres, services_home: Path) -> Iterator[Postgres]:
    """A streaming standby of the test's server, with the same logins."""
    home = Path(mkdtemp(prefix="copy-", dir=services_home))
    home.chmod(0o711)
    uid, gid = postgres_server.account()
    for name in ("postgres.password", "postgres.logins.json"):
        (home / name).write_bytes((postgres_server.home / name).read_bytes())
    os.chown(home, uid, gid)
    copy = Standby(home, port=free_port(), settings={**postgres_server.settings, "hot_standby": "on"})
    here = urlsplit(postgres_server.dsn("postgres"))
    postgres_server.run(
        "pg_basebackup",
        *("--dbname", here.geturl(), "--pgdata", home / "postgres", "--write-recovery-conf", "--checkpoint", "fast"),
        *("--wal-method", "stream", "--no-sync"),
    )
    copy.start()
    yield copy
    copy.stop()


class Standby(Postgres):
    """Its logins are those that it follows: none is made."""

    def _make_logins(self) -> None:
        pass


@pytest.fixture
def settings(standby: Postgres, postgres_server: Postgres, database_url: str, tmp_path: Path) -> Settings:
    reader = os.environ["KAIFANG_DATABASE_READER_URL"]
    return Settings(
        home=tmp_path,
        database_url=database_url,
        database_reader_url=reader,
        reading_url=reader.replace(f":{postgres_server.port}/", f":{standby.port}/"),
        reading_lag=2,
    )


@pytest.fixture
async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
    async with running(settings, DatabaseClock()) as opened:
        yield opened


async def is_a_copy(runtime: Runtime, *, behind: bool = True) -> bool:
    opened = runtime.store_a_little_behind() if behind else runtime.store()
    async with opened as store:
        connection = await store.session.connection()
        return bool(await connection.scalar(text("select pg_is_in_recovery()")))


async def until_it_is(runtime: Runtime, near: bool) -> None:
    assert runtime.copy
    async with asyncio.timeout(60):
        while runtime.copy.is_near is not near:  # noqa: ASYNC110  another task looks
            await asyncio.sleep(0)


async def test_what_is_long_is_read_from_a_copy_that_is_near_and_all_else_never(
    runtime: Runtime, driver: Driver, standby: Postgres
) -> None:
    await until_it_is(runtime, near=True)
    assert await is_a_copy(runtime)
    assert not await is_a_copy(runtime, behind=False)


async def test_a_copy_that_falls_behind_is_not_read_until_it_is_near_again(
    runtime: Runtime, driver: Driver, standby: Postgres
) -> None:
    await until_it_is(runtime, near=True)
    there = await asyncpg.connect(standby.dsn("postgres"))
    try:
        await there.execute("select pg_wal_replay_pause()")
        await driver.file("nanning", hand_over=False)
        await until_it_is(runtime, near=False)
        assert not await is_a_copy(runtime)
        async with runtime.store_a_little_behind() as store:
            assert await questions.count_open(store, (await runtime.present()).now) == 1
    finally:
        await there.execute("select pg_wal_replay_resume()")
        await there.close()
    await until_it_is(runtime, near=True)
    assert await is_a_copy(runtime)


async def test_figures_from_a_copy_that_has_not_heard_of_a_notice_are_not_pinned(
    settings: Settings, driver: Driver, standby: Postgres
) -> None:
    await driver.file("nanning", hand_over=False)
    lasting = settings.model_copy(update={"reading_lag": 600})
    async with running(lasting, DatabaseClock()) as runtime, runtime.store() as store:
        await until_it_is(runtime, near=True)
        there = await asyncpg.connect(standby.dsn("postgres"))
        try:
            await there.execute("select pg_wal_replay_pause()")
            await recorded(driver, await notice_of_the_week(driver))
            await moving(driver).work_off()
            assert await is_a_copy(runtime)
            with pytest.raises(EndsStillMove):
                await counted(store, "nanning", 2024, None)
            soon = (await runtime.now()) + LONGEST / 2
            assert (await counted(store, "nanning", 2024, soon)).moves_pending
        finally:
            await there.execute("select pg_wal_replay_resume()")
            await there.close()
        async with asyncio.timeout(60):
            while (await counted(store, "nanning", 2024, soon)).moves_pending:  # noqa: ASYNC110  the copy follows
                await asyncio.sleep(0.05)
        assert await is_a_copy(runtime)


async def test_a_copy_that_is_away_or_follows_nobody_is_not_near(pool: Pool, database_url: str) -> None:
    for address in ("postgresql://somebody@127.0.0.1:1/kaifang", database_url):
        copy = Copy(address, pool, 60)
        await copy.look()
        assert not copy.is_near
        copy.give_up()
