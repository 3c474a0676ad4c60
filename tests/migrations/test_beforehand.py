"""No migration builds an index of a table that people write to within its transaction: what it wants is made before."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from alembic import command
from sqlalchemy import event
from sqlalchemy.engine import Engine

from migrations import configuration, upgrade
from migrations.beforehand import WANTED, build_beforehand
from migrations.waiting import USUAL, Attempt
from tests.beside import beside
from tests.migrations.released import later, released

__all__ = ["released"]
SINCE = "0036"
"""What came with the revisions up to here was built under locks, and is in every database that anybody has."""
TABLES = "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
BUILDS = re.compile(
    r"create\s+(?:unique\s+)?index\s+(?P<concurrently>concurrently\s+)?(?:if\s+not\s+exists\s+)?\S+\s+on\s+"
    r"(?:only\s+)?(?P<table>[\w.\"]+)|alter\s+table\s+(?P<altered>[\w.\"]+)\s.*?\b(?:unique|primary\s+key)\s*\(",
    re.IGNORECASE | re.DOTALL,
)
"""An index or, as part of a table, a constraint that makes one."""
INDEXES = "select indexname, indexdef from pg_indexes where schemaname in ('public', 'years') order by 1, 2"


@contextmanager
def statements() -> Iterator[list[str]]:
    """What goes to any database through Alembic meanwhile."""
    found: list[str] = []

    def keep(*arguments: object) -> None:
        found.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


def built_under_a_lock(statement: str, there: set[str]) -> list[str]:
    """The tables of which a statement makes an index while nobody may write to them."""
    return [
        table
        for each in BUILDS.finditer(statement)
        if not each["concurrently"] and (table := (each["table"] or each["altered"]).strip('"')) in there
    ]


async def test_no_migration_builds_an_index_of_a_table_that_is_there(released: str) -> None:
    connection = await asyncpg.connect(released)
    await asyncio.to_thread(command.upgrade, configuration(released), SINCE)
    await build_beforehand(released, Attempt(USUAL.for_a_lock))
    found = {}
    for migration in later(SINCE):
        there = {row["relname"] for row in await connection.fetch(TABLES)}
        # 0040 makes tables of these names anew, which are empty then; their partitions have the indexes already.
        there -= {"acts", "events"} if migration.revision == "0040" else set()
        with statements() as sent:
            await asyncio.to_thread(command.upgrade, configuration(released), migration.revision)
        if tables := [table for each in sent for table in built_under_a_lock(each, there)]:
            found[migration.revision] = tables
    assert found == {}, "put it into WANTED (migrations/beforehand.py), and have the migration ask whether it is there"
    await connection.close()


def test_what_builds_under_a_lock_is_found_and_what_does_not_is_let_by() -> None:
    there = {"cases"}
    for statement in (
        "CREATE INDEX new ON cases (city)",
        "create unique index if not exists new on cases (city)",
        "alter table cases add constraint one unique (city)",
        'CREATE INDEX new ON ONLY "cases" (city)',
    ):
        assert built_under_a_lock(statement, there) == ["cases"], statement
    for statement in (
        "create index concurrently new on cases (city)",
        "create index new on cases_of_a_new_table (city)",
        "alter table cases add constraint one unique using index new",
        "create table new (city text primary key)",
    ):
        assert built_under_a_lock(statement, there) == [], statement


async def test_a_database_is_the_same_with_what_was_made_beforehand_and_without(released: str) -> None:
    connection = await asyncpg.connect(released)
    await upgrade(released)
    beforehand = await connection.fetch(INDEXES)
    await asyncio.to_thread(command.downgrade, configuration(released), "0030")
    await asyncio.to_thread(command.upgrade, configuration(released), "head")
    within = await connection.fetch(INDEXES)
    assert [tuple(row) for row in within] == [tuple(row) for row in beforehand]
    assert {each.name for each in WANTED} <= {row["indexname"] for row in within}
    await connection.close()


async def test_who_writes_is_not_held_up_by_an_index_that_is_built(released: str) -> None:
    """It waits for whoever wrote before, and nobody waits for it; what broke off is made anew."""
    connection, other = await asyncpg.connect(released), await asyncpg.connect(released)
    await connection.execute("insert into pinned_rules (digest, rules) values ('pinned', '{}')")
    for wanted in WANTED:
        for name, kind in wanted.columns.items():
            await connection.execute(f"alter table {wanted.table} add column if not exists {name} {kind}")
    writing = connection.transaction()
    await writing.start()
    await connection.execute("lock table cases in row exclusive mode")
    building = "select exists (select from pg_stat_progress_create_index)"
    async with beside(build_beforehand(released, Attempt(USUAL.for_a_lock))) as made:
        async with asyncio.timeout(300):
            while not await other.fetchval(building):
                continue
        await asyncio.wait_for(other.execute("lock table cases in row exclusive mode; select 1"), 5)
        assert not made.done()
        made.cancel()
        await asyncio.wait([made])
    await writing.rollback()
    invalid = "select count(*) from pg_index where not indisvalid"
    await build_beforehand(released, Attempt(USUAL.for_a_lock))
    assert await other.fetchval(invalid) == 0
    names = {row["indexname"] for row in await other.fetch(INDEXES)}
    assert {each.name for each in WANTED} <= names
    await connection.close()
    await other.close()
