"""PostgreSQL and Temporal for one simulation, in a temporary folder, gone with it. Nothing waits for the disk."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from temporalio.client import Client

from activities.engine.keys import KeyRing, a_ring_of_its_own
from activities.engine.payloads import converter
from activities.notices.seeding import seed_notices
from migrations.__main__ import prepare
from rules.calendar import CalendarRecord
from stack.postgres import DATABASE, Login, Postgres
from stack.temporal import NAMESPACE, TIME_SKIPPING, TemporalServer

UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Servers:
    """Both servers, running. Each scenario has a database of its own, and all of them share the engine."""

    postgres: Postgres
    temporal: TemporalServer
    keys: KeyRing = field(default_factory=a_ring_of_its_own)

    async def prepare(self, record: CalendarRecord) -> None:
        """The schema, the samples, and the calendar of this record, which begins as the release's own does; once,
        before any `database`."""
        await prepare(self.postgres.dsn(login=Login.OWNER), samples=True)
        connection = await asyncpg.connect(self.postgres.dsn(login=Login.OWNER))
        try:
            async with connection.transaction():
                await seed_notices(connection, record)
        finally:
            await connection.close()

    async def database(self) -> str:
        """The URL of a new database as `prepare` made it."""
        name = f"scenario_{uuid.uuid4().hex}"
        server = await asyncpg.connect(self.postgres.dsn("postgres"))
        try:
            await server.execute(f"create database {name} template {DATABASE}")
        finally:
            await server.close()
        return self.postgres.dsn(name, Login.WRITER)

    async def client(self) -> Client:
        return await Client.connect(self.temporal.address, namespace=NAMESPACE, data_converter=converter(self.keys))


@contextmanager
def servers() -> Iterator[Servers]:
    """Raises ServiceError when one does not start."""
    home = Path(tempfile.mkdtemp(prefix="kaifang-simulation-")).resolve()
    home.chmod(0o711)  # PostgreSQL's account passes through when we are root
    running = Servers(Postgres(home, settings=UNSAFE), TemporalServer(home, dynamic_config=TIME_SKIPPING))
    try:
        running.postgres.start()
        running.temporal.start()
        yield running
    finally:
        running.temporal.stop()
        running.postgres.stop()
        # As root PostgreSQL's data may lie elsewhere, behind a link.
        shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(home)
