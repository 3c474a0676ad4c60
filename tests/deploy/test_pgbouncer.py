"""The services behind a real PgBouncer in transaction mode, where a connection is somebody's for one transaction."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from temporalio.client import Client

from activities.clock import DatabaseClock
from activities.database import open_pool
from activities.engine.sweeping import Sweeper
from activities.settings import Settings
from api.runtime import running
from reading.supervision import questions
from stack.ports import free_port
from stack.postgres import Login, Postgres
from tests.driving import Driver
from tests.stack.running import ROOT, until
from worker import build_worker

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
NEEDED = (1, 21)
"""Before, what a driver prepares in one transaction was gone in the next."""
CONFIGURATION = ROOT / "deploy" / "pgbouncer" / "pgbouncer.ini"
ORDINARY = "nobody"
AT_ONCE = 3
"""Connections that PgBouncer has of each login."""
EVERYWHERE = ("activities", "reading", "api", "pages", "cli", "workflows")
OF_A_SESSION = re.compile(
    r"pg_(?:try_)?advisory_lock|pg_advisory_unlock|\blisten [a-z]|\bnotify [a-z]|create temp|\bset session"
    r"|prepare \w+ as|set_config\([^)]*false\)|with hold\b",
    re.IGNORECASE,
)


def version() -> tuple[int, ...]:
    if PROGRAM is None:
        return ()
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(each) for each in said.split()[1].split("."))


with_pgbouncer = pytest.mark.skipif(
    version() < NEEDED, reason=f"PgBouncer 1.21 is needed, here is {'.'.join(map(str, version())) or 'none'}"
)


@pytest.fixture
def bounced_url(postgres_server: Postgres, database_url: str) -> Iterator[str]:
    """The test's database as the services have it, through PgBouncer."""
    folder, port = Path(tempfile.mkdtemp(prefix="kaifang-pgbouncer-")), free_port()
    text = CONFIGURATION.read_text()
    for place, value in (
        ("kaifang = host=127.0.0.1 port=5432", f"* = host=127.0.0.1 port={postgres_server.port}"),
        ("listen_port = 6432", f"listen_port = {port}"),
        ("/etc/pgbouncer/userlist.txt", f"{folder}/userlist.txt"),
        ("default_pool_size = 20", f"default_pool_size = {AT_ONCE}"),
    ):
        assert text.count(place) == 1, place
        text = text.replace(place, value)
    (folder / "pgbouncer.ini").write_text(text)
    logins = (postgres_server.dsn(login=login) for login in (Login.WRITER, Login.READER, Login.GATE))
    (folder / "userlist.txt").write_text("".join(f'"{it.username}" "{it.password}"\n' for it in map(urlsplit, logins)))
    as_root = os.geteuid() == 0
    if as_root:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, ORDINARY)
    assert PROGRAM
    process = subprocess.Popen(
        [PROGRAM, "--quiet", folder / "pgbouncer.ini"],
        stdin=subprocess.DEVNULL,
        user=ORDINARY if as_root else None,
        extra_groups=[] if as_root else None,
    )

    def is_listening() -> bool:
        assert process.poll() is None, "PgBouncer ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(is_listening)
        yield database_url.replace(f":{postgres_server.port}/", f":{port}/")
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


@with_pgbouncer
async def test_cases_go_their_way_through_pgbouncer(
    bounced_url: str, driver: Driver, temporal: Client, task_queue: str
) -> None:
    """Receipt, the one writer, hand-over, sweeper: more callers at once than there are connections to PostgreSQL."""
    async with (
        await open_pool(bounced_url, size=12) as first,
        await open_pool(bounced_url, size=12) as second,
        build_worker(temporal, second, task_queue),
    ):
        one, other = replace(driver, pool=first), replace(driver, pool=second)
        cases = await asyncio.gather(*(each.file("nanning") for each in (one, other) for _ in range(6)))
        for each in cases[:6]:
            await one.decide(each, "formal_review", "pass", hand_over=False)
        await Sweeper(first, one.engine).sweep()
        connections = await driver.pool.fetchval(
            "select count(*) from pg_stat_activity where datname = current_database() and client_port is not null "
            "and usename = 'kaifang_writer' and pid <> pg_backend_pid()"
        )
        assert len(set(cases)) == 12
        # Those of this test's own pool go to PostgreSQL itself.
        assert connections <= AT_ONCE + driver.pool.get_size()
        assert await first.fetchval("show idle_in_transaction_session_timeout") == "15s", "it is the login's"
        assert await first.fetchval("show timezone") == "Asia/Shanghai"


@with_pgbouncer
async def test_what_is_only_read_is_read_through_pgbouncer(
    bounced_url: str, monkeypatch: pytest.MonkeyPatch, driver: Driver, tmp_path: Path
) -> None:
    await driver.file("nanning", hand_over=False)
    reader = urlsplit(os.environ["KAIFANG_DATABASE_READER_URL"]).netloc.partition("@")[0]
    here = urlsplit(bounced_url)
    settings = Settings(
        home=tmp_path,
        database_url=bounced_url,
        database_reader_url=here._replace(netloc=f"{reader}@{here.netloc.partition('@')[2]}").geturl(),
    )
    async with running(settings, DatabaseClock()) as runtime:
        now = (await runtime.present()).now

        async def count() -> int:
            async with runtime.store() as store:
                return await questions.count_open(store, now)

        assert set(await asyncio.gather(*(count() for _ in range(20)))) == {1}


@with_pgbouncer
async def test_the_gates_own_settings_are_refused_by_pgbouncer(bounced_url: str) -> None:
    """Hence an address of its own: without its plan it would be slow, and without its session not know what it lost."""
    with pytest.raises(asyncpg.ProtocolViolationError, match="unsupported startup parameter"):
        await asyncpg.connect(bounced_url, server_settings={"jit": "off"})


def test_nothing_but_the_gate_leaves_anything_in_a_session() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for room in EVERYWHERE
        for path in (ROOT / room).rglob("*.py")
        for match in OF_A_SESSION.finditer(path.read_text())
        if (ROOT / "activities" / "gate") not in path.parents
    }
    assert not found
