"""The connection pool that receipt, writer and sweeper share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
from rfc8785 import CanonicalizationError

from activities import tracing

if TYPE_CHECKING:
    # asyncpg's classes take type parameters only in its stubs
    Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # it is shutting down, has crashed, or does not take connections yet
    asyncpg.InsufficientResourcesError,  # too many connections, disk full, out of memory, a limit of its configuration
    asyncpg.PostgresSystemError,  # its disk or its machine fails
    asyncpg.ReadOnlySQLTransactionError,  # a standby that is not the primary yet, or a disk that an operator protects
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,  # we were frozen, and others went first
    asyncpg.TransactionTimeoutError,  # the same, a little at a time
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the connection broke in the middle of an answer
)
"""What is raised while PostgreSQL cannot be reached or can take nothing now: nothing was recorded, and the same may
work later. Whatever else it raises is a defect of ours, a wrong setting, or damage (docs/decisions/0020)."""
NEVER_TAKEN = (
    asyncpg.DataError,  # class 22: a value that no column can hold, or that cannot even be sent
    asyncpg.ProgramLimitExceededError,  # class 54: too long for an index, too many, too deep
    asyncpg.IntegrityConstraintViolationError,  # class 23: it contradicts what is there
    UnicodeEncodeError,  # half a character, which has no bytes
    CanonicalizationError,  # no number: its hash would be nobody else's
)
"""What is raised where PostgreSQL answers, and will answer the same however often it is asked: nothing was recorded.

Not so a lock that was not got, a transaction that others have undone, a disk or memory that is full, or a schema that
is older than the code: those pass.
"""
GROWS_A_FILE = frozenset({"mdextend", "mdzeroextend", "BufFileDumpBuffer"})
"""Functions of PostgreSQL that make a file of a table, an index or a sort longer. Unlike its messages they are in no
language (https://doxygen.postgresql.org/md_8c.html)."""
CONNECTS_WITHIN = 3.0
"""Seconds that a connection may take to come, so that whoever asks is told soon that PostgreSQL is away."""
ANSWERS_WITHIN = 10.0
"""Seconds that one statement may take."""
UNHURRIED = "select set_config(name, $1, true) from pg_settings where name = any($2)"
LIMITS = ("statement_timeout", "transaction_timeout")
PLANNED_ONCE = "set_config('plan_cache_mode', 'force_generic_plan', true)"
"""In what a transaction of the record asks first. Its statements are the same each time and find their rows by keys, so
that a plan for any values is the plan for these: to plan the messages anew takes four times as long as to write them.
Not where somebody searches, for whom the plan depends on what is searched for."""
T = TypeVar("T")


def by_its_meaning(ask: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
    """The same question, but a file that can not grow is a full disk, whatever the system calls it: PostgreSQL knows
    one name for that, and takes a quota or a limit on files for an internal error (docs/decisions/0020)."""

    @wraps(ask)
    async def asked(*given: Any, **named: Any) -> Any:
        try:
            return await ask(*given, **named)
        except asyncpg.InternalServerError as error:
            if error.server_source_function not in GROWS_A_FILE:
                raise
            raise asyncpg.DiskFullError(*error.args) from error

    return asked


class ConnectionByMeaning(asyncpg.Connection):
    """A connection whose errors are what `AWAY` and `NEVER_TAKEN` go by."""

    execute = by_its_meaning(asyncpg.Connection.execute)
    executemany = by_its_meaning(asyncpg.Connection.executemany)
    fetch = by_its_meaning(asyncpg.Connection.fetch)
    fetchrow = by_its_meaning(asyncpg.Connection.fetchrow)
    fetchval = by_its_meaning(asyncpg.Connection.fetchval)
    copy_records_to_table = by_its_meaning(asyncpg.Connection.copy_records_to_table)


async def with_a_second_try(write: Callable[[], Awaitable[T]]) -> T:
    """What contradicts what is there is tried once more: somebody else may have written the same at the same time,
    which only the second try sees."""
    try:
        return await write()
    except asyncpg.IntegrityConstraintViolationError:
        return await write()


async def leave_as_it_is(_: asyncpg.Connection[asyncpg.Record]) -> None:
    """A connection goes back to the pool as it is: nothing of ours outlives its transaction, and asking PostgreSQL to
    forget what is not there would cost a round trip and a transaction each time."""


async def open_pool(dsn: str, *, size: int = 10) -> Pool:
    """A pool that opens its connections when they are needed, so that a service starts before PostgreSQL does.

    How long PostgreSQL waits for whoever stands still is set at the logins (docs/decisions/0128) and not here: a proxy
    of connections takes no such wish.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size,
        init=tracing.watch if tracing.Current.traces else None,
        timeout=CONNECTS_WITHIN,
        command_timeout=ANSWERS_WITHIN,
        reset=leave_as_it_is,
        connection_class=ConnectionByMeaning,
        server_settings={"timezone": "Asia/Shanghai"},
    )


async def connect(dsn: str) -> asyncpg.Connection[asyncpg.Record]:
    """A connection for a pool of somebody else's, with the bounds of ours."""
    return await asyncpg.connect(dsn, timeout=CONNECTS_WITHIN, command_timeout=ANSWERS_WITHIN)


async def take_time(connection: Connection) -> None:
    """What is left of this transaction may last, as a look at everything does; it holds nothing that others wait for,
    and is undone like every other when nobody does anything in it."""
    await connection.execute(UNHURRIED, "0", list(LIMITS))


async def present(connection: Connection) -> datetime:
    """PostgreSQL's clock, with time zone."""
    now: datetime = await connection.fetchval("select clock_timestamp()")
    return now
