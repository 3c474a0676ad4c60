"""The bare alternative's worker, tuned as ours is: `python -m benchmarks.bare_worker`."""

from __future__ import annotations

import asyncio
import signal

import uvloop
from temporalio.worker import PollerBehaviorAutoscaling, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.database import open_pool
from activities.engine.leaving import leave
from activities.settings import Settings
from benchmarks.bare import TASK_QUEUE, BareRequest, Recorder
from worker import DRAIN, connect

SANDBOX = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules("benchmarks", "activities", "pydantic")
)


async def run(settings: Settings) -> None:
    """Until SIGTERM."""
    told_to_stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told_to_stop.set)
    pool = await open_pool(settings.database_url)
    worker = Worker(
        await connect(settings),
        task_queue=TASK_QUEUE,
        workflows=[BareRequest],
        activities=[Recorder(pool).record],
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
