"""The servers on which things are measured: as `make up` starts them, in a folder of their own, gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import httpx
from temporalio.client import Client

from activities.engine.keys import KeyRing, is_there_from_now_on, kept_in
from activities.engine.payloads import converter
from activities.settings import ENGINE_KEYS
from migrations.__main__ import prepare
from stack.ports import free_port, listen
from stack.postgres import Login, Postgres
from stack.programs import Api, Pages, PythonProgram
from stack.temporal import NAMESPACE, TemporalServer

OF_ANOTHER_STACK = ("TEMPORAL_", "KAIFANG_ENGINE_KEY")
"""With what a variable begins that leads to another engine, or to the keys of one."""


class Servers:
    """PostgreSQL and Temporal, and the programs that were started beside them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres = Postgres(home)
        self.temporal = TemporalServer(home)
        self._programs: list[PythonProgram] = []

    def environment(self) -> dict[str, str]:
        """By which our programs find these servers."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(OF_ANOTHER_STACK)},
            "KAIFANG_HOME": str(self.home),
            **self.postgres.variables(),
            "KAIFANG_RATES_TIMES": "100000",  # what is measured calls more often than anybody may, and is counted too
            "TEMPORAL_ADDRESS": self.temporal.address,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "TEMPORAL_CONFIG_FILE": os.devnull,
        }

    async def client(self) -> Client:
        return await Client.connect(
            self.temporal.address,
            namespace=NAMESPACE,
            data_converter=converter(KeyRing(lambda: kept_in(self.home / ENGINE_KEYS))),
        )

    def run(self, name: str, arguments: Sequence[str]) -> PythonProgram:
        """A program of ours, until the servers stop."""
        log = self.home / "logs" / f"{name}.log"
        program = PythonProgram(name, arguments, log, self.environment())
        self.keep(program)
        program.start()
        return program

    def keep(self, program: PythonProgram) -> None:
        """Sees to it that the program is stopped before the servers."""
        self._programs.append(program)

    def stop(self) -> None:
        for service in (*self._programs, self.temporal, self.postgres):
            service.stop()


@contextmanager
def scratch_home() -> Iterator[Path]:
    """A data folder on the disk on which the real one would lie."""
    beside = Path(os.environ.get("KAIFANG_HOME") or "var")
    beside.mkdir(mode=0o711, parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="bench-", dir=beside)).resolve()
    home.chmod(0o711)
    try:
        yield home
    finally:
        # As root PostgreSQL's data may lie elsewhere, behind a link.
        shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(home)


@asynccontextmanager
async def servers() -> AsyncIterator[Servers]:
    """Both servers with an up-to-date database and the samples; every commit is on the disk before it counts."""
    with scratch_home() as home:
        running = Servers(home)
        try:
            running.postgres.start()
            running.temporal.start()
            is_there_from_now_on(home / ENGINE_KEYS)
            await prepare(running.postgres.dsn(login=Login.OWNER), samples=True)
            yield running
        finally:
            running.stop()


@contextmanager
def beginning(
    running: Servers, program: type[Api] | type[Pages], arguments: Sequence[str] | None = None
) -> Iterator[Api | Pages]:
    """The API or the pages on a port of their own, until the end of the block; another application, where named."""
    with closing(listen(free_port())) as listener:
        port = str(listener.getsockname()[1])
        log = running.home / "logs" / f"{program.__name__}.log"
        environment = {**running.environment(), "KAIFANG_LOGIN": "demo", "KAIFANG_PAGES_PORT": port}
        found = program(listener, log, environment, *([arguments] if arguments else []))
        try:
            found.start()
            yield found
        finally:
            found.stop()


@contextmanager
def logged_in(url: str, login: str) -> Iterator[httpx.Client]:
    """A browser, as far as a server sees one, in which somebody has logged in by a click."""
    with httpx.Client(base_url=url, headers={"Accept-Language": "zh-CN"}, trust_env=False, timeout=30) as http:
        answer = http.post("/login", data={"account": login, "back": "/"}, headers={"Origin": url})
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise RuntimeError(f"{login} was not logged in: {answer.status_code}")
        yield http
