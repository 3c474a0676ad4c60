"""The months of the log of accesses: made before they begin, and dropped once no city keeps them any longer.

Partitions are the owner's. The worker calls two functions of the owner's, which do no more than this, and which drop
nothing that is younger than six months whatever they are told (migration 0024).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import date
from typing import TYPE_CHECKING

from activities.database import AWAY, present
from rules.access_log import AccessLogRule, kept_from, months_before
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack

if TYPE_CHECKING:
    from activities.clock import Clock
    from activities.database import Connection, Pool

LOG = logging.getLogger("kaifang.gate")

EVERY = 3600.0
"""Seconds between two looks."""
AHEAD = 3
"""Months."""


class Months:
    """Beside the worker; any number of workers may have one."""

    def __init__(self, pool: Pool, clock: Clock, every: float = EVERY) -> None:
        self._pool = pool
        self._clock = clock
        self._every = every

    async def run(self) -> None:
        """Looks until it is cancelled; a database that is away is waited for."""
        while True:
            try:
                await self.look()
            except AWAY as away:
                LOG.info("PostgreSQL is away: %r", away)
            except Exception:
                LOG.exception("the months of the log of accesses cannot be kept")
            await asyncio.sleep(self._every)

    async def look(self) -> int:
        """The months to come are there; how many old ones are dropped, each on record with what it held and by which
        rule."""
        async with self._pool.acquire() as connection:
            today = to_shanghai(self._clock.at(await present(connection))).date()
            await connection.execute("select make_gate_months($1, $2)", today, months_before(today, -AHEAD))
            return await self._drop(connection, today)

    async def _drop(self, connection: Connection, today: date) -> int:
        kept = kept_from((AccessLogRule.of(load_pack(city), today) for city in cities()), today)
        if kept is None:
            return 0
        since, rule = kept
        basis = f"{rule.citation.source} {rule.citation.article}"
        dropped: int = await connection.fetchval("select drop_gate_months($1, $2)", since, basis)
        if dropped:
            LOG.info("%d months of the log of accesses before %s are dropped by %s", dropped, since, basis)
        return dropped
