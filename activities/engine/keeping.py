"""What runs beside the worker is kept running: a job that ends unasked is logged, counted and started again.

The counts lie in PostgreSQL, where every API finds them whichever worker wrote them (docs/decisions/0021).
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from activities.database import AWAY

if TYPE_CHECKING:
    from datetime import datetime

    from activities.database import Connection, Pool

LOG = logging.getLogger("kaifang.keeper")

SWEEPER, SENDER, REMINDERS, LAPSES, REVIEWS, HEADS = "sweeper", "sender", "reminders", "lapses", "reviews", "heads"
DECLARATIONS = "declarations"
RECUSALS, STAMPS, SCANS, MONTHS, SEALING = "recusals", "stamps", "scans", "months", "sealing"
NOTICES = "notices"
ARCHIVES, MAILBOXES, VERSIONS = "archives", "mailboxes", "versions"
JOBS = (
    *(SWEEPER, SENDER, REMINDERS, LAPSES, RECUSALS, REVIEWS, HEADS, STAMPS, SCANS, MONTHS, MAILBOXES, SEALING),
    *(ARCHIVES, VERSIONS, DECLARATIONS, NOTICES),
)
"""What runs beside every worker."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a job that ended is started again; doubled each time, until it has run for STEADY_AFTER."""
STEADY_AFTER = 300.0
EVERY = 10.0
"""Seconds after which a worker says again what it runs."""
SEEN_WITHIN = timedelta(seconds=3 * EVERY)
"""A worker that has not reported for longer does not count."""
FORGOTTEN_AFTER = timedelta(days=1)

SAID = """
insert into worker_jobs (worker_id, job, seen_at) select $1, job, clock_timestamp() from unnest($2::text[]) as job
on conflict (worker_id, job) do update set seen_at = excluded.seen_at
"""
FORGOTTEN = """
delete from worker_jobs
where (worker_id = $1 and job <> all($2::text[])) or seen_at < clock_timestamp() - $3::interval
"""
ENDED = """
insert into worker_job_ends (job, times, last_at, last_reason) values ($1, $2, clock_timestamp(), $3)
on conflict (job) do update set
  times = worker_job_ends.times + excluded.times, last_at = excluded.last_at, last_reason = excluded.last_reason
"""
FIGURES = """
select named.job,
  (select count(*) from worker_jobs where worker_jobs.job = named.job and seen_at > $2) as workers,
  coalesce((select times from worker_job_ends where worker_job_ends.job = named.job), 0) as ended
from unnest($1::text[]) as named (job)
"""


class Job(NamedTuple):
    """Something that runs until it is cancelled."""

    name: str
    run: Callable[[], Coroutine[Any, Any, None]]


class JobFigures(NamedTuple):
    """How many workers run a job now, and how often it has ended unasked in any of them, ever."""

    workers: int
    ended: int


class EndedByItself(Exception):
    """A job has returned, or was cancelled by nobody who may."""


@dataclass(frozen=True)
class Pauses:
    """Seconds between the end of a job and its next start."""

    first: float = FIRST_PAUSE
    longest: float = LONGEST_PAUSE
    steady_after: float = STEADY_AFTER

    def after(self, pause: float, ran_for: float) -> float:
        """The pause that follows on a pause and a run."""
        return self.first if not pause or ran_for >= self.steady_after else min(pause * 2, self.longest)


class Keeper:
    """Keeps jobs running until it is cancelled itself; any number of workers may have one."""

    def __init__(self, pool: Pool, jobs: list[Job], pauses: Pauses | None = None, every: float = EVERY) -> None:
        self._pool = pool
        self._jobs = jobs
        self._pauses = pauses or Pauses()
        self._every = every
        self._worker_id = str(uuid.uuid4())
        self._running: set[str] = set()
        self._ended: Counter[str] = Counter()
        """Ends that are not on record yet."""
        self._reasons: dict[str, str] = {}
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Starts the jobs, and again whatever ends; waits for all of them when it is cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for job in self._jobs:
                    group.create_task(self._keep(job))
                group.create_task(self._report())
        finally:
            self._running.clear()
            await self._put_on_record()

    async def _keep(self, job: Job) -> None:
        pause = 0.0
        while True:
            began = time.monotonic()
            reason = await self._until_it_ends(job)
            pause = self._pauses.after(pause, time.monotonic() - began)
            LOG.error("%s ended unasked; it is started again in %g s", job.name, pause, exc_info=reason)
            self._ended[job.name] += 1
            # Only the name: the text of an error may quote what people wrote.
            self._reasons[job.name] = type(reason).__name__
            self._news.set()
            await asyncio.sleep(pause)

    async def _until_it_ends(self, job: Job) -> BaseException:
        """Why it ended. A task of its own, because a cancellation from inside it would otherwise look like one of the
        keeper."""
        running = asyncio.create_task(job.run(), name=job.name)
        self._running.add(job.name)
        self._news.set()
        try:
            await asyncio.wait({running})
        finally:
            self._running.discard(job.name)
            if running.cancel():
                await asyncio.wait({running})
        if running.cancelled():
            return EndedByItself("cancelled")
        return running.exception() or EndedByItself("returned")

    async def _report(self) -> None:
        """Says what runs, at once after a change and else from time to time."""
        while True:
            self._news.clear()
            await self._put_on_record()
            try:
                await asyncio.wait_for(self._news.wait(), self._every)
            except TimeoutError:
                continue
            # A job that ends time and again is not reported more often than that.
            await asyncio.sleep(min(self._every, 1.0))

    async def _put_on_record(self) -> None:
        ended, running = Counter(self._ended), sorted(self._running)
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                for job, times in sorted(ended.items()):
                    await connection.execute(ENDED, job, times, self._reasons[job])
                await connection.execute(SAID, self._worker_id, running)
                await connection.execute(FORGOTTEN, self._worker_id, running, FORGOTTEN_AFTER)
        except AWAY as away:
            LOG.info("PostgreSQL is away: %r", away)
        except Exception:
            LOG.exception("what runs beside the worker cannot be told")
        else:
            self._ended -= ended


async def figures(connection: Connection, now: datetime) -> dict[str, JobFigures]:
    """How each job stands at that instant of PostgreSQL's clock."""
    rows = await connection.fetch(FIGURES, list(JOBS), now - SEEN_WITHIN)
    return {row["job"]: JobFigures(row["workers"], row["ended"]) for row in rows}
