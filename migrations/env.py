"""Alembic's entry: runs the migrations over asyncpg, one at a time however many start at once."""

from __future__ import annotations

import asyncio
from functools import partial

import asyncpg
from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from activities.tables import (  # noqa: F401 - they fill SQLModel's metadata
    accounts,
    calendar,
    cases,
    catalogue,
    declarations,
    directory,
    feedback,
    gate,
    papers,
    proof,
    rates,
    ratings,
    readings,
    sessions,
    telling,
    workers,
)
from migrations.privileges import grant


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True)
    with context.begin_transaction():
        connection.execute(text("select pg_advisory_xact_lock(hashtextextended('kaifang.migrations', 0))"))
        context.run_migrations()
        if context.get_context().get_current_heads() == tuple(context.script.get_heads()):
            # They are stated for the newest schema.
            grant(connection)


async def migrate() -> None:
    # The driver reads the address, as it does for every other connection: several hosts, certificates.
    connect = partial(asyncpg.connect, context.config.attributes["dsn"])
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


asyncio.run(migrate())
