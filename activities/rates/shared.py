"""The buckets of this process, and what it knows of those of the others.

Whether a call is one too many is decided here and at once; no call waits for PostgreSQL. What was taken is added up
and, when it comes to a tenth of what a bucket takes, told to the other processes through a table that need not outlive
a crash. So several processes give away a tenth each too much at most, and it is taken back from what follows. While
PostgreSQL is away each process goes by what it knows: the limits hold, in each process by itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from activities.database import AWAY
from activities.rates.buckets import Bucket, Limit, Rate

if TYPE_CHECKING:
    from activities.database import Connection, Pool
    from activities.settings import Settings

LOG = logging.getLogger("kaifang.rates")

A_TENTH = 0.1
"""Of a bucket: what a process keeps to itself."""
EVERY = 1.0
"""Seconds between two looks at what is to be shared."""
MOST_BUCKETS = 100_000
"""Of a limit in one process. Beyond them those that are full are forgotten, and then whoever has been known longest."""
A_NETWORK = 64
"""Bits of an IPv6 address that one customer has."""

SHARE = """
with taken as (
  insert into rate_buckets as b (bucket, full_at)
  select bucket, statement_timestamp() + make_interval(secs => seconds)
  from unnest($1::text[], $2::float8[]) as t (bucket, seconds) order by bucket
  on conflict (bucket) do update set
    full_at = greatest(b.full_at, statement_timestamp()) + (excluded.full_at - statement_timestamp())
  returning bucket, full_at
)
select bucket, extract(epoch from full_at - statement_timestamp())::float8 as debt from taken
"""
COUNT = """
insert into rate_refusals as r (what, calls) select what, calls from unnest($1::text[], $2::bigint[]) as t (what, calls)
on conflict (what) do update set calls = r.calls + excluded.calls
"""
FORGET = "delete from rate_buckets where full_at < clock_timestamp()"
REFUSED = "select what, calls from rate_refusals"


class Rates:
    """Says of each call whether it is one too many. `run` tells the other processes, and learns from them."""

    def __init__(self, rates: Mapping[Limit, Rate], pool: Pool, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._pool = pool
        self._clock = clock
        self._buckets: dict[Limit, dict[str, Bucket]] = {limit: {} for limit in Limit}
        self._refused: Counter[Limit] = Counter()

    @classmethod
    def by(cls, settings: Settings, pool: Pool) -> Rates:
        """The rates of these settings."""
        return cls({limit: Rate.of(settings.rate_of(limit), settings.rates_times) for limit in Limit}, pool)

    def take(self, limit: Limit, whose: str, cost: int = 1) -> float:
        """Takes so many from a bucket and returns 0; where they are not there, takes none and returns the seconds until
        they are."""
        if wait := self.wait(limit, whose, cost):
            self._refused[limit] += 1
            return wait
        self.took(limit, whose, cost)
        return 0.0

    def knows_of(self, limit: Limit) -> bool:
        """Whether anybody has taken anything from a bucket of that limit lately: a look that costs nothing."""
        return bool(self._buckets[limit])

    def wait(self, limit: Limit, whose: str, cost: int = 1) -> float:
        """Seconds until so many could be taken; 0 where they can be now. More than a bucket takes is taken as all."""
        bucket = self._buckets[limit].get(whose)
        rate = self._rates[limit]
        return 0.0 if bucket is None else bucket.wait(rate, self._clock(), min(cost, rate.most))

    def took(self, limit: Limit, whose: str, cost: int = 1) -> None:
        """So many are taken, whether they are there or not."""
        now, rate, buckets = self._clock(), self._rates[limit], self._buckets[limit]
        bucket = buckets.get(whose)
        if bucket is None:
            if len(buckets) >= MOST_BUCKETS:
                self._forget(now)
                buckets = self._buckets[limit]
            while len(buckets) >= MOST_BUCKETS:
                del buckets[next(iter(buckets))]
            bucket = buckets[whose] = Bucket(now)
        bucket.take(rate, now, min(cost, rate.most))

    def refused(self, limit: Limit) -> None:
        """One more call was refused for that."""
        self._refused[limit] += 1

    async def run(self) -> None:
        """Tells and learns until it is cancelled; an absent PostgreSQL is waited for."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.share()
            except AWAY as away:
                LOG.info("rates are this process's own for now: %r", away)
            except Exception:
                LOG.exception("rates cannot be shared")

    async def share(self) -> None:
        """What was taken here is known to the others, and what they took is known here; what is full is forgotten."""
        now = self._clock()
        taken = {}
        for limit, buckets in self._buckets.items():
            for whose, bucket in buckets.items():
                # What has come back already needs no telling.
                bucket.unshared = min(bucket.unshared, max(0.0, bucket.full_at - now))
                if bucket.unshared >= A_TENTH * self._rates[limit].seconds:
                    taken[limit, whose] = bucket.unshared
        refused, self._refused = self._refused, Counter()
        try:
            if taken or refused:
                async with self._pool.acquire() as connection:
                    await self._tell(connection, taken, refused)
        except BaseException:
            self._refused.update(refused)
            raise
        self._forget(self._clock())

    def _forget(self, now: float) -> None:
        """Whose bucket is full is nobody in particular."""
        for limit, buckets in self._buckets.items():
            self._buckets[limit] = {whose: bucket for whose, bucket in buckets.items() if bucket.full_at > now}

    async def _tell(
        self, connection: Connection, taken: Mapping[tuple[Limit, str], float], refused: Mapping[Limit, int]
    ) -> None:
        if refused:
            await connection.execute(COUNT, [each.value for each in refused], list(refused.values()))
        if not taken:
            return
        named = {digest(*key): key for key in taken}
        asked = self._clock()
        debts = await connection.fetch(SHARE, list(named), [taken[key] for key in named.values()])
        for row in debts:
            key = named[row["bucket"]]
            bucket = self._buckets[key[0]].setdefault(key[1], Bucket(asked))
            # What was taken here while PostgreSQL was asked is not in its answer.
            bucket.unshared = max(0.0, bucket.unshared - taken[key])
            bucket.full_at = max(bucket.full_at, asked + row["debt"] + bucket.unshared)
        await connection.execute(FORGET)


def digest(limit: Limit, whose: str) -> str:
    """The name of a bucket among processes: no address and no account stands in the table."""
    return hashlib.blake2b(f"{limit.value} {whose}".encode(), digest_size=16).hexdigest()


@lru_cache(4096)
def network_of(address: str) -> str:
    """What of an address is one caller: of IPv6 the network that one customer has; what is no address is itself."""
    try:
        it = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(it, IPv6Address):
        if it.ipv4_mapped:
            return str(it.ipv4_mapped)
        return str(IPv6Address(int(it) >> (128 - A_NETWORK) << (128 - A_NETWORK)))
    return str(it)


async def refusals(connection: Connection) -> dict[Limit, int]:
    """How many calls were one too many, in all processes, by the limit."""
    found = {row["what"]: row["calls"] for row in await connection.fetch(REFUSED)}
    return {limit: found.get(limit.value, 0) for limit in Limit}
