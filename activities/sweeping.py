"""The sweeper: hands over what the API could not, because it died, or the engine was away."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.service import RPCError

from activities.database import AWAY

if TYPE_CHECKING:
    from activities.database import Pool
    from activities.engine import Engine

LOG = logging.getLogger("kaifang.sweeper")

OVERLOOKED_AFTER = timedelta(seconds=2)
"""The API hands over at once; what is older than this has nobody else."""
PATIENCE = timedelta(seconds=10)
AT_ONCE = 8
A_ROUND = 200
LONGEST_PAUSE = 60.0


class Sweeper:
    """Goes by `delivered_at` alone. A case that cannot be handed over waits longer each time and holds up no other."""

    def __init__(self, pool: Pool, engine: Engine, every: float = 1.0) -> None:
        self._pool = pool
        self._engine = engine
        self._every = every
        self._pauses: dict[str, tuple[float, float]] = {}

    async def run(self) -> None:
        """Sweeps until it is cancelled; an absent PostgreSQL or engine is waited for."""
        while True:
            try:
                await self.sweep()
            except* AWAY as away:
                LOG.info("PostgreSQL is away: %r", away.exceptions)
            await asyncio.sleep(self._every)

    async def sweep(self) -> int:
        """Hands over once what has been overlooked; returns the number of cases tried."""
        now = asyncio.get_running_loop().time()
        waiting = [case_id for case_id, (again_at, _) in self._pauses.items() if again_at > now]
        rows = await self._pool.fetch(
            "select case_id from acts where delivered_at is null and received_at < clock_timestamp() - $1::interval "
            # However many cases cannot be handed over, those not tried yet come before them.
            "and case_id <> all($2) group by case_id order by case_id = any($3), min(received_at) limit $4",
            OVERLOOKED_AFTER,
            waiting,
            list(self._pauses),
            A_ROUND,
        )
        places = asyncio.Semaphore(AT_ONCE)

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
        return len(rows)

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
