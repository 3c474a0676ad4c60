"""Hosts that are cut off and live on: nothing comes to them, nothing comes from them, and nobody is told."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Callable

import pytest

from deploy.cluster.cables import Cables
from deploy.cluster.cluster import FIRST_WORKER, Cluster
from rules.loading import cities
from tests.cluster.callers import Callers
from tests.cluster.judging import agrees, connected, shown, until

CUT_OFF_FOR = 30
"""Seconds: longer than the engine takes to miss a host, and than PostgreSQL lets a transaction stand."""
AT_ONCE = 8
SOME = 20
ROLES = 4
TEMPORAL, WORKER, DATABASES = 12, FIRST_WORKER + 1, (21, 22)
MEMBERS = """
select count(*) from cluster_membership where rpc_address = $1 and record_expiry > now() and last_heartbeat > $2
"""

pytestmark = pytest.mark.skipif(not os.environ.get("KAIFANG_LONG"), reason="long: KAIFANG_LONG=1 make cluster-test")


def of(cluster: Cluster) -> Cables:
    """The cables of the cluster. Skips where it has none."""
    if not isinstance(cluster.network, Cables):
        pytest.skip("network namespaces are not permitted here: the cluster has loopback addresses")
    return cluster.network


async def reaches_postgresql(cluster: Cluster, last: int) -> bool:
    """Whether that host gets an answer of the primary, or of the standby."""
    servers = (cluster.primary, cluster.standby)
    asked = [
        [*of(cluster).inside(last), str(each.program("pg_isready")), "--host", each.address, "--timeout", "2"]
        for each in servers
    ]
    said = [await asyncio.to_thread(subprocess.run, each, capture_output=True, check=False) for each in asked]
    return any(each.returncode == 0 for each in said)


async def meanwhile(
    cluster: Cluster, people: Callers, name: str, last: int, begin: Callable[[], None], end: Callable[[], None]
) -> float:
    """Everybody works before, while that host does not reach PostgreSQL, and after; the longest silence from the cut
    on."""
    enough = asyncio.Event()
    assert await reaches_postgresql(cluster, last)
    async with asyncio.TaskGroup() as group:
        load = group.create_task(people.until_told(enough, cities(), name, AT_ONCE))
        try:
            await people.ledger.answered(SOME)
            begin()
            cut_at = time.monotonic()
            try:
                assert not await reaches_postgresql(cluster, last)
                await asyncio.sleep(CUT_OFF_FOR)
                assert not await reaches_postgresql(cluster, last)
            finally:
                end()
            assert await reaches_postgresql(cluster, last)
            await people.ledger.answered(SOME)
        finally:
            enough.set()
    assert len(people.ledger.granted) == load.result()
    moments = sorted(moment for moment in people.ledger.answered_at if moment > cut_at)
    return max(after - before for before, after in zip([cut_at, *moments], moments, strict=False))


@pytest.mark.timeout(1800)
async def test_a_host_of_temporal_that_is_cut_off_loses_nothing_and_comes_back(
    seeded: Cluster, people: Callers
) -> None:
    cables, host = of(seeded), seeded.temporal_hosts[1]
    silence = await meanwhile(
        seeded, people, "cut-off", TEMPORAL, lambda: cables.pull(TEMPORAL), lambda: cables.plug_in(TEMPORAL)
    )
    connection = await connected(seeded, "temporal")
    now = await connection.fetchval("select now()::timestamp")

    async def is_a_member() -> bool:
        return bool(await connection.fetchval(MEMBERS, host.address, now) == ROLES)

    survived = host.is_running()
    if not survived:
        await asyncio.to_thread(host.start)
    try:
        await until(is_a_member, "the host is a member again in all its roles")
    finally:
        await connection.close()
    await agrees(seeded, people.ledger)
    shown(
        check="partition of a host of Temporal",
        cut_off_s=CUT_OFF_FOR,
        went_on_by_itself=survived,
        longest_silence_s=round(silence, 1),
        longest_call_s=round(max(people.ledger.seconds), 1),
        p99_ms=round(people.ledger.percentile(0.99) * 1e3),
    )


@pytest.mark.timeout(1800)
async def test_a_worker_whom_postgresql_does_not_hear_holds_nobody_up_for_long(
    seeded: Cluster, people: Callers
) -> None:
    cables, worker = of(seeded), seeded.workers[1]
    silence = await meanwhile(
        seeded,
        people,
        "unheard",
        WORKER,
        lambda: cables.lose_what_it_sends(WORKER, DATABASES),
        lambda: cables.deliver_again(WORKER, DATABASES),
    )
    assert worker.is_running()
    await agrees(seeded, people.ledger)
    shown(
        check="partition of a worker from PostgreSQL",
        cut_off_s=CUT_OFF_FOR,
        longest_silence_s=round(silence, 1),
        longest_call_s=round(max(people.ledger.seconds), 1),
        p99_ms=round(people.ledger.percentile(0.99) * 1e3),
    )
