"""What a worker counts of itself, beside what the engine's library does; served to Prometheus together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from temporalio.common import MetricMeter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from activities.database import Pool

EVERY = 5.0
"""Seconds between two looks at the connections."""


class WorkerFigures:
    """Counts by the meter of the engine's library; without one, nowhere."""

    def __init__(self, meter: MetricMeter = MetricMeter.noop) -> None:
        self._swept = meter.create_counter(
            "kaifang_worker_swept_cases", "Cases that a sweeper has tried: in_vain, or nothing waits any more: done"
        )
        self._connections = meter.create_gauge(
            "kaifang_worker_connections", "Connections to PostgreSQL of a pool: in_use, or idle"
        )

    def swept(self, tried: int, done: int) -> None:
        """A round of the sweeper has ended."""
        self._swept.add(done, {"outcome": "done"})
        self._swept.add(tried - done, {"outcome": "in_vain"})

    def look(self, pools: Mapping[str, Pool]) -> None:
        """How the connections of each pool stand now."""
        for name, pool in pools.items():
            self._connections.set(pool.get_idle_size(), {"pool": name, "state": "idle"})
            self._connections.set(pool.get_size() - pool.get_idle_size(), {"pool": name, "state": "in_use"})

    async def watch(self, pools: Mapping[str, Pool]) -> None:
        """Looks until it is cancelled."""
        while True:
            self.look(pools)
            await asyncio.sleep(EVERY)
