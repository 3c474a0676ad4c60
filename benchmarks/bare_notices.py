"""The bare alternative to a notice: a workflow that waits until a due day, a table of due days, and a signal for each.

`python -m benchmarks.bare_notices` is its worker, tuned as ours is. Somebody else must know which due days move, and to
where; nothing says why, and a signal that is lost or sent twice is nobody's concern.
"""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from datetime import datetime, timedelta

import uvloop
from temporalio import activity, workflow
from temporalio.worker import PollerBehaviorAutoscaling, Worker

with workflow.unsafe.imports_passed_through():
    from activities.database import Pool, open_pool
    from activities.engine.leaving import leave
    from activities.settings import Settings
    from benchmarks.bare_worker import SANDBOX
    from worker import DRAIN, connect

TASK_QUEUE = "bare-notices"
SCHEMA = """
create table bare_due (case_id text primary key, due_at timestamptz not null, moved_at timestamptz);
grant all on bare_due to public
"""
PUT = "insert into bare_due (case_id, due_at) select unnest($1::text[]), $2"
MOVE = "update bare_due set due_at = $2 where case_id = any($1)"
MOVED = "update bare_due set moved_at = clock_timestamp() where case_id = $1"


@dataclass
class Due:
    """A case, and when it is due."""

    case_id: str
    due_at: datetime


class Mover:
    """Writes that a workflow has taken its new due day."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn(name="record_move")
    async def record(self, case_id: str) -> None:
        await self._pool.execute(MOVED, case_id)


@workflow.defn
class BareClock:
    """Waits until the due day, which a signal moves."""

    @workflow.init
    def __init__(self, due: Due) -> None:
        self.due_at = due.due_at
        # A signal may come before `run`.
        self.moved = False

    @workflow.run
    async def run(self, due: Due) -> None:
        while workflow.now() < self.due_at:
            try:
                await workflow.wait_condition(lambda: self.moved, timeout=self.due_at - workflow.now())
            except TimeoutError:
                return
            self.moved = False
            await workflow.execute_local_activity(
                "record_move", due.case_id, start_to_close_timeout=timedelta(seconds=5)
            )

    @workflow.signal
    async def move(self, due_at: datetime) -> None:
        self.due_at = due_at
        self.moved = True


async def run(settings: Settings) -> None:
    """Until SIGTERM."""
    told_to_stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told_to_stop.set)
    pool = await open_pool(settings.database_url)
    worker = Worker(
        await connect(settings),
        task_queue=TASK_QUEUE,
        workflows=[BareClock],
        activities=[Mover(pool).record],
        workflow_runner=SANDBOX,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        graceful_shutdown_timeout=DRAIN,
    )
    async with pool, worker:
        await told_to_stop.wait()


if __name__ == "__main__":
    uvloop.run(run(Settings.load()))
    leave()
