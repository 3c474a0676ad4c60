"""A copy of the database, a streaming standby, and whether it is near enough to be read (docs/decisions/0131).

How far it is behind is no guess: PostgreSQL's log had a length here at an instant, and the copy has as much of it now.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import asyncpg

from activities.database import AWAY, Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from activities.database import Pool

LOG = logging.getLogger("kaifang.copies")

EVERY = 0.5
"""Seconds between two looks."""
ANSWERS_WITHIN = 2.0
"""Seconds."""
LENGTH = "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint"
HAS = "select case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint end"
"""Nothing where it follows nobody: what was written here since it stands alone never comes there."""


class Length(NamedTuple):
    """How long PostgreSQL's log was at an instant of this process's own clock."""

    at: float
    length: int


class Copy:
    """Says whether the copy has all that was committed longer than so many seconds ago; `run` keeps looking."""

    def __init__(
        self, dsn: str, primary: Pool, behind_at_most: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._dsn = dsn
        self._primary = primary
        self._behind_at_most = behind_at_most
        self._clock = clock
        self._lengths: deque[Length] = deque()
        self._has_all_until = float("-inf")
        self._connection: Connection | None = None
        self._was_near = True

    @property
    def is_near(self) -> bool:
        """Whether it may be read now."""
        return self._clock() - self._has_all_until <= self._behind_at_most

    async def run(self) -> None:
        """Looks until it is cancelled; while either of the two is away, the copy is not near."""
        try:
            while True:
                await self.look()
                if self.is_near != self._was_near:
                    self._was_near = self.is_near
                    LOG.warning("the copy is %s", "read" if self.is_near else "too far behind, or away: it is not read")
                await asyncio.sleep(EVERY)
        finally:
            self.give_up()

    async def look(self) -> None:
        """Compares the two once."""
        try:
            async with asyncio.timeout(2 * ANSWERS_WITHIN):
                at = self._clock()
                length = await self._primary.fetchval(LENGTH, timeout=ANSWERS_WITHIN)
                has = await (await self._connected()).fetchval(HAS, timeout=ANSWERS_WITHIN)
        except AWAY:
            self.give_up()
            return
        except Exception:
            LOG.exception("the copy cannot be compared")
            self.give_up()
            return
        self._lengths.append(Length(at, length))
        while self._lengths and self._lengths[0].at < at - self._behind_at_most:
            self._lengths.popleft()
        if has is None:
            self._has_all_until = float("-inf")
            return
        self._has_all_until = max((each.at for each in self._lengths if each.length <= has), default=float("-inf"))

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._dsn, timeout=ANSWERS_WITHIN)
        return self._connection

    def give_up(self) -> None:
        """It is not near, until somebody looks again."""
        self._has_all_until = float("-inf")
        if self._connection is not None:
            with suppress(*AWAY):
                self._connection.terminate()
            self._connection = None
