"""Each signed day is stamped by a time-stamp authority, where one is configured (docs/decisions/0078).

One of the worker's jobs, apart from the signing: an authority that is away, or answers nonsense, holds no day up. What
it did not stamp is asked for again, the oldest first; `/metrics` and `kaifang verify` say how many days lack a stamp.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from activities.database import AWAY
from activities.proof.apart import file_of_stamp, write_once
from activities.proof.stamps import AuthorityAway, StampUnusable

if TYPE_CHECKING:
    from activities.database import Connection, Pool
    from activities.proof.stamps import Authority

LOG = logging.getLogger("kaifang.stamps")

EVERY = 300.0
"""Seconds."""
REFUSED_AT_MOST = 10
"""Answers that were no stamps, after which a look ends."""
ALONE = "select pg_try_advisory_xact_lock(hashtextextended('kaifang.stamps', 0))"
UNSTAMPED = """
select day, statement from signed_days
where day > $1 and not exists (select from stamped_days where stamped_days.day = signed_days.day) order by day limit 1
"""
KEEP = "insert into stamped_days (day, stamp) values ($1, $2)"
KEPT = "select day, stamp from stamped_days order by day"
COUNT = """
select count(*) from signed_days
where not exists (select from stamped_days where stamped_days.day = signed_days.day)
"""


class Asked(NamedTuple):
    """A day of which a stamp was asked, and whether there is one now."""

    day: date
    stamped: bool


class Stamping:
    """Has signed days stamped, and keeps the stamps in the folder apart too; any number of workers may have one."""

    def __init__(self, pool: Pool, authority: Authority | None, folder: Path, every: float = EVERY) -> None:
        self._pool = pool
        self._authority = authority
        self._folder = folder
        self._every = every

    async def run(self) -> None:
        """Looks until it is cancelled, whatever is away; without an authority it only waits."""
        while True:
            try:
                await self.look()
            except* AuthorityAway as away:
                LOG.warning("the time-stamp authority is away: %s", away.exceptions)
            except* AWAY as away:
                LOG.info("PostgreSQL or the folder of signed days is away: %r", away.exceptions)
            except* Exception:
                LOG.exception("days cannot be stamped")
            await asyncio.sleep(self._every)

    async def look(self) -> list[date]:
        """Every signed day that has no stamp yet is stamped, but for those to which the authority answers nonsense;
        returns those that were stamped now. Raises AuthorityAway, after which the days before it are stamped."""
        if self._authority is None:
            return []
        stamped, refused, after = [], 0, date.min
        try:
            while refused < REFUSED_AT_MOST and (asked := await self._next(self._authority, after)):
                after = asked.day
                if asked.stamped:
                    stamped.append(asked.day)
                else:
                    refused += 1
        finally:
            await self._write_apart()
        return stamped

    async def _next(self, authority: Authority, after: date) -> Asked | None:
        async with self._pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(ALONE):
                return None
            row = await connection.fetchrow(UNSTAMPED, after)
            if row is None:
                return None
            try:
                stamp = await authority.stamp(row["statement"])
            except StampUnusable as fault:
                LOG.warning("%s has no stamp: %s", row["day"], fault)
                return Asked(row["day"], stamped=False)
            await connection.execute(KEEP, row["day"], stamp)
            LOG.info("%s is stamped", row["day"])
            return Asked(row["day"], stamped=True)

    async def _write_apart(self) -> None:
        """Stamps whose file is not in the folder are written to it; one that is there is never written again."""
        there = {path.stem for path in self._folder.glob("*.tsr")}
        for row in await self._pool.fetch(KEPT):
            if row["day"].isoformat() not in there:
                await asyncio.to_thread(write_once, file_of_stamp(self._folder, row["day"]), row["stamp"])


async def unstamped(connection: Connection) -> int:
    """How many signed days have no stamp."""
    count: int = await connection.fetchval(COUNT)
    return count
