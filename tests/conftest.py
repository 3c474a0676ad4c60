"""Real PostgreSQL and real Temporal for every test that needs them; nothing is mocked."""

from __future__ import annotations

import asyncio
import gc
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities import database, idempotency
from activities.database import Pool, open_pool
from migrations.__main__ import prepare
from stack.postgres import VARIABLES, Login, Postgres
from stack.temporal import NAMESPACE, TemporalServer
from tests import compiled, validated, yielding
from tests.clocks import set_clock
from tests.driving import Driver
from tests.sealed_engine import CONVERTER, for_every_process
from tests.services import postgres_server, provider, services_home, temporal_server
from worker import build_worker

__all__ = ["postgres_server", "provider", "services_home", "temporal_server"]

for_every_process()
pytest_plugins = ["tests.duties_plugin", "tests.skips_plugin", "tests.watchdog"]
os.environ.setdefault("KAIFANG_RATES_TIMES", "1000")
"""Tests call as often as no person does; those of the rates themselves say which they mean."""
for name in (*VARIABLES, "TEMPORAL_ADDRESS"):
    # A variable that is new, or goes, moves the whole environment in memory, while threads of the engine's client may
    # read it: runs ended in a fault of memory just then. One that is there already only changes its value.
    os.environ.setdefault(name, "")
os.environ.setdefault("TEMPORAL_NAMESPACE", NAMESPACE)
os.environ.setdefault("TEMPORAL_CONFIG_FILE", os.devnull)
A_WHILE = 20
"""Seconds in which a test that has ended gives back its connections."""
collect_ignore = [] if os.environ.get("KAIFANG_CLUSTER") else ["cluster"]
"""`make cluster-test` runs them: they have servers that are built first, and a machine to themselves."""
LONGEST = Path(__file__).with_name("breaking")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: LONGEST not in item.path.parents)


def pytest_collection_finish() -> None:
    """What is there for the whole run is not looked through again and again.

    With thousands of collected tests that takes long enough to be counted as a deadlock of the workflow it hits.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def patient_workers() -> Iterator[None]:
    """A machine that has much else to do is taken for no deadlock of a workflow."""
    with pytest.MonkeyPatch.context() as patch:
        yielding.patiently(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_connections() -> Iterator[None]:
    """A machine that has much else to do is taken for no database that is away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "CONNECTS_WITHIN", 60.0)
        patch.setattr(database, "ANSWERS_WITHIN", 60.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def validated_once() -> Iterator[None]:
    """A workflow that the sandbox has let in for one worker serves the next."""
    with pytest.MonkeyPatch.context() as patch:
        validated.share(patch)
        yield


@pytest.fixture(scope="session")
def compiled_once() -> Iterator[None]:
    """What is compiled for one application serves the next."""
    with pytest.MonkeyPatch.context() as patch:
        compiled.share(patch)
        yield


@pytest.fixture(scope="session")
async def migrated_template(postgres_server: Postgres) -> AsyncIterator[str]:
    """A database with schema, notices and samples, from which each test's own is copied."""
    name = f"template_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    try:
        await server.execute(f"create database {name} owner {Login.OWNER}")
        await set_clock(postgres_server.dsn(name))
        await prepare(postgres_server.dsn(name, Login.OWNER), samples=True)
        yield name
    finally:
        await server.close()


@pytest.fixture
async def database_url(
    postgres_server: Postgres, migrated_template: str, compiled_once: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """The URL of a migrated and seeded database of the test's own, as the services have it; the gate and what is only
    read come in by theirs, which the environment names. Its owner: `tests.owning`.

    What is owed once a year, or follows from a case, has the same id wherever it is begun; but databases of tests share
    an engine, which begins nothing that it knows closed."""
    name = f"test_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    try:
        # File by file, and not page by page through the log: half the work, where nothing waits for a disk.
        await server.execute(
            f"create database {name} template {migrated_template} owner {Login.OWNER} strategy file_copy"
        )
        await set_clock(postgres_server.dsn(name))
        for variable, url in postgres_server.variables(name).items():
            monkeypatch.setenv(variable, url)
        # One of its own: a test may undo what it patched before it ends.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(idempotency, "NAMESPACE", uuid.uuid4())
            yield postgres_server.dsn(name, Login.WRITER)
        await server.execute(f"drop database {name} with (force)")
    finally:
        await server.close()


@pytest.fixture
def gate_url(database_url: str) -> str:
    """The URL of the test's database as the gate has it."""
    return os.environ["KAIFANG_DATABASE_GATE_URL"]


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url)
    try:
        yield opened
        async with asyncio.timeout(A_WHILE):
            await opened.close()
    finally:
        opened.terminate()


@pytest.fixture
async def temporal(temporal_server: TemporalServer) -> Client:
    return await Client.connect(temporal_server.address, namespace=NAMESPACE, data_converter=CONVERTER)


@pytest.fixture
def task_queue() -> str:
    """A task queue of the test's own, so that its cases meet no other worker."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def worker(temporal: Client, pool: Pool, task_queue: str) -> AsyncIterator[Worker]:
    """A worker as in production, in this process."""
    async with build_worker(temporal, pool, task_queue) as running:
        yield running


@pytest.fixture
async def driver(temporal: Client, pool: Pool, task_queue: str) -> Driver:
    return Driver(pool, temporal, task_queue)
