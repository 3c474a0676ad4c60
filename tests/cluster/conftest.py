"""One cluster for all these tests, with nothing in it but what the compose file and the scripts beside it make."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from deploy.cluster.cables import CablesAreNotPermitted, cables
from deploy.cluster.cluster import Cluster
from deploy.cluster.network import Network, network
from deploy.cluster.programs import NOW, Programs, go, kept, version
from stack.supervisor import Supervisor
from tests.cluster.callers import Callers, callers
from tests.cluster.judging import MEASURED, shown, table
from tests.services import in_memory

PATIENT = {"KAIFANG_RATES_TIMES": "1000"}
"""What an `.env` says besides: callers of a test have one address and never rest."""


LONG = bool(os.environ.get("KAIFANG_LONG"))
APART = (12, 42)
"""The hosts that can be cut off: the second of Temporal, and the second worker's."""


def found_or_skipped(module: str = NOW) -> Programs:
    """The programs of that version of the engine."""
    found = kept(module)
    if found is None:
        assert go() is None, "build them first: make cluster-test"
        pytest.skip(f"Temporal {version(module)} is not built, and there is no Go here that could")
    return found


@contextmanager
def addresses() -> Iterator[Network]:
    """In the long form a network whose cables can be pulled, where the machine permits it."""
    with ExitStack() as until_the_end:
        try:
            found: Network = until_the_end.enter_context(cables(*APART) if LONG else network())
        except CablesAreNotPermitted as fact:
            shown(no_cables=str(fact))
            found = until_the_end.enter_context(network())
        yield found


@contextmanager
def running(programs: Programs, session: pytest.Session) -> Iterator[Cluster]:
    """A running cluster without samples, gone afterwards; where a test has failed, its logs stay in the folder that it
    names."""
    home = Path(tempfile.mkdtemp(prefix="kaifang-cluster-", dir=in_memory()))
    home.chmod(0o711)
    with addresses() as there:
        it = Cluster(home, there, programs, variables=PATIENT)
        supervisor = Supervisor(home, time.sleep, print)
        started = time.monotonic()
        try:
            it.start(supervisor)
            shown(first_start_seconds=round(time.monotonic() - started, 1))
            yield it
        finally:
            supervisor.stop()
    if session.testsfailed:
        shown(logs=str(home / "logs"))
    else:
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """As `running`, of production's version."""
    with running(found_or_skipped(), request.session) as it:
        yield it


@pytest.fixture(scope="session")
def seeded(cluster: Cluster) -> Cluster:
    """The cluster with the samples, by which tests know whom and what there is."""
    cluster.seed_samples()
    return cluster


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MEASURED:
        terminalreporter.section("measured")
        for line in table():
            terminalreporter.write_line(line)


@pytest.fixture
async def people(seeded: Cluster) -> AsyncIterator[Callers]:
    """Callers with a ledger of the test's own; nothing of the cluster is down, whatever the check before left."""
    down = [each for each in seeded.services if not each.is_running()]
    for service in down:
        await asyncio.to_thread(service.start)
    if down:
        shown(was_down=[each.name for each in down])
    async with callers(seeded.api_urls, seeded.signing_key_file) as there:
        yield there
