"""Alembic's entry: runs the migrations over asyncpg, one at a time however many start at once."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from activities.tables import (  # noqa: F401 - they fill SQLModel's metadata
    accounts,
    calendar,
    cases,
    catalogue,
    directory,
    gate,
    papers,
    proof,
    sessions,
    telling,
    workers,
)


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True)
    with context.begin_transaction():
        connection.execute(text("select pg_advisory_xact_lock(hashtextextended('kaifang.migrations', 0))"))
        context.run_migrations()


async def migrate() -> None:
    engine = create_async_engine(context.config.attributes["dsn"], poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


asyncio.run(migrate())
