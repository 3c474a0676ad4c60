"""A drill: base backup, archive, and back to an instant, by the commands that an operator has."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

import asyncpg
import pytest
from temporalio.client import Client
from typer.testing import CliRunner

from activities.database import open_pool
from activities.engine.comparing import held_of
from cli.main import app
from migrations.__main__ import prepare
from rules.deadlines import SHANGHAI
from stack.backups import FORGET, archiving
from stack.ports import LOOPBACK
from stack.postgres import Login, Postgres
from tests.clocks import set_clock
from tests.driving import Driver
from tests.owning import known
from tests.services import in_memory

UNHURRIED = {"fsync": "off", "synchronous_commit": "off", "shared_buffers": "32MB", "min_wal_size": "32MB"}


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that PostgreSQL's account may enter."""
    made = Path(tempfile.mkdtemp(prefix="kaifang-backup-", dir=in_memory()))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def place(server: Postgres, name: str) -> Path:
    """A folder beside the server's data that is the server's account's."""
    made = server.home / name
    made.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(made, *server.account())
    return made


async def kaifang(*arguments: str | Path) -> str:
    """What a command says, that has to succeed."""
    done = await asyncio.to_thread(CliRunner().invoke, app, ["backup", *map(str, arguments)])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@asynccontextmanager
async def filing(server: Postgres) -> AsyncIterator[Driver]:
    """Files cases; nothing of the engine is asked."""
    pool = await open_pool(server.dsn(login=Login.WRITER), size=2)
    try:
        yield Driver(pool, cast(Client, None), "no queue")
    finally:
        await pool.close()


async def superuser(server: Postgres, *statements: str) -> None:
    connection = await asyncpg.connect(server.dsn())
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def test_everything_comes_back_as_it_was_at_an_instant_and_nothing_after_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, bases = home / "the archive", home / "bases"
    server = Postgres(home, settings=UNHURRIED | archiving(archive))
    await asyncio.to_thread(server.start)
    try:
        for name in (archive.name, bases.name):
            place(server, name)
        known(server)
        await set_clock(server.dsn())
        await prepare(server.dsn(login=Login.OWNER), samples=True)
        programs = ("--programs", server.program("psql").parent)
        for variable, value in {
            **{"PGHOST": LOOPBACK, "PGPORT": str(server.port), "PGUSER": Login.SERVER.value},
            "PGPASSWORD": (home / "postgres.password").read_text().strip(),
        }.items():
            monkeypatch.setenv(variable, value)

        async with filing(server) as driver:
            before = await driver.file("nanning", hand_over=False)
            said = await kaifang("base", bases, *programs)
            base = Path(said.splitlines()[0].removesuffix(": whole"))
            assert [base] == list(bases.iterdir())
            between = await driver.file("nanning", hand_over=False)
            instant: datetime = await driver.pool.fetchval("select clock_timestamp()")
            after = await driver.file("nanning", hand_over=False)
        # Its end is archived while it stops.
        await asyncio.to_thread(server.stop)

        if os.geteuid() == 0:
            os.chown(base, *server.account())
        shutil.rmtree(server.data)
        until = instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S.%f")
        told = await kaifang("restore", base, server.data, "--archive", archive, "--until", until, *programs)
        assert all(statement in told for statement in FORGET)
        await asyncio.to_thread(server.start)
        await superuser(server, *FORGET)

        async with filing(server) as driver:
            kept = await driver.pool.fetch("select case_id from cases")
            assert {row["case_id"] for row in kept} == {before, between}
            async with driver.pool.acquire() as connection:
                held = await held_of(connection, [before, between])
            assert {len(each.log) for each in held.values()} == {2}
            assert await driver.file("nanning", hand_over=False) not in (before, between, after)
        assert [path.name for path in bases.iterdir()] == [base.name]
        assert await kaifang("prune", bases, "--archive", archive, "--keep", "1", *programs) == ""
    finally:
        await asyncio.to_thread(server.stop)


async def test_data_that_lies_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").touch()
    arguments = ["restore", str(tmp_path / "base"), str(tmp_path / "data"), "--archive", str(tmp_path)]
    done = await asyncio.to_thread(CliRunner().invoke, app, ["backup", *arguments])
    assert (done.exit_code, done.stderr) == (1, f"error: {tmp_path / 'data'} is not empty: what is there is kept\n")


async def test_a_backup_that_was_changed_is_not_restored(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    programs = str(Postgres(tmp_path).program("psql").parent)
    arguments = ["restore", str(tmp_path / "base"), str(tmp_path / "data"), "--archive", str(tmp_path)]
    done = await asyncio.to_thread(CliRunner().invoke, app, ["backup", *arguments, "--programs", programs])
    assert done.exit_code == 1
    assert done.stderr.startswith("error: pg_verifybackup failed (exit 1)")
    assert not (tmp_path / "data").exists()


async def test_the_settings_of_the_archive_are_lines_of_its_configuration(tmp_path: Path) -> None:
    said = await kaifang("settings", tmp_path / "it's")
    assert said.splitlines()[0] == "archive_mode = 'on'"
    assert "''" in said.splitlines()[1]
