"""One cluster for all these tests, with nothing in it but what the compose file and the scripts beside it make."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.cluster.cluster import Cluster
from deploy.cluster.network import network
from deploy.cluster.programs import Programs, go, kept, version
from stack.supervisor import Supervisor
from tests.cluster.callers import Callers, callers
from tests.cluster.judging import shown
from tests.services import in_memory

PATIENT = {"KAIFANG_RATES_TIMES": "1000"}
"""What an `.env` says besides: callers of a test have one address and never rest."""


@pytest.fixture(scope="session")
def programs() -> Programs:
    found = kept()
    if found is None:
        assert go() is None, "build them first: make cluster-test"
        pytest.skip(f"Temporal {version()} is not built, and there is no Go here that could")
    return found


@pytest.fixture(scope="session")
def cluster(programs: Programs, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A running cluster without samples, gone afterwards; where a test has failed, its logs stay in the folder that it
    names."""
    home = Path(tempfile.mkdtemp(prefix="kaifang-cluster-", dir=in_memory()))
    home.chmod(0o711)
    with network() as addresses:
        it = Cluster(home, addresses, programs, variables=PATIENT)
        supervisor = Supervisor(home, time.sleep, print)
        started = time.monotonic()
        try:
            it.start(supervisor)
            shown(first_start_seconds=round(time.monotonic() - started, 1))
            yield it
        finally:
            supervisor.stop()
    if request.session.testsfailed:
        shown(logs=str(home / "logs"))
    else:
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def seeded(cluster: Cluster) -> Cluster:
    """The cluster with the samples, by which tests know whom and what there is."""
    cluster.seed_samples()
    return cluster


@pytest.fixture
async def people(seeded: Cluster) -> AsyncIterator[Callers]:
    """Callers with a ledger of the test's own."""
    async with callers(seeded.api_urls, seeded.signing_key_file) as there:
        yield there
