"""The months of the log of accesses: made before they begin, and dropped once no city keeps them any longer.

Partitions are the owner's. The worker calls functions of the owner's, which do no more than this, and which drop
nothing that is younger than six months whatever they are told (migration 0024).
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from activities.database import present
from activities.looking import look_on
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
A_LONG_TIME = 600.0
"""Seconds that a look at the tables may take."""
LOOKED_AFTER = timedelta(days=1)


class Months:
    """Beside the worker; any number of workers may have one."""

    def __init__(self, pool: Pool, clock: Clock, every: float = EVERY) -> None:
        self._pool = pool
        self._clock = clock
        self._every = every
        self._looked_at: datetime | None = None

    async def run(self) -> None:
        """Looks until it is cancelled; a database that is away is waited for."""
        await look_on(self.look, self._every, LOG, "the months of the log of accesses cannot be kept")

    async def look(self) -> int:
        """The months to come are there; how many old ones are dropped, each on record with what it held and by which
        rule."""
        async with self._pool.acquire() as connection:
            now = self._clock.at(await present(connection))
            today = to_shanghai(now).date()
            await connection.execute("select make_gate_months($1, $2)", today, months_before(today, -AHEAD))
            dropped = await self._drop(connection, today)
            if dropped or self._looked_at is None or now - self._looked_at >= LOOKED_AFTER:
                # Autovacuum looks at the months and never at the tables that they make up.
                await connection.execute("select look_at_gate_tables()", timeout=A_LONG_TIME)
                self._looked_at = now
        return dropped

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
