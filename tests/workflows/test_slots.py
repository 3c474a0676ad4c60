"""A worker takes on no more than it has connections for."""

from __future__ import annotations

from temporalio.client import Client

from activities.database import open_pool
from worker import OTHER_ACTIVITIES, build_worker


async def test_no_activity_waits_for_a_connection(temporal: Client, database_url: str) -> None:
    for size in (10, 14):
        async with await open_pool(database_url, size=size) as pool:
            config = build_worker(temporal, pool, f"none-{size}").config()
        slots = config["max_concurrent_local_activities"], config["max_concurrent_activities"]
        assert slots == (size - OTHER_ACTIVITIES, OTHER_ACTIVITIES)
