"""The migrations make the tables that the code knows."""

from __future__ import annotations

import asyncio
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from activities.calendar.record import RecordOfNotices
from activities.database import Pool
from activities.tables import cases as tables
from activities.tables import rates, sessions
from activities.tables import telling as supervision_tables
from migrations.__main__ import prepare
from tests.beside import beside
from tests.driving import Driver
from tests.owning import owner_of, owner_url

WAITS_FOR_AN_ENTRY = """
select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
  and query like '%for no key update of datasets%')
"""


async def test_a_migrated_database_is_what_the_tables_say(database_url: str) -> None:
    assert tables.CaseRow.__tablename__ in SQLModel.metadata.tables
    assert sessions.SessionRow.__tablename__ in SQLModel.metadata.tables
    assert rates.RateBucketRow.__tablename__ in SQLModel.metadata.tables
    assert supervision_tables.MessageRow.__tablename__ in SQLModel.metadata.tables
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))

    def compared(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, SQLModel.metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(compared) == []
    await engine.dispose()


async def test_preparing_a_database_twice_changes_nothing_that_people_changed(pool: Any) -> None:
    await pool.execute("update datasets set openness = 'closed' where dataset_id = 'nanning-transport-bus-lines'")
    before = await pool.fetchval("select version from calendar")
    await prepare(await owner_url(pool), samples=True)
    assert await pool.fetchval("select version from calendar") == before
    query = "select openness from datasets where dataset_id = 'nanning-transport-bus-lines'"
    assert await pool.fetchval(query) == "closed"


async def test_a_database_that_has_all_is_prepared_while_somebody_sets_clocks(pool: Pool) -> None:
    """Whoever prepares it looks before it locks: what is there holds up nobody, and nobody holds it up."""
    async with pool.acquire() as connection, connection.transaction():
        await RecordOfNotices.hold(connection, "CN")
        await prepare(await owner_url(pool), samples=True)


async def test_filings_go_on_while_entries_are_indexed(driver: Driver) -> None:
    """The index of one entry waits for who writes it; filings wait for neither."""
    await driver.pool.execute("update datasets set search = null")
    async with owner_of(driver.pool) as other, owner_of(driver.pool) as looking:
        writing = other.transaction()
        await writing.start()
        await other.execute("select from datasets order by dataset_id desc limit 1 for update")
        async with beside(prepare(await owner_url(driver.pool), samples=True)) as preparing:
            async with asyncio.timeout(60):
                while not await looking.fetchval(WAITS_FOR_AN_ENTRY):
                    continue
            await driver.file("nanning", hand_over=False)
            assert not preparing.done()
            await writing.rollback()
            await preparing
    assert not await driver.pool.fetchval("select exists (select from datasets where search is null)")
