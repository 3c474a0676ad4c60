"""The sweeper: hands over what the API could not, because it died, or the engine was away."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from temporalio.service import RPCError

from activities.database import AWAY
from activities.engine.figures import WorkerFigures
from activities.engine.sweeps import LANES, LEASE, START, Lane, Place, Sweeps

if TYPE_CHECKING:
    from activities.database import Pool
    from activities.engine.handing_over import Engine

LOG = logging.getLogger("kaifang.sweeper")

PATIENCE = timedelta(seconds=10)
A_ROUND = 200
FROM_THE_START_AFTER = 60.0
"""Seconds for which a lane goes on from where it was: what was committed late is behind it."""


class Swept(NamedTuple):
    """What one round of a lane has come to."""

    tried: int
    done: int
    last: Place


class Sweeper:
    """Goes by `delivered_at` alone. A case that cannot be handed over waits longer each time and holds up no other.

    Notices have a lane of their own, so that what people do is not behind them. Any number may sweep: they share the
    cases, and those of one that has died are the others' when its leases end.
    """

    def __init__(self, pool: Pool, engine: Engine, every: float = 1.0, figures: WorkerFigures | None = None) -> None:
        self._engine = engine
        self._every = every
        self._sweeps = Sweeps(pool, first_pause=every)
        self._figures = figures or WorkerFigures()
        self._in_hand: set[str] = set()

    async def run(self) -> None:
        """Sweeps until it is cancelled; an absent PostgreSQL or engine is waited for."""
        async with asyncio.TaskGroup() as lanes:
            for lane in LANES:
                lanes.create_task(self._run(lane))
            lanes.create_task(self._keep_in_hand())

    async def _run(self, lane: Lane) -> None:
        now = asyncio.get_running_loop().time
        after, from_the_start_at = START, now() + FROM_THE_START_AFTER
        while True:
            swept = Swept(0, 0, START)
            try:
                swept = await self._sweep(lane, after)
            except* AWAY as away:
                LOG.info("PostgreSQL is away: %r", away.exceptions)
            after = swept.last
            if now() > from_the_start_at:
                after, from_the_start_at = START, now() + FROM_THE_START_AFTER
            # After a full round there is more to do, unless nothing can be done.
            in_vain = swept.tried > 0 and swept.done == 0
            await asyncio.sleep(0 if swept.last != START and not in_vain else self._every)

    async def _keep_in_hand(self) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            try:
                if self._in_hand:
                    await self._sweeps.renew(self._in_hand)
            except AWAY as away:
                LOG.info("PostgreSQL is away: %r", away)

    async def sweep(self) -> int:
        """Hands over once what has been overlooked; returns the number of cases tried."""
        return sum([(await self._sweep(lane, START)).tried for lane in LANES])

    async def _sweep(self, lane: Lane, after: Place) -> Swept:
        cases, last = await self._sweeps.claim(lane, after, A_ROUND)
        places = asyncio.Semaphore(lane.at_once)
        done: list[str] = []

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
                if await self._sweeps.tried(case_id):
                    done.append(case_id)
                self._in_hand.discard(case_id)

        self._in_hand.update(cases)
        try:
            async with asyncio.TaskGroup() as group:
                for case_id in cases:
                    group.create_task(one(case_id))
        finally:
            self._in_hand.difference_update(cases)
        self._figures.swept(len(cases), len(done))
        return Swept(len(cases), len(done), last)
