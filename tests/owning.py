"""The owner of a database, for tests that change what the services cannot: they say that they rewrite, and it is logged
(docs/decisions/0068)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from activities.database import Connection, Pool
from stack.postgres import Login, Postgres

SERVERS: dict[int, Postgres] = {}
"""The servers of this process, by port."""


def known(server: Postgres) -> Postgres:
    """The server, whose owner is found from now on."""
    assert server.port is not None
    SERVERS[server.port] = server
    return server


def url_as(url: str, login: Login) -> str:
    """The same database as somebody else has it."""
    parts = urlsplit(url)
    assert parts.port is not None
    return SERVERS[parts.port].dsn(parts.path.removeprefix("/"), login)


async def owner_url(pool: Pool) -> str:
    """As whom the owner comes into the database of the pool."""
    return await _url(pool, Login.OWNER)


async def _url(pool: Pool, login: Login) -> str:
    row = await pool.fetchrow("select inet_server_port() as port, current_database() as name")
    assert row
    return SERVERS[row["port"]].dsn(row["name"], login)


@asynccontextmanager
async def owner_of(pool: Pool) -> AsyncIterator[Connection]:
    """A connection as the owner of the pool's database, who may rewrite."""
    settings = {"kaifang.rewriting": "a test", "timezone": "Asia/Shanghai"}
    connection = await asyncpg.connect(await owner_url(pool), server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


async def by_server(pool: Pool, statement: str) -> None:
    """The statement is run by the superuser of the server, who alone ends the connections of others and makes roles."""
    connection = await asyncpg.connect(await _url(pool, Login.SERVER))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def by_owner(pool: Pool, statement: str, *arguments: Any) -> str:
    """The statement is run by the owner of the pool's database. Answers what PostgreSQL says that it did."""
    async with owner_of(pool) as connection:
        return await connection.execute(statement, *arguments)
