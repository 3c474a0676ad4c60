"""The engine is started over from the logs (`kaifang restore`), after its own database was lost, or PostgreSQL was set
back, as by a backup that is older than what the engine knows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from activities.engine.knowledge import is_in_step
from activities.record.failing import note_in_step

if TYPE_CHECKING:
    from activities.database import Pool
    from activities.engine.handing_over import Engine

PATIENCE = timedelta(seconds=30)
AT_ONCE = 8


class NothingToRestore(LookupError):
    """Neither the logs nor the engine know a case of that id."""


@dataclass(frozen=True)
class Restored:
    """How many open cases the engine has now; which could not be started, with the reason; which were ahead of their
    logs; and which the engine runs without a log."""

    cases: int
    failed: dict[str, str]
    ahead: tuple[str, ...] = field(default=())
    without_log: tuple[str, ...] = field(default=())


async def restore(pool: Pool, engine: Engine) -> Restored:
    """Every open case runs in the engine from its log alone. A case that does so already is left alone, and one that
    fails holds up no other. A case without a log is left alone too: it may be another database's.

    What waits in an inbox is handed over by the sweeper afterwards. May be run again at any time.
    """
    rows = await pool.fetch("select case_id from cases where closed_at is null order by case_id")
    cases, running = [row["case_id"] for row in rows], await engine.running()
    ended = await pool.fetch("select case_id from cases where case_id = any($1) and closed_at is not null", running)
    known = await pool.fetch("select case_id from cases where case_id = any($1)", running)
    places = asyncio.Semaphore(AT_ONCE)
    failed: dict[str, str] = {}
    ahead: list[str] = []

    async def one(case_id: str) -> None:
        async with places:
            try:
                knows = await engine.knows(case_id)
                if knows is not None and await is_in_step(pool, case_id, knows):
                    await note_in_step(pool, case_id)
                    return
                await engine.start_anew(case_id, PATIENCE)
                await note_in_step(pool, case_id)
                if knows is not None:
                    ahead.append(case_id)
            except Exception as fault:  # noqa: BLE001 - whatever is wrong with one case, the others are restored
                failed[case_id] = repr(fault)

    async with asyncio.TaskGroup() as group:
        for case_id in (*cases, *(row["case_id"] for row in ended)):
            group.create_task(one(case_id))
    without_log = sorted(set(running) - {row["case_id"] for row in known})
    in_the_engine = len(cases) - len([case_id for case_id in cases if case_id in failed])
    return Restored(in_the_engine, failed, tuple(sorted(ahead)), tuple(without_log))


async def restore_one(pool: Pool, engine: Engine, case_id: str) -> bool:
    """The engine has this case from its log alone, whatever it knew before; False where there is no log, and the engine
    has given the case up. Raises NothingToRestore."""
    if await pool.fetchval("select exists (select from cases where case_id = $1)", case_id):
        await engine.start_anew(case_id, PATIENCE)
        await note_in_step(pool, case_id)
        return True
    if await engine.knows(case_id) is None:
        raise NothingToRestore(case_id)
    await engine.forget(case_id, PATIENCE)
    return False
