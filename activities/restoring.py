"""The engine is started over from the logs, after its own database was lost (`kaifang restore`)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.exceptions import WorkflowAlreadyStartedError

if TYPE_CHECKING:
    from activities.database import Pool
    from activities.engine import Engine

PATIENCE = timedelta(seconds=30)
AT_ONCE = 8


@dataclass(frozen=True)
class Restored:
    """How many open cases the engine has now, and which it could not be given, with the reason."""

    cases: int
    failed: dict[str, str]


async def restore(pool: Pool, engine: Engine) -> Restored:
    """Every open case is in the engine; one that was there is left alone, and one that fails holds up no other.

    What waits in an inbox is handed over by the sweeper afterwards. May be run again at any time.
    """
    cases = [row["case_id"] for row in await pool.fetch("select case_id from cases where closed_at is null")]
    places = asyncio.Semaphore(AT_ONCE)
    failed: dict[str, str] = {}

    async def one(case_id: str) -> None:
        async with places:
            try:
                await engine.start_over(case_id, PATIENCE)
            except WorkflowAlreadyStartedError:
                failed[case_id] = "closed in the engine and open in the log"
            except Exception as fault:  # noqa: BLE001 - whatever is wrong with one case, the others are restored
                failed[case_id] = repr(fault)

    async with asyncio.TaskGroup() as group:
        for case_id in cases:
            group.create_task(one(case_id))
    return Restored(len(cases) - len(failed), failed)
