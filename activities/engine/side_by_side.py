"""Batches of cases are compared by several processes: to fold logs is work of a processor, and one has one of them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, ClassVar

from activities.database import open_pool
from activities.engine.payloads import client
from activities.engine.reconciling import Batch, Comparison, Difference, Wanted, batches

if TYPE_CHECKING:
    from activities.database import Pool
    from activities.settings import Settings

AT_MOST = 8
"""Processes, unless somebody says otherwise: each adds to what PostgreSQL and the engine are asked."""
CONNECTIONS = 4
"""Of each process."""
AHEAD = 2
"""Batches that lie ready for each process."""


def as_many_as_fit() -> int:
    """A process for each processor, within bounds."""
    return max(1, min(AT_MOST, os.cpu_count() or 1))


class Here:
    """What a process keeps from batch to batch: its loop, and its connections in the comparison."""

    runner: ClassVar[asyncio.Runner]
    comparison: ClassVar[Comparison]

    @classmethod
    def begin(cls, settings: Settings) -> None:
        """Connects. Whoever breaks the command off means the process that hands out batches, which ends this one."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        cls.runner = asyncio.Runner()
        cls.comparison = cls.runner.run(cls._connected(settings))

    @staticmethod
    async def _connected(settings: Settings) -> Comparison:
        return Comparison(await open_pool(settings.database_url, size=CONNECTIONS), await client(settings))

    @classmethod
    def compared(cls, batch: Batch) -> list[Difference]:
        return cls.runner.run(cls.comparison.of(batch))


async def reconcile_side_by_side(
    pool: Pool, settings: Settings, wanted: Wanted, processes: int
) -> AsyncIterator[Difference]:
    """The same as `reconcile`, by so many processes of their own; the differences in the same order."""
    loop = asyncio.get_running_loop()
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawned, Here.begin, (settings,)) as executor:
        under_way: deque[asyncio.Future[list[Difference]]] = deque()
        try:
            async for batch in batches(pool, wanted):
                under_way.append(loop.run_in_executor(executor, Here.compared, batch))
                if len(under_way) >= AHEAD * processes:
                    for difference in await under_way.popleft():
                        yield difference
            while under_way:
                for difference in await under_way.popleft():
                    yield difference
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
