"""Closed cases go to their archives, for tests that go on with them afterwards."""

from __future__ import annotations

from datetime import timedelta

from activities.clock import DatabaseClock
from activities.database import Pool
from activities.record.archiving import Archiving
from tests.owning import by_owner

AFTER = timedelta(days=180)


async def archive(pool: Pool, after: timedelta = AFTER) -> int:
    """How many cases were archived that ended so long ago."""
    return await Archiving(pool, DatabaseClock(), after).look()


async def archive_as_if_they_ended_long_ago(pool: Pool) -> int:
    """How many closed cases there were: now all are archived."""
    await by_owner(pool, "update cases set closed_at = closed_at - interval '400 days' where closed_at is not null")
    return await archive(pool)
