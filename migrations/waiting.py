"""Whoever migrates waits a few seconds for a lock and no longer: everybody else who wants the table waits behind it.

What was not got is tried again after a pause, in which those go on. Who held it is asked while it is waited for, by a
connection beside; afterwards nobody knows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from activities.database import AWAY
from activities.database_url import checked

LOG = logging.getLogger("kaifang.migrations")

ALONE = "select pg_try_advisory_xact_lock(hashtextextended('kaifang.migrations', 0))"
EVERY = 0.5
"""Seconds between two looks at whether another migration is over. Who waits in a statement has a snapshot for as long,
and an index that is built concurrently waits for all of those."""
LOOKS_EVERY = 0.25
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
PASSES = ("55P03", "40P01")
"""A lock was not got, or two waited for each other (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
HOLDING = """
select holder.pid, usename as login, application_name as program,
  extract(epoch from clock_timestamp() - xact_start)::int as seconds, wanted
from (select distinct unnest(pg_blocking_pids($1)) as pid) as holder left join pg_stat_activity using (pid) cross join (
  select coalesce(string_agg(distinct relation::regclass::text, ', '), '') as wanted from pg_locks
  where pid = $1 and not granted
) as waiting order by seconds desc nulls last, holder.pid
"""
"""Since when a transaction goes on is shown to whoever is its login or may read all statistics."""


@dataclass(frozen=True)
class Patience:
    """For how many seconds a migration waits for a lock, and within how many in all it tries again."""

    for_a_lock: float = 3
    in_all: float = 600


USUAL = Patience()


class LockNotGot(Exception):
    """A lock that the migration needs is held by somebody who does not let go of it. The schema is as it was, but for
    what is made beforehand and bothers nobody; or it is the newest, and rows of before lack something still."""


@dataclass
class Attempt:
    """One try: as which backend of PostgreSQL it waits, and who was found to keep it waiting last."""

    for_a_lock: float
    backend: int | None = None
    kept_by: list[str] = field(default_factory=list)

    async def begin(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        """This connection waits for no lock longer than that."""
        self.backend = await connection.fetchval(BEGIN, self.in_milliseconds)

    @property
    def in_milliseconds(self) -> str:
        return f"{int(self.for_a_lock * 1000)}ms"


BEGIN = "select pg_backend_pid() from set_config('lock_timeout', $1, false)"


@asynccontextmanager
async def alone(dsn: str) -> AsyncIterator[None]:
    """Nobody else migrates this database meanwhile; who does is waited for."""
    connection = await asyncpg.connect(checked(dsn))
    try:
        await connection.execute("begin")
        while not await connection.fetchval(ALONE):
            await connection.execute("rollback")
            await asyncio.sleep(EVERY)
            await connection.execute("begin")
        # Said in this way, which ends the statement before: until then that keeps a snapshot.
        await connection.execute("set local idle_in_transaction_session_timeout = 0")
        yield
    finally:
        await connection.close()


async def with_patience(dsn: str, patience: Patience, attempt: Callable[[Attempt], Awaitable[None]]) -> None:
    """Tries until every lock was got. Raises LockNotGot, which names who holds one."""
    now = asyncio.get_running_loop().time
    until, pause = now() + patience.in_all, FIRST_PAUSE
    while True:
        this = Attempt(patience.for_a_lock)
        try:
            async with _watched(dsn, this):
                return await attempt(this)
        except Exception as error:
            # As the driver raises it, or as Alembic's layer above it does.
            if getattr(getattr(error, "orig", error), "sqlstate", None) not in PASSES:
                raise
            kept_by = "; ".join(this.kept_by) or "somebody who has let go since"
            not_got = f"no lock within {patience.for_a_lock:g} s, held by {kept_by}"
            if now() + pause > until:
                raise LockNotGot(
                    f"{not_got}. Nobody was held up for longer, and it was tried again for {patience.in_all:g} s. "
                    "Wait until they have ended, or end them, and migrate again."
                ) from error
        LOG.warning("%s; tried again in %g s, for %d s more", not_got, pause, until - now())
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


@asynccontextmanager
async def _watched(dsn: str, attempt: Attempt) -> AsyncIterator[None]:
    looking = asyncio.create_task(_look(dsn, attempt))
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _look(dsn: str, attempt: Attempt) -> None:
    try:
        connection = await asyncpg.connect(checked(dsn))
        try:
            while True:
                if attempt.backend is not None and (rows := await connection.fetch(HOLDING, attempt.backend)):
                    attempt.kept_by = [_holder(row) for row in rows]
                await asyncio.sleep(LOOKS_EVERY)
        finally:
            await connection.close()
    except AWAY:
        LOG.info("who holds a lock cannot be asked")


def _holder(row: asyncpg.Record) -> str:
    if not row["pid"]:
        who = "a prepared transaction"
    else:
        since = "" if row["seconds"] is None else f", for {row['seconds']} s"
        who = f"process {row['pid']} of PostgreSQL ({row['login']}, {row['program'] or 'unnamed'}{since})"
    return f"{who} on {row['wanted']}" if row["wanted"] else who
