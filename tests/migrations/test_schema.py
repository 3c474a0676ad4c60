"""The migrations make the tables that the code knows."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from activities.tables import cases as tables
from activities.tables import rates, sessions
from activities.tables import telling as supervision_tables
from migrations.__main__ import prepare
from tests.owning import owner_url


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
