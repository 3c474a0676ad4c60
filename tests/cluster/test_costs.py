"""C12: what a case costs the engine's databases, and how many connections all of it has."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from deploy.cluster.cluster import FOR_SEVERAL_HOSTS, Cluster
from rules.loading import cities
from tests.cluster.callers import Callers
from tests.cluster.judging import agrees, connected, shown

CASES = 100
API, PAGES, WORKER, GATE = (10, 10), (10, 10), (20, 0), 3
"""As docs/capacity.md has them: connections of one process to write and to read, and those of an API for the gate."""
ROLES = 4
OFTEN = 0.2

pytestmark = pytest.mark.skipif(not os.environ.get("KAIFANG_LONG"), reason="long: KAIFANG_LONG=1 make cluster-test")


def at_most(cluster: Cluster) -> dict[str, int]:
    """The connections that each login has in this cluster at most."""
    programs = [*[API] * len(cluster.apis), PAGES, *[WORKER] * len(cluster.workers)]
    of_a_role = sum(int(number) for number in FOR_SEVERAL_HOSTS.values())
    return {
        "kaifang_writer": sum(writes for writes, _ in programs),
        "kaifang_reader": sum(reads for _, reads in programs),
        "kaifang_gate": GATE * len(cluster.apis),
        "temporal": ROLES * of_a_role * len(cluster.temporal_hosts),
    }


@asynccontextmanager
async def watched(cluster: Cluster) -> AsyncIterator[Counter[str]]:
    """The most connections that each login had meanwhile."""
    most: Counter[str] = Counter()
    connection = await connected(cluster)

    async def look() -> None:
        while True:
            for row in await connection.fetch(
                "select usename, count(*) as n from pg_stat_activity where backend_type = 'client backend' group by 1"
            ):
                most[row["usename"]] = max(most[row["usename"]], row["n"])
            await asyncio.sleep(OFTEN)

    looking = asyncio.create_task(look())
    try:
        yield most
    finally:
        looking.cancel()
        await asyncio.wait({looking})
        await connection.close()


async def kept(cluster: Cluster) -> dict[str, int]:
    """Bytes of each table of the engine with its indexes, once nothing is in them that is over."""
    found: dict[str, int] = {}
    for database in ("temporal", "temporal_visibility"):
        connection = await connected(cluster, database)
        try:
            await packed(connection)
            rows = await connection.fetch(
                "select relname, pg_total_relation_size(oid) as size from pg_class "
                "where relkind = 'r' and relnamespace = 'public'::regnamespace"
            )
        finally:
            await connection.close()
        found |= {f"{database}.{row['relname']}": row["size"] for row in rows}
    return found


async def packed(connection: asyncpg.Connection) -> None:
    """Tables of the engine are locked for a moment each, which it bears."""
    await connection.execute("vacuum full")


@pytest.mark.timeout(1800)
async def test_what_a_case_costs_the_engine_and_that_connections_are_as_many_as_said(
    seeded: Cluster, people: Callers
) -> None:
    before = await kept(seeded)
    async with watched(seeded) as most:
        await people.many(cities(), CASES, "cost")
        await agrees(seeded, people.ledger)
    after = await kept(seeded)
    grown = {name: after[name] - before.get(name, 0) for name in after}
    largest = sorted(grown, key=lambda name: grown[name], reverse=True)[:5]
    limits = at_most(seeded)
    shown(
        check="C12",
        kilobytes_a_case=round(sum(grown.values()) / CASES / 1000, 1),
        of_these={name: round(grown[name] / CASES / 1000, 1) for name in largest},
        connections={name: f"{most[name]} of {limit}" for name, limit in limits.items()},
    )
    assert all(most[name] <= limit for name, limit in limits.items()), most
