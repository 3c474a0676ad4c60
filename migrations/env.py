"""Alembic's entry: runs the migrations over asyncpg, in one transaction that waits for no lock long."""

from __future__ import annotations

import asyncio
from functools import partial
from importlib import import_module
from pkgutil import iter_modules

import asyncpg
from alembic import context
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from activities import tables
from migrations.privileges import grant
from migrations.waiting import BEGIN, USUAL, Attempt

for module in iter_modules(tables.__path__):
    # They fill SQLModel's metadata; which there are, the programs beside this file say.
    import_module(f"{tables.__name__}.{module.name}")


FIRST = """
do $$
declare
  until_at timestamptz := clock_timestamp() + current_setting('lock_timeout')::interval;
begin
  while to_regclass('public.cases') is not null loop
    begin
      lock table public.cases in exclusive mode;
      if exists (select from pg_class where oid = to_regclass('public.acts') and relkind = 'r') then
        lock table public.acts in access exclusive mode nowait;
      end if;
      return;
    exception when lock_not_available then
      if clock_timestamp() >= until_at then
        raise;
      end if;
    end;
    perform pg_sleep(0.02);
  end loop;
end $$
"""
"""Receipts begin with the row of their case. Whoever is in the midst of one is waited for while nothing is held that he
may want, and whoever comes waits here, and has none of the tables that a migration wants next.

A filing has looked at `acts` before, which 0040 takes apart: there both are got in one moment in which nobody has them,
and neither is held while the other is waited for."""


def run(connection: Connection) -> None:
    attempt: Attempt = context.config.attributes.get("attempt", Attempt(USUAL.for_a_lock))
    attempt.backend = connection.exec_driver_sql(BEGIN, (attempt.in_milliseconds,)).scalar()
    connection.commit()  # what follows is Alembic's transaction
    context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True)
    newest = tuple(context.script.get_heads())
    with context.begin_transaction():
        if context.get_context().get_current_heads() != newest:
            connection.exec_driver_sql(FIRST)
        context.run_migrations()
        if context.get_context().get_current_heads() == newest:
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
