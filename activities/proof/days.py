"""Each day that is over is signed: the root of a tree over the heads of all cases, as they stood when it ended.

One of the worker's jobs; whatever days it missed it signs when it runs again. Kept in PostgreSQL, written to a folder
apart, and published by the API (docs/decisions/0063).
"""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from activities.database import AWAY, present, take_time
from activities.proof.apart import file_of, write_once
from activities.proof.chain import Algorithm, digest
from activities.proof.heads import Head
from activities.proof.merkle import Tree
from activities.proof.statements import Statement, named_key, published, sign, statement_hash
from rules.deadlines import SHANGHAI, to_shanghai

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from activities.clock import Clock
    from activities.database import Connection, Pool

LOG = logging.getLogger("kaifang.heads")

QUIET = timedelta(minutes=10)
"""After the end of a day, before it is signed: whatever was written before midnight is committed then."""
EVERY = 60.0
"""Seconds."""
LONG = 600.0
"""Seconds that one statement over all cases may take."""
ALONE = "select pg_try_advisory_xact_lock(hashtextextended('kaifang.heads', 0))"
LAST = "select day, statement from signed_days order by day desc limit 1"
BEGUN = "select adopted_at, root from chain_adoptions order by adopted_at limit 1"
MOVED = """
insert into signed_heads (case_id, day, events, head, acts, acts_head, place, path)
select case_id, $1, logged.number, logged.hash, coalesce(received.seq, 0), coalesce(received.hash, ''), -1, '{}'
from cases
cross join lateral (
  select number, hash from events where events.case_id = cases.case_id and recorded_at < $2
  order by number desc limit 1
) logged
left join lateral (
  select seq, hash from acts where acts.case_id = cases.case_id and received_at < $2 order by seq desc limit 1
) received on true
left join lateral (
  select events, acts from signed_heads earlier where earlier.case_id = cases.case_id order by day desc limit 1
) known on true
where known is null or logged.number > known.events or received.seq > known.acts
"""
HEADS = """
select distinct on (case_id collate "C") case_id, events, head, acts, acts_head, day = $1 as moved from signed_heads
where day <= $1 order by case_id collate "C", day desc
"""
"""Those of every case, each as it stood when it last moved; the order is the same in every database."""
PLACE = "update signed_heads set place = $3, path = $4 where case_id = $1 and day = $2"
KEEP = "insert into signed_days (day, statement, signature) values ($1, $2, $3)"
KEPT = "select day, statement, signature from signed_days order by day"


class SignedDay(NamedTuple):
    """A day, its statement as it was signed, and the signature."""

    day: date
    statement: str
    signature: str


def end_of(day: date) -> datetime:
    """The midnight that ends a day in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


class Signing:
    """Signs days, and keeps what is signed in a folder apart; any number of workers may have one."""

    def __init__(
        self,
        pool: Pool,
        clock: Clock,
        key: Ed25519PrivateKey | None,
        folder: Path,
        algorithm: Algorithm = Algorithm.SHA256,
        every: float = EVERY,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._key = key
        self._folder = folder
        self._algorithm = algorithm.value
        self._every = every

    async def run(self) -> None:
        """Looks until it is cancelled; an absent PostgreSQL is waited for. Without a key, says so and signs nothing."""
        if self._key is None:
            LOG.warning("no key signs the heads of each day (KAIFANG_HEADS_KEY)")
        while True:
            try:
                await self.look()
            except* AWAY as away:
                LOG.info("PostgreSQL or the folder of signed days is away: %r", away.exceptions)
            except* Exception:
                LOG.exception("days cannot be signed")
            await asyncio.sleep(self._every)

    async def look(self) -> list[date]:
        """Every day that is over is signed, and lies in the folder; returns those that were signed now."""
        if self._key is None:
            return []
        signed = []
        while day := await self._next(self._key):
            LOG.info("the heads of %s are signed", day)
            signed.append(day)
        await self._write_apart()
        return signed

    async def _next(self, key: Ed25519PrivateKey) -> date | None:
        async with self._pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(ALONE):
                return None
            now, begun = self._clock.at(await present(connection)), await connection.fetchrow(BEGUN)
            if begun is None:
                return None
            last = await connection.fetchrow(LAST)
            if last is None:
                day, previous = to_shanghai(begun["adopted_at"]).date(), digest(self._algorithm, begun["root"].encode())
            else:
                day = last["day"] + timedelta(days=1)
                previous = statement_hash(self._algorithm, last["statement"])
            if now < end_of(day) + QUIET:
                return None
            tree = await self._tree(connection, day)
            statement = Statement(day, tree.leaves, tree.root, previous, to_shanghai(now), named_key(key.public_key()))
            text = statement.text()
            await connection.execute(KEEP, day, text, sign(key, text))
            return day

    async def _tree(self, connection: Connection, day: date) -> TreeMade:
        await take_time(connection)
        await connection.execute(MOVED, day, end_of(day), timeout=LONG)
        leaves: list[bytes] = []
        moved: list[tuple[str, int]] = []
        async for row in connection.cursor(HEADS, day, prefetch=1000, timeout=LONG):
            head = Head(row["case_id"], row["events"], row["head"], row["acts"], row["acts_head"])
            if row["moved"]:
                moved.append((head.case_id, len(leaves)))
            leaves.append(head.leaf(self._algorithm))
        tree = await asyncio.to_thread(Tree, self._algorithm, leaves)
        rows = ((case_id, day, place, [each.hex() for each in tree.path(place)]) for case_id, place in moved)
        await connection.executemany(PLACE, rows, timeout=LONG)
        return TreeMade(f"{self._algorithm}:{tree.root.hex()}", len(leaves))

    async def _write_apart(self) -> None:
        """Days whose file is not in the folder are written to it; one that is there is never written again."""
        there = {path.stem for path in self._folder.glob("*.json")}
        for row in await self._pool.fetch(KEPT):
            if row["day"].isoformat() not in there:
                await asyncio.to_thread(write_apart, self._folder, SignedDay(**row))


class TreeMade(NamedTuple):
    """The root over the heads of a day, and how many they are."""

    root: str
    leaves: int


def write_apart(folder: Path, it: SignedDay) -> None:
    """The file of a signed day is in the folder, whole; one that is there stays as it is."""
    content = json.dumps(published(it.statement, it.signature), ensure_ascii=False, indent=1)
    write_once(file_of(folder, it.day), content.encode())
