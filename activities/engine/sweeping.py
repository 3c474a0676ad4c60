"""The sweeper: hands over what the API could not, because it died, or the engine was away."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from temporalio.service import RPCError

from activities.database import AWAY

if TYPE_CHECKING:
    from activities.database import Pool
    from activities.engine.handing_over import Engine

LOG = logging.getLogger("kaifang.sweeper")

OVERLOOKED_AFTER = timedelta(seconds=2)
"""The API hands over at once; nobody but the sweeper hands over what is older than this."""
PATIENCE = timedelta(seconds=10)
A_ROUND = 200
LONGEST_PAUSE = 60.0
WAITING = """
select case_id from acts where delivered_at is null and received_at < clock_timestamp() - $1::interval
  and case_id <> all($2)
group by case_id having bool_and(kind = 'apply_notice') = $3
-- However many cases cannot be handed over, those not tried yet come before them.
order by case_id = any($4), min(received_at) limit $5
"""


class Lane(NamedTuple):
    """Which cases are handed over beside the others, and how many of them at once."""

    of_notices: bool
    """Cases for which only notices wait: thousands, on the day when one is published."""
    at_once: int


PEOPLE = Lane(of_notices=False, at_once=8)
NOTICES = Lane(of_notices=True, at_once=4)
"""Enough to keep a worker busy, so few that an act of a person, which gets in among them, hardly waits."""
LANES = (PEOPLE, NOTICES)


class Sweeper:
    """Goes by `delivered_at` alone. A case that cannot be handed over waits longer each time and holds up no other.

    Notices have a lane of their own, so that what people do is not behind them.
    """

    def __init__(self, pool: Pool, engine: Engine, every: float = 1.0) -> None:
        self._pool = pool
        self._engine = engine
        self._every = every
        self._pauses: dict[str, tuple[float, float]] = {}

    async def run(self) -> None:
        """Sweeps until it is cancelled; an absent PostgreSQL or engine is waited for."""
        async with asyncio.TaskGroup() as lanes:
            for lane in LANES:
                lanes.create_task(self._run(lane))

    async def _run(self, lane: Lane) -> None:
        while True:
            tried: list[str] = []
            try:
                tried = await self._sweep(lane)
            except* AWAY as away:
                LOG.info("PostgreSQL is away: %r", away.exceptions)
            # After a full round there is more to do, unless nothing can be done.
            in_vain = all(case_id in self._pauses for case_id in tried)
            await asyncio.sleep(0 if len(tried) == A_ROUND and not in_vain else self._every)

    async def sweep(self) -> int:
        """Hands over once what has been overlooked; returns the number of cases tried."""
        return sum([len(await self._sweep(lane)) for lane in LANES])

    async def _sweep(self, lane: Lane) -> list[str]:
        now = asyncio.get_running_loop().time()
        waiting = [case_id for case_id, (again_at, _) in self._pauses.items() if again_at > now]
        rows = await self._pool.fetch(WAITING, OVERLOOKED_AFTER, waiting, lane.of_notices, list(self._pauses), A_ROUND)
        places = asyncio.Semaphore(lane.at_once)

        async def one(case_id: str) -> None:
            async with places:
                try:
                    await self._engine.hand_over(case_id, PATIENCE)
                except RPCError as failure:
                    LOG.info("case %s not handed over yet: %s", case_id, failure)
                except AWAY:
                    raise
                except Exception:
                    # Such as an act that a newer version wrote: whatever is wrong with one case holds up no other.
                    LOG.exception("case %s cannot be handed over", case_id)
                await self._remember(case_id)

        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(one(row["case_id"]))
        return [row["case_id"] for row in rows]

    async def _remember(self, case_id: str) -> None:
        left = await self._pool.fetchval(
            "select exists (select from acts where case_id = $1 and delivered_at is null)", case_id
        )
        if not left:
            self._pauses.pop(case_id, None)
            return
        _, pause = self._pauses.get(case_id, (0.0, self._every / 2))
        pause = min(pause * 2, LONGEST_PAUSE)
        self._pauses[case_id] = (asyncio.get_running_loop().time() + pause, pause)
