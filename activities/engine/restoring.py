"""The engine is started over from the logs (`kaifang restore`), after its own database was lost, or PostgreSQL was set
back, as by a backup that is older than what the engine knows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import ValidationError
from temporalio.service import RPCError, RPCStatusCode

from activities.batches import in_batches
from activities.engine.knowledge import is_in_step
from activities.record.failing import note_in_step
from activities.record.pinned_rules import PinnedRules
from models.events import read_events

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import asyncpg

    from activities.database import Pool
    from activities.engine.handing_over import Engine
    from rules.procedure_rules import ProcedureRules

PATIENCE = timedelta(seconds=30)
AT_ONCE = 32
"""Cases that are asked for or started at the same time."""
A_BATCH = 200
"""Cases of which logs are read at once."""
BATCHES = 2
"""In memory: the engine does not wait while the next logs are read and looked for in its list."""


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


OPEN = "select case_id from cases where case_id > $1 and closed_at is null order by case_id limit $2"
LOGS = """
select case_id, rules_digest, array(select event::text from events where events.case_id = cases.case_id order by number)
  as log
from cases where case_id = any($1)
"""


async def restore(pool: Pool, engine: Engine) -> Restored:
    """Every open case runs in the engine from its log alone. A case that does so already is left alone, and one that
    fails holds up no other. A case without a log is left alone too: it may be another database's.

    What waits in an inbox is handed over by the sweeper afterwards. May be run again at any time. Raises RPCError where
    the engine is away.
    """
    restoring = Restoring(pool, engine)
    cases = await restoring.every_open_case()
    async for running in in_batches(engine.running(), A_BATCH):
        await restoring.that_run(running)
    in_the_engine = cases - len(restoring.failed.keys() - restoring.ended)
    ahead, unknown = tuple(sorted(restoring.ahead)), tuple(sorted(restoring.without_log))
    return Restored(in_the_engine, restoring.failed, ahead, unknown)


class Restoring:
    """Brings cases back, batch by batch, and remembers only what is not as it should be."""

    def __init__(self, pool: Pool, engine: Engine) -> None:
        self._pool = pool
        self._engine = engine
        self._pinned = PinnedRules()
        self._places = asyncio.Semaphore(AT_ONCE)
        self.failed: dict[str, str] = {}
        self.ahead: list[str] = []
        self.ended: set[str] = set()
        """Cases that are closed in the log and ran."""
        self.without_log: list[str] = []

    async def every_open_case(self) -> int:
        """As `open_cases`, of all there are, the next batch while the last of this one start; how many there are."""
        cases, after = 0, ""
        under_way: set[asyncio.Task[None]] = set()
        try:
            while page := [row["case_id"] for row in await self._pool.fetch(OPEN, after, A_BATCH)]:
                after = page[-1]
                cases += len(page)
                under_way.add(asyncio.create_task(self.open_cases(page)))
                if len(under_way) == BATCHES:
                    done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    await asyncio.gather(*done)
            await asyncio.gather(*under_way)
        finally:
            for batch in under_way:
                batch.cancel()
        return cases

    async def open_cases(self, cases: Sequence[str]) -> None:
        """These run: what the engine does not list is started from its log, and what it lists is asked for what it
        knows."""
        listed = await self._engine.running_among(cases)
        missing = [case_id for case_id in cases if case_id not in listed]
        started = await self._start(missing)
        if started:
            await note_in_step(self._pool, *started)
        await self._each(self._in_step, sorted(set(cases) - set(started) - self.failed.keys()))

    async def that_run(self, cases: Sequence[str]) -> None:
        """Of these, which the engine runs, those that are closed are ended, and those without a log are named."""
        known = await self._pool.fetch("select case_id, closed_at from cases where case_id = any($1)", cases)
        closed = [row["case_id"] for row in known if row["closed_at"] is not None]
        self.without_log += set(cases) - {row["case_id"] for row in known}
        self.ended.update(closed)
        await self._each(self._in_step, closed)

    async def _start(self, cases: Sequence[str]) -> list[str]:
        """Those that were started; not those that run after all, or that failed."""
        rows = await self._pool.fetch(LOGS, cases) if cases else []
        started: list[str] = []

        rules: dict[str, ProcedureRules] = {}
        unreadable: dict[str, ValidationError] = {}
        async with self._pool.acquire() as connection:
            for digest in {row["rules_digest"] for row in rows}:
                try:
                    rules[digest] = await self._pinned.of(connection, digest)
                except ValidationError as fault:
                    # Written by a newer version: each case that has them fails by itself.
                    unreadable[digest] = fault

        async def start(row: asyncpg.Record) -> None:
            digest = row["rules_digest"]
            if digest in unreadable:
                raise unreadable[digest]
            if await self._engine.start_missing(read_events(row["log"]), rules[digest], PATIENCE):
                started.append(row["case_id"])

        by_case = {row["case_id"]: row for row in rows}
        await self._each(lambda case_id: start(by_case[case_id]), list(by_case))
        return started

    async def _in_step(self, case_id: str) -> None:
        knows = await self._engine.knows(case_id)
        if knows is None or not await is_in_step(self._pool, case_id, knows):
            await self._engine.start_anew(case_id, PATIENCE)
            if knows is not None:
                self.ahead.append(case_id)
        await note_in_step(self._pool, case_id)

    async def _each(self, one: Callable[[str], Awaitable[None]], cases: Sequence[str]) -> None:
        """Whatever is wrong with one case, the others are restored; but none is where the engine is away."""

        async def tried(case_id: str) -> None:
            async with self._places:
                try:
                    await one(case_id)
                except Exception as fault:
                    if isinstance(fault, RPCError) and fault.status is RPCStatusCode.UNAVAILABLE:
                        raise
                    self.failed[case_id] = repr(fault)

        await asyncio.gather(*map(tried, cases))


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
