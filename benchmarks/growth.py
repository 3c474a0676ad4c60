"""What granted requests leave behind and what they cost the processes: bytes in both servers, seconds of a core. The
capacity page rests on these (docs/capacity.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import asyncpg
import psutil

from benchmarks.figures import Figure
from benchmarks.servers import Servers
from benchmarks.turns import seconds, seconds_of
from stack.service import Service

BYTES = """
select sum(pg_total_relation_size(oid))::bigint from pg_class
where relkind in ('r', 'm') and relnamespace in ('public'::regnamespace, 'years'::regnamespace)
"""
WRITTEN = "select pg_current_wal_lsn() - '0/0'::pg_lsn"


class Mark(NamedTuple):
    """How far everything was at an instant."""

    stored: int
    written: int
    of_the_engine: int
    seconds: dict[str, float]


async def left_behind(
    bench: str, running: Servers, worker: Service, cases: int, work: Callable[[], Awaitable[object]]
) -> list[Figure]:
    """What so many cases left behind, which `work` takes from the filing to the grant."""
    connection = await asyncpg.connect(running.postgres.dsn())
    try:
        before = await _mark(connection, running, worker)
        await work()
        after = await _mark(connection, running, worker)
    finally:
        await connection.close()
    method = f"{cases} requests, each task claimed first, at sixteen at once; the access case and its messages included"

    def of_one(name: str, difference: float, unit: str) -> Figure:
        return Figure(bench, f"a granted request, {name}", difference / cases, unit, method)

    return [
        of_one("rows and indexes in PostgreSQL", (after.stored - before.stored) / 1024, "kB"),
        of_one("log of PostgreSQL", (after.written - before.written) / 1024, "kB"),
        of_one("the engine's own database", (after.of_the_engine - before.of_the_engine) / 1024, "kB"),
        *(
            of_one(f"processor time of {name}", (after.seconds[name] - before.seconds[name]) * 1e3, "ms")
            for name in after.seconds
        ),
    ]


async def _mark(connection: asyncpg.Connection[asyncpg.Record], running: Servers, worker: Service) -> Mark:
    await connection.execute("checkpoint")
    files = running.temporal.database.parent.glob("temporal.db*")
    return Mark(
        await connection.fetchval(BYTES),
        int(await connection.fetchval(WRITTEN)),
        sum(file.stat().st_size for file in files),
        {
            "PostgreSQL": seconds_of(running.postgres),
            "Temporal": seconds_of(running.temporal),
            "the worker": seconds_of(worker),
            "the caller": seconds(psutil.Process()),
        },
    )
