"""Logs and inboxes of closed cases go to the archive of the year in which they ended, batch by batch, by a worker.

They stay in the same tables, where whoever reads, verifies or writes finds them as before; only their place changes.
The worker calls functions of the owner's, which take no case that is open or has something to hear, and none that ended
less than 30 days ago whatever they are told (docs/decisions/0144).
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from activities.database import present
from activities.looking import look_on

if TYPE_CHECKING:
    from datetime import datetime

    from activities.clock import Clock
    from activities.database import Pool

LOG = logging.getLogger("kaifang.archives")

EVERY = 3600.0
"""Seconds between two rounds."""
A_BATCH = 100
"""Cases in one transaction, to which nobody can write meanwhile."""
LONG = 60.0
"""Seconds that a batch may take."""
A_LONG_TIME = 600.0
"""Seconds that a look at the tables may take."""
LOOKED_AFTER = timedelta(days=1)


class Archiving:
    """Beside the worker; any number of workers may have one: each takes cases that no other has in hand."""

    def __init__(self, pool: Pool, clock: Clock, after: timedelta, every: float = EVERY) -> None:
        self._pool = pool
        self._clock = clock
        self._after = after
        self._every = every
        self._looked_at: datetime | None = None

    async def run(self) -> None:
        """Looks until it is cancelled; a database that is away is waited for."""
        await look_on(self.look, self._every, LOG, "closed cases cannot be archived")

    async def look(self, a_batch: int = A_BATCH) -> int:
        """One round over every case that ended long enough ago; how many were archived. Each batch is a transaction:
        whoever is killed leaves cases that are archived and cases that are not, and none in between."""
        async with self._pool.acquire() as connection:
            now = self._clock.at(await present(connection))
            before = now - self._after
            await connection.execute("select make_archives($1)", before, timeout=LONG)
            archived = 0
            while batch := await connection.fetchval("select archive_cases($1, $2)", before, a_batch, timeout=LONG):
                archived += batch
            if archived:
                LOG.info("%d cases that ended before %s are archived", archived, before)
            if archived or self._looked_at is None or now - self._looked_at >= LOOKED_AFTER:
                await connection.execute("select look_at_archived_tables()", timeout=A_LONG_TIME)
                self._looked_at = now
        return archived
