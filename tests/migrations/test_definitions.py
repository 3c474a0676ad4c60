"""What functions and triggers do does not depend on the way by which a database came to them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from alembic import command

from migrations import configuration, upgrade
from stack.postgres import Login, Postgres
from tests.migrations.released import released

__all__ = ["released"]

FUNCTIONS = """
select concat_ws(' ', 'function', oid::regprocedure, md5(prosrc), prosecdef, proconfig)
from pg_proc where pronamespace in ('public'::regnamespace, to_regnamespace('years'))
"""
TRIGGERS = """
select pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = tgrelid
where not tgisinternal and not c.relispartition
"""
IN_USE = Path(__file__).with_name("definitions_of_0051.txt")
"""As databases have them on which 0051 was run, whatever became of the files since."""


async def definitions(url: str) -> list[str]:
    """Each function and trigger of a database, in a line."""
    connection = await asyncpg.connect(url)
    try:
        found = [row[0] for asked in (FUNCTIONS, TRIGGERS) for row in await connection.fetch(asked)]
        return sorted(found)
    finally:
        await connection.close()


@pytest.fixture
async def new(postgres_server: Postgres) -> AsyncIterator[str]:
    """The URL of a database in which there is nothing, as its owner comes in."""
    name = f"new_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    await server.execute(f"create database {name} owner {Login.OWNER}")
    yield postgres_server.dsn(name, Login.OWNER)
    await server.execute(f"drop database {name} with (force)")
    await server.close()


async def test_an_upgraded_database_has_the_functions_and_triggers_of_a_new_one(new: str, released: str) -> None:
    await upgrade(released)
    await upgrade(new)
    assert await definitions(released) == await definitions(new)


async def test_a_revision_that_databases_have_makes_what_it_made(new: str) -> None:
    """Who edits one in place changes new databases alone: what is to be otherwise is a revision of its own."""
    await asyncio.to_thread(command.upgrade, configuration(new), "0051")
    assert await definitions(new) == sorted(IN_USE.read_text().splitlines())
