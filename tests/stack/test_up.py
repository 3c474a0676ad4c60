"""`kaifang up` as its user sees it: real servers, small programs in place of ours."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sysconfig
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import psutil
import pytest

from activities.settings import ENGINE_KEYS, HEADS_KEY, Settings
from stack.ports import free_port
from stack.postgres import Postgres
from stack.temporal import TemporalServer
from tests.stack.running import ROOT, RunningStack, until


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account may enter."""
    path = Path(tempfile.mkdtemp(prefix="kaifang-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def run() -> Iterator[Callable[..., RunningStack]]:
    """Starts stacks, and stops what a failing test leaves."""
    started: list[RunningStack] = []

    def run(*arguments: object, **options: object) -> RunningStack:
        started.append(RunningStack(*arguments, **options))  # type: ignore[arg-type]  # passed on as they came
        return started[-1]

    yield run
    for stack in started:
        if stack.process.poll() is None:
            stack.stop()
        if stack.process.stdout is not None:
            stack.process.stdout.close()


@pytest.fixture
async def named_servers(postgres_server: Postgres, temporal_server: TemporalServer) -> AsyncIterator[dict[str, str]]:
    """The variables that name servers which run already."""
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    try:
        await server.execute("create database named_by_the_environment")
        url = postgres_server.dsn("named_by_the_environment")
        yield {"KAIFANG_DATABASE_URL": url, "TEMPORAL_ADDRESS": temporal_server.address}
        await server.execute("drop database named_by_the_environment with (force)")
    finally:
        await server.close()


async def count_starts(home: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the database of the stack that runs there was migrated: what was kept from earlier starts."""
    monkeypatch.setenv("KAIFANG_HOME", str(home))
    connection = await asyncpg.connect(Settings.load().database_url)
    try:
        return int(await connection.fetchval("select count(*) from starts"))
    finally:
        await connection.close()


def gone(process: psutil.Process) -> bool:
    """Whether it has ended. A process without a parent of ours may stay a zombie: that has ended too."""
    with suppress(psutil.NoSuchProcess):
        return process.status() == psutil.STATUS_ZOMBIE
    return True


async def test_a_stopped_stack_leaves_no_process_and_finds_its_data_at_the_next_start(
    folder: Path, run: Callable[..., RunningStack], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder / "var"
    for start, number in enumerate((signal.SIGTERM, signal.SIGINT), start=1):
        stack = run(home)
        assert answers(stack.ready())
        assert await count_starts(home, monkeypatch) == start
        processes = stack.processes()
        assert len(processes) > 4
        assert stack.stop(number) == 0
        assert all(gone(process) for process in processes)
        assert [line for line in stack.lines if line.startswith("ready ")] == stack.lines[-2:-1]


async def test_a_start_ends_what_a_killed_supervisor_left_and_keeps_the_data(
    folder: Path, run: Callable[..., RunningStack], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder / "var"
    killed = run(home)
    killed.ready()
    left = killed.processes()
    killed.stop(signal.SIGKILL)
    stack = run(home)
    stack.ready()
    assert all(gone(process) for process in left)
    assert await count_starts(home, monkeypatch) == 2


async def test_a_start_after_everything_was_killed_copes_with_a_stale_pid_file(
    folder: Path, run: Callable[..., RunningStack], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder / "var"
    killed = run(home)
    killed.ready()
    for process in (psutil.Process(killed.process.pid), *killed.processes()):
        with suppress(psutil.NoSuchProcess):  # some end by themselves when what they serve is gone
            process.kill()
    killed.end()
    pid_file = home / "postgres" / "postmaster.pid"
    _, *rest = pid_file.read_text().splitlines(keepends=True)
    pid_file.write_text("".join([f"{os.getpid()}\n", *rest]))  # the number belongs to another process by now
    run(home).ready()
    assert await count_starts(home, monkeypatch) == 2


def test_two_stacks_run_side_by_side_but_not_with_one_data_folder(
    folder: Path, run: Callable[..., RunningStack]
) -> None:
    first, second = run(folder / "first"), run(folder / "second")
    assert first.ready() != second.ready()
    third = run(folder / "first")
    assert third.end() == 1
    assert third.lines == [
        f"error: a stack already runs with the data folder {folder}/first (process {first.process.pid}); "
        "stop it, or set KAIFANG_HOME to another folder"
    ]


def test_a_port_that_was_asked_for_and_is_taken_ends_the_start_with_one_line(
    folder: Path, run: Callable[..., RunningStack]
) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = str(taken.getsockname()[1])
        stack = run(folder / "var", environment={"KAIFANG_PORT": port})
        assert stack.end() == 1
    assert stack.lines == [
        f"error: KAIFANG_PORT: port {port} cannot be used (Address already in use); choose another, or leave it unset"
    ]


async def test_a_program_or_server_that_crashes_is_started_again(
    folder: Path, run: Callable[..., RunningStack], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder / "var"
    stack = run(home)
    url = stack.ready()
    for name, mark in (
        ("worker", "sigwait"),
        ("API", "HTTPServer"),
        ("PostgreSQL", "bin/postgres"),
        ("Temporal", "dev"),
    ):
        crashed = stack.child(mark)
        crashed.kill()
        assert stack.line(name).startswith(
            f"{name} ended (SIGKILL); starting it again in 0.25 s; its log: {home}/logs/"
        )

        def again(mark: str = mark, crashed: psutil.Process = crashed) -> bool:
            with suppress(StopIteration):
                return stack.child(mark) != crashed
            return False

        until(again)
    until(lambda: answers(url))
    assert stack.stop() == 0


def answers(url: str) -> bool:
    """Whether the API is ready."""
    with suppress(httpx.TransportError):
        return httpx.get(f"{url}/readyz").status_code == httpx.codes.OK
    return False


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("migration", "error: migration failed (exit 1); its log: "),
        ("api", "error: API ended (exit 1) before it was ready; its log: "),
        ("worker", "error: worker ended 5 times within 60 s; its log: "),
    ],
)
def test_what_keeps_failing_ends_the_stack_with_one_line_that_names_the_log(
    name: str, error: str, folder: Path, run: Callable[..., RunningStack], named_servers: dict[str, str]
) -> None:
    stack = run(folder / "var", [name], named_servers)
    assert stack.end() == 1
    log = folder / "var" / "logs" / f"{name}.log"
    assert stack.lines[-1] == f"{error}{log}"
    assert "out of order" in log.read_text()


def test_servers_that_the_environment_names_replace_the_embedded_ones(
    folder: Path, run: Callable[..., RunningStack], named_servers: dict[str, str]
) -> None:
    stack = run(folder / "var", environment=named_servers)
    stack.ready()
    names = {process.name() for process in stack.processes()}
    assert names
    assert all(name.startswith("python") for name in names), names
    assert f":{urlsplit(named_servers['KAIFANG_DATABASE_URL']).password}@" not in "".join(stack.lines)
    assert stack.stop() == 0


def test_a_stack_that_is_stopped_while_it_starts_leaves_no_process(
    folder: Path, run: Callable[..., RunningStack]
) -> None:
    stack = run(folder / "var", environment={"KAIFANG_PORT": str(free_port())})  # or it could say that 8000 is taken
    until((folder / "var" / "postgres").exists)
    processes = stack.processes()
    assert stack.stop() == 0
    assert stack.lines == ["stopped"]
    assert all(gone(process) for process in processes)


def test_secrets_are_readable_by_their_owner_alone(folder: Path, run: Callable[..., RunningStack]) -> None:
    home = folder / "var"
    run(home).ready()
    secrets = ("postgres.password", "stack.env", HEADS_KEY, ENGINE_KEYS)
    assert {stat.S_IMODE((home / name).stat().st_mode) for name in secrets} == {0o600}
    for private in ("logs", "temporal", "postgres"):
        assert stat.S_IMODE((home / private).stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user_runs_the_stack_too(folder: Path, run: Callable[..., RunningStack]) -> None:
    interpreter = ordinary_interpreter(folder)
    nobody = pwd.getpwnam("nobody")
    home = folder / "var"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    stack = run(home, interpreter=interpreter, account=(nobody.pw_uid, nobody.pw_gid))
    stack.ready()
    assert {process.uids().real for process in stack.processes()} == {nobody.pw_uid}
    assert stack.stop() == 0


def ordinary_interpreter(folder: Path) -> Path:
    """An interpreter with our libraries that an ordinary user may run: ours may lie where only root may enter."""
    version = sysconfig.get_python_version()
    system = shutil.which(f"python{version}", path="/usr/bin:/usr/local/bin")
    packages = Path(sysconfig.get_path("purelib"))
    ways = [parent for path in (ROOT, packages) for parent in (path, *path.parents)]
    if system is None or not all(way.stat().st_mode & 0o001 for way in ways):
        pytest.skip("no interpreter and checkout that an ordinary user may enter")
    subprocess.run([system, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    (folder / "venv" / "lib" / f"python{version}" / "site-packages" / "ours.pth").write_text(f"{packages}\n")
    (folder / "venv" / "bin" / "temporal").symlink_to(Path(sysconfig.get_path("scripts")) / "temporal")
    return folder / "venv" / "bin" / "python"
