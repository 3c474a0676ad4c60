"""C10, smaller than production's: a notice moves the clocks of everybody's open tasks while others file."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import timedelta

import pytest

from deploy.cluster.cluster import Cluster
from rules.loading import cities
from tests.cluster.callers import AT_ONCE, Callers
from tests.cluster.judging import agrees, connected, settled, shown

OPEN = int(os.environ.get("KAIFANG_OPEN_CASES", "500"))
"""More on a machine that has nothing else to do."""
MEANWHILE = 40
ADMIN = "admin@kaifang"
MOVED = """
select count(*) as moves, count(distinct (case_id, event ->> 'task_id')) as tasks, count(distinct case_id) as cases
from events where type = 'ClockMoved'
"""
TO_MOVE = "select done_at is null from notices_moving where position = $1"

pytestmark = pytest.mark.skipif(not os.environ.get("KAIFANG_LONG"), reason="long: KAIFANG_LONG=1 make cluster-test")


async def filed(people: Callers, number: int, prefix: str) -> None:
    places, there = asyncio.Semaphore(AT_ONCE), cities()

    async def one(each: int) -> None:
        async with places:
            await people.file(there[each % len(there)], f"{prefix}-{each}")

    async with asyncio.TaskGroup() as group:
        for each in range(number):
            group.create_task(one(each))


@pytest.mark.timeout(1800)
async def test_a_notice_moves_every_clock_that_it_concerns_once_while_others_file(
    seeded: Cluster, people: Callers
) -> None:
    await filed(people, OPEN, "open")
    await settled(seeded)
    connection = await connected(seeded)
    today = await connection.fetchval("select (now() at time zone 'Asia/Shanghai')::date")
    await connection.close()
    notice = {
        "scope": "CN",
        "document": "notice of a test",
        "published_on": f"{today - timedelta(days=1)}",
        "days_off": [[f"{today + timedelta(days=1)}", f"{today + timedelta(days=7)}"]],
    }
    foreseen = await people.call(ADMIN, "POST", "/v1/calendar/notices/dry-run?limit=0", body=notice)
    assert foreseen["cases"] >= OPEN / 2, "not every city counts in working days"
    filings = len(people.ledger.seconds)
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(filed(people, MEANWHILE, "meanwhile"))
        published = await people.call(ADMIN, "POST", "/v1/calendar/notices", body=notice)
        answered_after = time.monotonic() - begun
    longest = max(people.ledger.seconds[filings:])
    connection = await connected(seeded)
    while await connection.fetchval(TO_MOVE, published["position"]):  # noqa: ASYNC110  the workers move them
        await asyncio.sleep(0.2)
    all_moved_after = time.monotonic() - begun
    await settled(seeded)
    row = await connection.fetchrow(MOVED)
    await connection.close()
    assert row
    assert row["moves"] == row["tasks"], dict(row)
    assert row["cases"] >= foreseen["cases"]
    await agrees(seeded, people.ledger)
    shown(
        check="C10",
        open_cases=OPEN,
        moved=row["cases"],
        answered_after_s=round(answered_after, 1),
        longest_filing_s=round(longest, 1),
        all_moved_after_s=round(all_moved_after, 1),
    )
