"""A worker that can die as in a power cut: after PostgreSQL has committed, before the engine hears of it.

It dies at the next write while the file named by DIE_WHEN exists; where that holds a number, after so many more; and
in the same way while it moves the clocks of cases, with what it had not committed. NO_SWEEPER leaves the inbox to the
test.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from temporalio import activity

from activities.calendar.record import RecordOfNotices
from activities.clock import Clock, DatabaseClock
from activities.database import Connection, Pool, open_pool
from activities.engine.handing_over import Engine
from activities.engine.leaving import leave
from activities.engine.sweeping import Sweeper
from activities.notices.moving import Moving, Step, Steps
from activities.record.append import Append
from activities.record.log import Log
from activities.settings import Settings
from activities.telling.sending import Sender
from activities.telling.ways import Ways
from models.messages import Tail, Write
from rules.seed_notices import read_scopes
from worker import connect, worker_of


class DyingSteps(Steps):
    """Moves the clocks of some cases, and is gone before they are committed."""

    def __init__(self, log: Log, clock: Clock) -> None:
        super().__init__(log, clock, at_once=5)
        self._die = Path(os.environ["DIE_WHEN"])
        self._done = 0

    async def next(self, connection: Connection) -> Step:
        step = await super().next(connection)
        if step.cases and self._die.exists():
            self._done += 1
            if self._done > int(self._die.read_text() or 0):
                os._exit(9)
        return step


class DyingAppend(Append):
    """Commits, and is gone."""

    def __init__(self, pool: Pool, log: Log, clock: Clock) -> None:
        super().__init__(pool, log, clock)
        self._die = Path(os.environ["DIE_WHEN"])
        self._writes = 0

    def told_to_die(self) -> bool:
        if not self._die.exists():
            return False
        self._writes += 1
        return self._writes > int(self._die.read_text() or 0)

    @activity.defn(name="append")
    async def append(self, write: Write) -> Tail:
        tail = await super().append(write)
        if write.events and tail.events and self.told_to_die():
            os._exit(9)
        return tail


async def run() -> None:
    settings = Settings.load()
    told_to_stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told_to_stop.set)
    pool = await open_pool(settings.database_url)
    temporal = await connect(settings)
    append = DyingAppend(pool, Log(RecordOfNotices(read_scopes())), DatabaseClock())
    async with pool, Ways(settings) as ways, worker_of(temporal, settings.task_queue, append):
        sweeper = Sweeper(pool, Engine(pool, temporal, settings.task_queue), every=0.2)
        beside = [asyncio.create_task(Sender(pool, ways, settings.base_url).run())]
        moving = Moving(pool, DyingSteps(Log(RecordOfNotices(read_scopes())), DatabaseClock()), every=0.2)
        beside.append(asyncio.create_task(moving.run()))
        if not os.environ.get("NO_SWEEPER"):
            beside.append(asyncio.create_task(sweeper.run()))
        await told_to_stop.wait()
        for task in beside:
            task.cancel()
        await asyncio.wait(beside)


if __name__ == "__main__":
    asyncio.run(run())
    leave()
