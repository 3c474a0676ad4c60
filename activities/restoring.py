"""The engine is started over from the logs, after its own database was lost (`kaifang restore`)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.exceptions import WorkflowAlreadyStartedError

if TYPE_CHECKING:
    from activities.database import Pool
    from activities.engine import Engine

PATIENCE = timedelta(seconds=30)
AT_ONCE = 8


async def restore(pool: Pool, engine: Engine) -> int:
    """Every open case is in the engine; one that was there is left alone. Returns how many open cases there are.

    What waits in an inbox is handed over by the sweeper afterwards. May be run again at any time.
    """
    cases = [row["case_id"] for row in await pool.fetch("select case_id from cases where closed_at is null")]
    places = asyncio.Semaphore(AT_ONCE)

    async def one(case_id: str) -> None:
        async with places:
            # Closed in the engine and open in the log: `kaifang reconcile` names such a case.
            with suppress(WorkflowAlreadyStartedError):
                await engine.start_over(case_id, PATIENCE)

    async with asyncio.TaskGroup() as group:
        for case_id in cases:
            group.create_task(one(case_id))
    return len(cases)
