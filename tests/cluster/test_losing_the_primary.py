"""C6: the primary of PostgreSQL dies under load, its standby takes its place, and nothing that was answered is lost."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from deploy.cluster.cluster import Cluster
from rules.loading import cities
from tests.cluster.callers import Callers
from tests.cluster.judging import agrees, connected, shown, until

CASES = 40
ACTS_BEFORE = 60

pytestmark = pytest.mark.skipif(not os.environ.get("KAIFANG_LONG"), reason="long: KAIFANG_LONG=1 make cluster-test")


@pytest.mark.timeout(900)
async def test_a_primary_that_dies_under_load_loses_nothing_and_comes_back(seeded: Cluster, people: Callers) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(people.many(cities(), CASES, "failover"))
        await people.ledger.answered(ACTS_BEFORE)
        await asyncio.to_thread(seeded.primary.kill)
        died_at = time.monotonic()
        await asyncio.to_thread(seeded.fail_over)
        promoted_at = time.monotonic()
    after = [moment for moment in people.ledger.answered_at if moment > died_at]
    await agrees(seeded, people.ledger)
    assert len(people.ledger.granted) == CASES
    shown(
        check="C6",
        promoted_after_s=round(promoted_at - died_at, 2),
        first_answer_after_s=round(min(after) - died_at, 2),
        longest_silence_s=round(people.ledger.longest_silence(), 2),
        longest_call_s=round(max(people.ledger.seconds), 2),
    )

    await asyncio.to_thread(seeded.take_back)
    await until(lambda: streaming(seeded), "the old primary follows the new one")
    await people.many(cities(), 5, "after")
    await agrees(seeded, people.ledger)


async def streaming(cluster: Cluster) -> bool:
    connection = await connected(cluster)
    try:
        row = await connection.fetchrow("select state, sync_state from pg_stat_replication")
        return row is not None and tuple(row) == ("streaming", "quorum")
    finally:
        await connection.close()
