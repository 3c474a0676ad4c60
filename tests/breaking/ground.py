"""The ground on which things are broken: servers of its own, with their data on the disk, and a worker to kill."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from temporalio.client import Client

from activities.database import AWAY, open_pool
from migrations.__main__ import prepare
from stack.ports import free_port
from stack.postgres import Login, Postgres
from stack.programs import PythonProgram
from stack.temporal import NAMESPACE, TemporalServer
from tests.breaking.diagnosis import of_worker, what_waits
from tests.driving import Driver
from tests.owning import known
from tests.sealed_engine import CONVERTER

TASK_QUEUE = "kaifang"
DYING_WORKER = ("-m", "tests.breaking.dying_worker")
NEVER_SO_LONG = 200.0
"""Seconds: nothing that is waited for takes so long, on a slow machine either."""


class Ground:
    """PostgreSQL, Temporal and a worker process, each of which a test may kill and start again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres = Postgres(home)
        self.temporal = TemporalServer(home)
        self.die = home / "DIE"
        self.worker: PythonProgram | None = None
        self.api: PythonProgram | None = None
        self.pages: PythonProgram | None = None
        self.port = 0
        self.driver: Driver

    async def start(self) -> None:
        self.postgres.start()
        self.temporal.start()
        await prepare(known(self.postgres).dsn(login=Login.OWNER), samples=True)
        self.driver = await self.connected()
        self.start_worker()

    async def connected(self) -> Driver:
        """A driver on a new connection to the engine."""
        pool = await open_pool(self.postgres.dsn(login=Login.WRITER))
        return Driver(pool, await self.client(), TASK_QUEUE)

    async def client(self) -> Client:
        return await Client.connect(self.temporal.address, namespace=NAMESPACE, data_converter=CONVERTER)

    def environment(self) -> dict[str, str]:
        """How our programs find these servers."""
        return {
            **os.environ,
            "KAIFANG_HOME": str(self.home),
            **self.postgres.variables(),
            "TEMPORAL_ADDRESS": self.temporal.address,
            "TEMPORAL_NAMESPACE": NAMESPACE,
        }

    def start_worker(self, **environment: str) -> None:
        self.worker = PythonProgram(
            "worker",
            DYING_WORKER,
            self.home / "logs" / "worker.log",
            {**self.environment(), "DIE_WHEN": str(self.die), **environment},
        )
        self.worker.start()

    def start_api(self) -> str:
        """Starts the API, and returns its base URL; on the same port each time."""
        if self.api is None:
            self.port = free_port()
            self.api = self._behind("API", "api.app:serve", self.port)
        self.api.start()
        return f"http://127.0.0.1:{self.port}"

    async def pages_open(self) -> str:
        """Starts the pages, and returns their base URL when they are there."""
        port = free_port()
        self.pages = self._behind("pages", "pages.app:serve", port)
        self.pages.start()
        await self.answers(url := f"http://127.0.0.1:{port}", "/ready")
        return url

    def _behind(self, name: str, app: str, port: int) -> PythonProgram:
        return PythonProgram(
            name,
            ("-m", "api.http.process", app, "--factory", "--port", str(port), "--no-access-log"),
            self.home / "logs" / f"{name.lower()}.log",
            {**self.environment(), "KAIFANG_LOGIN": "demo"},
        )

    async def answers(self, url: str, path: str) -> None:
        """Returns when a service that was started says that it is ready."""

        async def it_does() -> bool:
            try:
                return (await http.get(f"{url}{path}")).status_code == httpx.codes.OK
            except httpx.TransportError:
                return False

        async with httpx.AsyncClient(trust_env=False) as http:
            await self.until(it_does, f"{url} is ready")

    async def worker_died(self) -> None:
        """Returns when the worker has died by itself."""
        assert self.worker
        await self.until(lambda: not_running(self.worker), "the worker dies")
        self.die.unlink()

    def stop_worker(self, how: signal.Signals | None = None) -> None:
        assert self.worker
        self.worker.stop(how)

    def kill_worker(self) -> None:
        assert self.worker
        self.worker.kill()

    def revive(self) -> None:
        """A worker that died is started again, as a supervisor does."""
        assert self.worker
        if not self.worker.is_running():
            self.die.unlink(missing_ok=True)
            self.start_worker()

    def restart_temporal(self) -> None:
        """Power cut and start."""
        self.temporal.kill()
        self.temporal.start()

    def restart_postgres(self) -> None:
        self.postgres.stop(signal.SIGQUIT)
        self.postgres.start()

    async def settled(self, seconds: float = NEVER_SO_LONG) -> None:
        """Returns when nothing waits in any inbox; a worker that dies meanwhile is started again."""

        async def nothing_waits() -> bool:
            self.revive()
            try:
                return not await self.driver.pool.fetchval(
                    "select exists (select from acts where delivered_at is null)"
                )
            except AWAY:
                return False

        await self.until(nothing_waits, "every act is delivered", seconds)

    async def until(self, what: Callable[[], Awaitable[bool]], said: str, seconds: float = NEVER_SO_LONG) -> None:
        """Looks again until it is so. A failure tells which acts wait, and for what."""
        end = time.monotonic() + seconds
        while not await what():
            if time.monotonic() >= end:
                waits = await what_waits(self.driver.pool, self.driver.temporal)
                told = "\n".join([f"not within {seconds:.0f} s: {said}", *waits, *of_worker(self.worker)])
                raise AssertionError(told)
            await asyncio.sleep(0.1)

    def stop_services(self) -> None:
        """API and pages, so that nobody but the worker and the test asks these servers."""
        for program in (self.pages, self.api):
            if program:
                program.stop()

    async def stop(self) -> None:
        self.stop_services()
        if self.worker:
            self.worker.stop()
        self.driver.pool.terminate()  # what a test that failed still does would have to be waited for
        self.temporal.stop()
        self.postgres.stop()


async def not_running(program: PythonProgram | None) -> bool:
    return program is None or not program.is_running()


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """A ground that is gone afterwards, however the test ends."""
    # Not pytest's folder, which PostgreSQL's account may not enter when the tests run as root.
    home = Path(tempfile.mkdtemp(prefix="kaifang-breaking-"))
    await asyncio.to_thread(home.chmod, 0o711)
    it = Ground(home)
    await it.start()
    try:
        yield it
    finally:
        await it.stop()
        shutil.rmtree(home)
