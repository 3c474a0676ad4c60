"""A database as the last release had it, and the migrations that have come since."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest
from alembic import command
from alembic.script import Script, ScriptDirectory

from migrations import configuration
from migrations.compatible import RELEASED
from stack.postgres import Login, Postgres


def later(than: str) -> list[Script]:
    """The migrations that came after a revision, in their order."""
    scripts = ScriptDirectory.from_config(configuration("postgresql://nobody@nowhere/none"))
    return list(reversed([*scripts.iterate_revisions("heads", than)]))


@pytest.fixture
async def released(postgres_server: Postgres) -> AsyncIterator[str]:
    """The URL of a database as the last release had it, as its owner comes in."""
    name = f"released_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    await server.execute(f"create database {name} owner {Login.OWNER}")
    url = postgres_server.dsn(name, Login.OWNER)
    await asyncio.to_thread(command.upgrade, configuration(url), RELEASED)
    yield url
    await server.execute(f"drop database {name} with (force)")
    await server.close()
