"""PostgreSQL, Temporal and an OpenID provider for tests: real servers, once a session, removed without trace."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from stack.postgres import Postgres
from stack.temporal import TIME_SKIPPING, TemporalServer
from tests.owning import known
from tests.pages.providing import Provider, provider_running

REPORTED_AT_ONCE = {"system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": "1"}
"""A workflow task that fails is reported the first time, and not after a minute of failing."""
DRAINED_SOON = {
    "matching.wv.VersionDrainageStatusVisibilityGracePeriod": '"1s"',
    "matching.wv.VersionDrainageStatusRefreshInterval": '"1s"',
}
"""Whether a version of the worker is drained is looked at every second, and not every three minutes."""

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
ENOUGH = 6 * 2**30
"""Bytes, for the data of all processes of a run and what they are."""


def in_memory() -> Path | None:
    """Where files are kept in memory, if there is room: each test has a database of its own, and on a disk copying it
    takes longer than most tests."""
    try:
        room = min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)
    except OSError:
        return None
    return MEMORY if room > ENOUGH and os.access(MEMORY, os.W_OK) else None


@pytest.fixture(scope="session")
def services_home() -> Iterator[Path]:
    """A folder for servers. Not pytest's own, which PostgreSQL's account may not enter when the tests run as root."""
    home = Path(tempfile.mkdtemp(prefix="kaifang-test-", dir=in_memory()))
    home.chmod(0o711)
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def postgres_server(services_home: Path) -> Iterator[Postgres]:
    """A running server whose data nobody will miss, hence without waiting for the disk."""
    unsafe = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
    # A password is worked out as it is set, and again by whoever comes in: in tests thousands of times.
    unsafe |= {"max_wal_size": "256MB", "scram_iterations": "1"}
    server = Postgres(services_home, settings=unsafe)
    server.start()
    yield known(server)
    server.stop()


@pytest.fixture(scope="session")
def temporal_server(services_home: Path) -> Iterator[TemporalServer]:
    """A running dev server that can skip time; workflows ask for it one by one."""
    server = TemporalServer(services_home, dynamic_config={**TIME_SKIPPING, **REPORTED_AT_ONCE, **DRAINED_SOON})
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """A running OpenID provider."""
    with provider_running(tmp_path_factory.mktemp("provider") / "provider.log") as running:
        yield running
