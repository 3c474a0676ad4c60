"""C9: both databases are lost; a base backup and the archive of the log bring back everything up to an instant."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from deploy.cluster.cluster import Cluster
from rules.loading import cities
from tests.cluster.callers import Callers
from tests.cluster.judging import agrees, connected, lost, shown

BEFORE, AFTER = 20, 5

pytestmark = pytest.mark.skipif(not os.environ.get("KAIFANG_LONG"), reason="long: KAIFANG_LONG=1 make cluster-test")


@pytest.mark.timeout(1800)
async def test_from_backup_and_archive_everything_up_to_an_instant_is_back(seeded: Cluster, people: Callers) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(people.many(cities(), BEFORE, "backed-up"))
        await people.ledger.answered(BEFORE)
        await asyncio.to_thread(seeded.primary.back_up, seeded.home / "backup")
    await agrees(seeded, people.ledger)
    connection = await connected(seeded)
    instant = await connection.fetchval("select clock_timestamp()::text")
    await connection.close()
    known = len(people.ledger.filed)
    for number in range(AFTER):
        await people.file("nanning", f"late-{number}")
    gone = list(people.ledger.filed.values())[known:]
    connection = await connected(seeded)
    await connection.execute("select pg_switch_wal()")
    await connection.close()
    await asyncio.to_thread(seeded.archived)

    begun = time.monotonic()
    await asyncio.to_thread(seeded.set_back, seeded.home / "backup", instant)
    took = time.monotonic() - begun
    assert await lost(seeded) == {f"{case_id}.file" for case_id in gone}
    people.forget(filed=gone, acts=(), granted=())
    await agrees(seeded, people.ledger)
    connection = await connected(seeded)
    assert not await connection.fetchval("select count(*) from cases where case_id = any($1)", gone)
    await connection.close()
    for number in range(AFTER):
        await people.file("nanning", f"late-{number}")
    assert list(people.ledger.filed.values())[known:] == gone, "sent again, each is the same case"
    assert await lost(seeded) == set()
    await people.many(cities(), AFTER, "set-back")
    await agrees(seeded, people.ledger)
    shown(check="C9", running_again_after_s=round(took, 1), cases=known)
