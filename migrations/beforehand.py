"""Indexes of tables that were there before are built beforehand, while everybody writes, and not by the migration that
wants them: within its transaction they would keep out whoever writes until it ends.

A row of `WANTED` is an index of a migration with the columns that are new in it. The migration makes both itself where
they are not there, as on an empty database (docs/decisions/0164).
"""

from __future__ import annotations

from typing import NamedTuple

import asyncpg
from sqlalchemy import Connection

from activities.database_url import checked
from migrations.filling_first import INDEX
from migrations.waiting import Attempt

THERE = """
select to_regclass('public.' || $1::text) is not null and ($2::text is null or exists (
  select from pg_attribute where attrelid = to_regclass('public.' || $1) and attname = $2 and not attisdropped
)) and ($3::text is null or exists (
  select from pg_index where indrelid = to_regclass('public.' || $1) and indexrelid = to_regclass('public.' || $3)
    and indisvalid
))
"""


class Wanted(NamedTuple):
    """An index that a migration wants, and the columns that it adds for it."""

    revision: str
    table: str
    columns: dict[str, str]
    name: str
    on: str


WANTED = (
    Wanted(
        "0031",
        "cases",
        {"for_body": "varchar"},
        "cases_for_body",
        "(for_body, received_at desc, case_id) where for_body is not null",
    ),
    Wanted(
        "0040",
        "cases",
        {"archived_at": "timestamptz"},
        "cases_to_archive",
        "(closed_at) where closed_at is not null and archived_at is null",
    ),
    Wanted(
        "0046",
        "cases",
        {"wanted_until": "timestamptz"},
        "cases_filed_late",
        "(city, received_at desc, case_id) where received_at >= wanted_until",
    ),
    Wanted(
        "0051",
        "tasks",
        {"case_received_at": "timestamptz"},
        INDEX,
        "(body, case_received_at desc, case_id)",
    ),
    Wanted("0052", "objections", {}, "objections_of_dataset", "(dataset_id)"),
)


def is_there(connection: Connection, table: str, *, column: str | None = None, index: str | None = None) -> bool:
    """Whether there is such a table, with this column and with this index, whole."""
    return bool(connection.exec_driver_sql(THERE, (table, column, index)).scalar())


async def build_beforehand(dsn: str, attempt: Attempt) -> None:
    """Every index that a migration to come wants of a table that is there. Nobody waits but for moments, in which a
    column is added."""
    connection = await asyncpg.connect(checked(dsn))
    try:
        for each in WANTED:
            table_alone, all_of_it = (each.table, None, None), (each.table, None, each.name)
            if await connection.fetchval(THERE, *table_alone) and not await connection.fetchval(THERE, *all_of_it):
                await _build(connection, each, attempt)
    finally:
        await connection.close()


async def _build(connection: asyncpg.Connection[asyncpg.Record], wanted: Wanted, attempt: Attempt) -> None:
    await attempt.begin(connection)
    for name, kind in wanted.columns.items():
        # Asked first: to add what is there already takes the table for itself too.
        if not await connection.fetchval(THERE, wanted.table, name, None):
            await connection.execute(f"alter table {wanted.table} add column {name} {kind}")
    # Nobody waits behind who builds it: it may wait for all who were there before. What broke off left one of no use.
    await connection.execute("set lock_timeout = 0")
    await connection.execute(f"drop index concurrently if exists {wanted.name}")
    await connection.execute(f"create index concurrently {wanted.name} on {wanted.table} {wanted.on}")
