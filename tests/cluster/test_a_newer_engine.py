"""C11: the engine goes from one of its versions to the next while everybody works: schemas first, then one host after
the other."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest
from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client

from deploy.cluster.cluster import Cluster
from deploy.cluster.hosts import TemporalHost
from deploy.cluster.programs import BEFORE, NOW, Programs, version
from models.granting import access_case_id
from rules.loading import cities
from tests.cluster.callers import Callers, callers
from tests.cluster.conftest import found_or_skipped, running
from tests.cluster.judging import agrees, connected, shown, until
from tests.upgrades.runs import failed_steps, runs_of

AT_ONCE = 8
SOME = 12
"""Answers between two steps, so that cases are at work in each."""
DATABASES = ("temporal", "temporal_visibility")

pytestmark = pytest.mark.skipif(not os.environ.get("KAIFANG_LONG"), reason="long: KAIFANG_LONG=1 make cluster-test")


@pytest.fixture(scope="module")
def older(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster with the samples, and with the engine of before."""
    with running(found_or_skipped(BEFORE), request.session) as cluster:
        cluster.seed_samples()
        yield cluster


@pytest.fixture
async def people(older: Cluster) -> AsyncIterator[Callers]:
    async with callers(older.api_urls, older.signing_key_file) as there:
        yield there


async def schemas(cluster: Cluster) -> dict[str, str]:
    """The versions of the schemas of the engine's databases."""
    found = {}
    for database in DATABASES:
        connection = await connected(cluster, database)
        try:
            found[database] = await connection.fetchval("select curr_version from schema_version")
        finally:
            await connection.close()
    return found


async def is_of(host: TemporalHost, wanted: str) -> bool:
    """Whether the host says that it is of that version."""
    try:
        client = await Client.connect(f"{host.address}:7233")
        return (await client.workflow_service.get_system_info(GetSystemInfoRequest())).server_version == wanted
    except RuntimeError:
        return False


async def started_as(host: TemporalHost, programs: Programs, wanted: str) -> None:
    await asyncio.to_thread(host.stop)
    host.programs = programs
    await asyncio.to_thread(host.start)
    await until(lambda: is_of(host, wanted), f"{host.name} is of version {wanted}")


@pytest.mark.timeout(1800)
async def test_the_engine_goes_to_its_next_version_while_everybody_works(older: Cluster, people: Callers) -> None:
    newer, enough, before = found_or_skipped(NOW), asyncio.Event(), await schemas(older)
    one, other = older.temporal_hosts
    assert await is_of(one, version(BEFORE))
    assert await is_of(other, version(BEFORE))
    asleep = [await people.walk(city, f"asleep-{city}") for city in cities()]
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        load = group.create_task(people.until_told(enough, cities(), "newer", AT_ONCE))
        try:
            await people.ledger.answered(SOME)
            await asyncio.to_thread(older.upgrade_the_schemas, newer)
            await people.ledger.answered(SOME)
            for host in (one, other):
                await started_as(host, newer, version(NOW))
                await people.ledger.answered(SOME)
        finally:
            enough.set()
    took = time.monotonic() - begun
    for case in asleep:
        await people.use(case)
    await agrees(older, people.ledger)

    ledger = people.ledger
    assert len(ledger.granted) == load.result() + len(asleep)
    assert set(ledger.told.values()) == {"accepted"}
    temporal = await Client.connect(f"{older.temporal.address}:7233")
    asked = [await runs_of(temporal, case_id) for case_id in ledger.granted]
    used = [await runs_of(temporal, access_case_id(case_id)) for case_id in ledger.granted]
    assert all(asked), "the engine has run every request"
    assert Counter(cause for runs in [*asked, *used] for run in runs for cause in failed_steps(run)) == {}
    shown(
        check="C11",
        versions=[version(BEFORE), version(NOW)],
        schemas=[before, await schemas(older)],
        cases=len(ledger.granted),
        accesses_that_ended_before_the_engine_heard=sum(not runs for runs in used),
        seconds=round(took),
        p99_ms=round(ledger.percentile(0.99) * 1e3),
        longest_silence_s=round(ledger.longest_silence(), 1),
        longest_call_s=round(max(ledger.seconds), 1),
    )
