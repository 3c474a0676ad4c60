"""PostgreSQL with another clock: the product has no other, so that all of it lives at that instant.

`clock_timestamp()` of a test's database is one of ours, found before PostgreSQL's own; SQL, receipts, log and gate go
by it, whoever connects. The engine keeps the machine's clock, as it would if the two machines differed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

START = os.environ.get("KAIFANG_TEST_CLOCK")
"""The instant at which each test begins, with its offset from UTC; none: PostgreSQL's present."""

OURS = """
create schema if not exists shifted;
grant usage on schema shifted to public;
create or replace function shifted.clock_timestamp() returns timestamptz language sql volatile
  as $$ select pg_catalog.clock_timestamp() + interval '{shift} microseconds' $$;
create or replace function shifted.now() returns timestamptz language sql stable
  as $$ select pg_catalog.now() + interval '{shift} microseconds' $$;
grant execute on all functions in schema shifted to public;
"""
FOUND_FIRST = "alter database {name} set search_path = public, shifted, pg_catalog"


@dataclass
class Shift:
    """By how much the latest database that was set goes before the machine, which is also PostgreSQL's."""

    by: timedelta = timedelta()


SHIFT = Shift()


def present() -> datetime:
    """The present of the latest database that was set."""
    return datetime.now(UTC) + SHIFT.by  # noqa: TID251 - PostgreSQL runs on this machine


async def set_clock(dsn: str, at: str | None = START) -> None:
    """The database stands at that instant now, for every new connection; where there is none, at PostgreSQL's."""
    if not at:
        SHIFT.by = timedelta()
        return
    start = datetime.fromisoformat(at)
    assert start.utcoffset() is not None, f"KAIFANG_TEST_CLOCK: {at} has no offset from UTC"
    connection = await asyncpg.connect(dsn)
    try:
        SHIFT.by = start - await connection.fetchval("select pg_catalog.clock_timestamp()")
        await connection.execute(OURS.format(shift=SHIFT.by // timedelta(microseconds=1)))
        await connection.execute(FOUND_FIRST.format(name=await connection.fetchval("select current_database()")))
    finally:
        await connection.close()
