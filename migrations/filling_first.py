"""What migration 0051 needs of `tasks` is written before it begins, a little at a time, while everybody writes.

Every task names when its case was received. In one statement that would be every row of the table in one transaction.
Here a trigger fills in new rows at once, and the others are filled in by pages, passing over what somebody has in hand;
the index that goes by it is built afterwards (`migrations/beforehand.py`), and the migration then finds nothing left to
do.
"""

from __future__ import annotations

import asyncpg

from activities.database_url import checked
from migrations.waiting import Attempt

INDEX = "tasks_of_body_latest"
PAGES = 50
"""How many pages of `tasks` are filled in at a time: some hundreds of rows, which somebody may wait for meanwhile."""
ROUNDS = 3
"""What somebody has in hand all this time comes after the migration (`migrations/filling_after.py`)."""
IS_THERE = "select exists (select from pg_class where oid = to_regclass('public.tasks'))"
IS_DONE = """
select exists (select from pg_index where indexrelid = to_regclass('public.' || $1) and indisvalid)
"""
IS_SAID = "select exists (select from pg_trigger where tgrelid = 'tasks'::regclass and tgname = 'case_is_known')"
COLUMN = "alter table tasks add column if not exists case_received_at timestamptz"
OF_ITS_CASE = """
create or replace function task_knows_its_case() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
begin
  new.case_received_at := (select received_at from cases where case_id = new.case_id);
  return new;
end $$
"""
"""For whoever does not write it, as programs of the release before."""
TRIGGER = """
create or replace trigger case_is_known before insert on tasks for each row when (new.case_received_at is null)
execute function task_knows_its_case()
"""
LENGTH = "select pg_relation_size('tasks') / current_setting('block_size')::int"
FILL_IN = """
with found as (
  select task_id, case_id from tasks
  where ctid >= format('(%s,0)', $1::bigint)::tid and ctid < format('(%s,0)', $2::bigint)::tid
    and case_received_at is null
  for no key update skip locked
)
update tasks set case_received_at = cases.received_at
from found join cases using (case_id) where tasks.task_id = found.task_id
"""
IS_LEFT = "select exists (select from tasks where case_received_at is null)"


async def fill_in_first(dsn: str, attempt: Attempt) -> None:
    """Tasks know when their case was received. A database that has no tables yet, or has the index that goes by it, is
    left alone."""
    connection = await asyncpg.connect(checked(dsn))
    try:
        await attempt.begin(connection)
        if await connection.fetchval(IS_THERE) and not await connection.fetchval(IS_DONE, INDEX):
            await _said(connection)
            await _filled_in(connection)
    finally:
        await connection.close()


async def _said(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """A moment's lock: the column is empty and may be."""
    if not await connection.fetchval(IS_SAID):
        async with connection.transaction():
            await connection.execute(COLUMN)
            await connection.execute(OF_ITS_CASE)
            await connection.execute(TRIGGER)


async def _filled_in(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    for _ in range(ROUNDS):
        # What is written beyond them meanwhile knows it already.
        for first in range(0, await connection.fetchval(LENGTH), PAGES):
            await connection.execute(FILL_IN, first, first + PAGES)
        if not await connection.fetchval(IS_LEFT):
            return
