"""Messages that need not be kept any longer go, batch by batch, beside the worker; that they were written stays.

Rows are the owner's to delete. The worker calls a function of the owner's, which takes no more than what was delivered,
of cases that have ended, and nothing younger than five years whatever it is told (docs/decisions/0143).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from activities.database import present
from activities.looking import look_on
from rules.deadlines import SHANGHAI, to_shanghai

if TYPE_CHECKING:
    from activities.clock import Clock
    from activities.database import Connection, Pool
    from activities.settings import Settings

LOG = logging.getLogger("kaifang.outbox")

EVERY = 3600.0
"""Seconds between two rounds."""
A_BATCH = 1000
"""Messages that are looked at in one transaction."""
LONG = 60.0
"""Seconds that a batch may take."""
LET_GO = "select through, gone from let_messages_go($1, $2, $3, $4)"


@dataclass(frozen=True)
class Kept:
    """For how many years messages are kept, and by which law or order they need not be for longer."""

    years: int
    basis: str

    @classmethod
    def of(cls, settings: Settings) -> Kept | None:
        """What the operator has set; None where messages are kept for ever."""
        if settings.messages_kept_years is None or settings.messages_kept_by is None:
            return None
        return cls(settings.messages_kept_years, settings.messages_kept_by)

    def before(self, now: datetime) -> datetime:
        """What was written before this instant need not be kept: a midnight in Shanghai."""
        today = to_shanghai(now).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        try:
            day = today.replace(year=today.year - self.years)
        except ValueError:
            day = today.replace(year=today.year - self.years, day=28)
        return day.replace(tzinfo=SHANGHAI)


class LettingGo:
    """Beside the worker; any number of workers may have one, for what is gone is not found again."""

    def __init__(self, pool: Pool, clock: Clock, kept: Kept | None, every: float = EVERY) -> None:
        self._pool = pool
        self._clock = clock
        self._kept = kept
        self._every = every

    async def run(self) -> None:
        """Looks until it is cancelled; a database that is away is waited for."""
        await look_on(self.look, self._every, LOG, "messages that need not be kept cannot be let go")

    async def look(self, a_batch: int = A_BATCH) -> int:
        """One round over everything that is old enough, each batch a transaction of its own; how many messages went."""
        if self._kept is None:
            return 0
        gone = 0
        through: int | None = 0
        while through is not None:
            async with self._pool.acquire() as connection:
                through, went = await self._batch(connection, self._kept, through, a_batch)
                gone += went
        if gone:
            LOG.info("%d messages older than %d years are gone by %s", gone, self._kept.years, self._kept.basis)
        return gone

    async def _batch(self, connection: Connection, kept: Kept, after: int, a_batch: int) -> tuple[int | None, int]:
        """Up to which number messages were looked at, None where no more are old enough, and how many went."""
        before = kept.before(self._clock.at(await present(connection)))
        row = await connection.fetchrow(LET_GO, before, kept.basis, after, a_batch, timeout=LONG)
        assert row
        return row["through"], row["gone"]
