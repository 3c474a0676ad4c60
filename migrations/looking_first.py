"""What migration 0040 has to know of `events` and `acts` is found out before it begins, while everybody writes.

It makes both tables partitions, of which every row has to be in its place: PostgreSQL reads them once to know that, and
would do so under a lock that lets nobody in. Here a constraint says so of new rows at once, and of the others once
they have been read, which stops no writer; the migration then takes PostgreSQL's word.
"""

from __future__ import annotations

import asyncpg

from activities.database_url import checked
from migrations.waiting import Attempt

TABLES = ("events", "acts")
IS_WHOLE = "select exists (select from pg_class where oid = to_regclass('public.' || $1) and relkind = 'r')"
IS_SAID = "select exists (select from pg_constraint where conrelid = to_regclass('public.' || $1) and conname = $2)"


async def look_first(dsn: str, attempt: Attempt) -> None:
    """All rows of both tables are known to be of the year 0. A database that has no tables yet, or has them in
    partitions already, is left alone."""
    connection = await asyncpg.connect(checked(dsn))
    try:
        await attempt.begin(connection)
        for table in TABLES:
            if await connection.fetchval(IS_WHOLE, table) and await _said(connection, table):
                await _known(connection, table)
    finally:
        await connection.close()


async def _said(connection: asyncpg.Connection[asyncpg.Record], table: str) -> bool:
    """Whether a constraint speaks of this table, which a moment's lock is enough for."""
    async with connection.transaction():
        if not await connection.fetchval(IS_WHOLE, table):
            return False
        if not await connection.fetchval(IS_SAID, table, f"{table}_current_year"):
            await connection.execute(
                f"alter table {table} add column archive_year int not null default 0, "
                f"add constraint {table}_current_year check (archive_year = 0) not valid"
            )
        return True


async def _known(connection: asyncpg.Connection[asyncpg.Record], table: str) -> None:
    try:
        await connection.execute(f"alter table {table} validate constraint {table}_current_year")
    except asyncpg.UndefinedObjectError:
        # Another process was faster, and the table is one in partitions.
        return
