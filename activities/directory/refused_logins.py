"""Logins and tokens that were refused: counted by the minute, and written as one row for each reason and address, so
that whoever guesses fills no table."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING

from activities.database import AWAY, present
from activities.directory.account_record import By, Entry, enter, forget_addresses

if TYPE_CHECKING:
    from activities.database import Pool

LOG = logging.getLogger("kaifang.directory")
A_MINUTE = 60.0
MOST_ADDRESSES = 200
"""That are told apart within a minute; what comes from further ones is counted without them."""


class RefusedLogins:
    """What this process has refused since it last wrote."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._counted: Counter[tuple[str, str | None]] = Counter()

    def count(self, what: str, address: str | None) -> None:
        """One more; nothing waits for it, and nothing is written now."""
        self._add((what, address), 1)

    def _add(self, which: tuple[str, str | None], times: int) -> None:
        if which not in self._counted and len(self._counted) >= MOST_ADDRESSES:
            which = (which[0], None)
        self._counted[which] += times

    async def write(self) -> None:
        """What was counted is on record; what cannot be written now is kept for the next time."""
        counted, self._counted = self._counted, Counter()
        if not counted:
            return
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                now = await present(connection)
                for (what, address), times in counted.items():
                    await enter(connection, Entry(what, None, By(address=address), times=times), now)
                await forget_addresses(connection, now)
        except AWAY:
            LOG.info("%d refusals are not on record yet", counted.total())
            for which, times in counted.items():
                self._add(which, times)

    async def write_each_minute(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(A_MINUTE)
            await self.write()
