"""In production nobody comes in as a superuser, and whoever calls Temporal by TLS shows a certificate."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from activities.engine.payloads import client
from activities.settings import Settings
from stack.postgres import Postgres
from stack.temporal import NAMESPACE, TemporalServer
from tests.stack.running import ROOT
from tests.tls import Authority

ROLE, DATABASES = "temporal_production", ("temporal_production", "temporal_production_visibility")


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The script of Temporal's login, under names that the test server does not know yet."""
    for name in ("temporal-databases.sql", "temporal-ownership.sql"):
        text = (ROOT / "deploy" / name).read_text()
        text = re.sub(r"\btemporal\b(?!-)", ROLE, text)
        text = text.replace("temporal_visibility", DATABASES[1])
        (tmp_path / name).write_text(text)
    return tmp_path / "temporal-databases.sql"


def run(psql: Path, script: Path, dsn: str, password: str) -> None:
    environment = {"PATH": os.defpath, "TEMPORAL_DB_PASSWORD": password}
    subprocess.run([psql, "--no-psqlrc", "--quiet", f"--file={script}", dsn], check=True, env=environment)


async def test_temporal_owns_its_databases_and_is_no_superuser(postgres_server: Postgres, scripts: Path) -> None:
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    await server.execute(f"create database {DATABASES[0]}")
    before = await asyncpg.connect(postgres_server.dsn(DATABASES[0]))
    await before.execute("create extension btree_gin; create table executions (number int)")
    await before.close()

    for password in ("first", "second"):
        run(postgres_server.program("psql"), scripts, postgres_server.dsn("postgres"), password)
    rights = await server.fetchrow(
        "select rolsuper, rolcreatedb, rolcreaterole, rolbypassrls from pg_roles where rolname = $1", ROLE
    )
    assert rights is not None
    assert not any(rights.values())
    for name in DATABASES:
        parts = urlsplit(postgres_server.dsn(name))
        netloc = f"{ROLE}:second@127.0.0.1:{postgres_server.port}"
        as_temporal = await asyncpg.connect(urlunsplit(parts._replace(netloc=netloc)))
        await as_temporal.execute("create extension if not exists btree_gin; create table made (number int)")
        if name == DATABASES[0]:
            await as_temporal.execute("alter table executions add column more int")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_temporal.execute("create database another")
        await as_temporal.close()
        await server.execute(f"drop database {name}")
    await server.execute(f"drop role {ROLE}")
    await server.close()


@asynccontextmanager
async def before(port: int, context: ssl.SSLContext) -> AsyncIterator[int]:
    """A door that speaks TLS before what listens on that port; yields its own port."""
    at_work: set[asyncio.Task[None]] = set()

    async def carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        at_work.add(task)
        there, back = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(carried(reader, back), carried(there, writer), return_exceptions=True)
        finally:
            for each in (writer, back):
                each.close()
            at_work.discard(task)

    door = await asyncio.start_server(met, "127.0.0.1", 0, ssl=context)
    try:
        yield door.sockets[0].getsockname()[1]
    finally:
        door.close()
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)


async def test_our_programs_reach_temporal_by_tls_with_a_certificate_of_their_own(
    temporal_server: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority.made_in(tmp_path)
    context = authority.context(tmp_path, "temporal")
    context.set_alpn_protocols(["h2"])
    context.load_verify_locations(authority.file)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.context(tmp_path, "client")
    of_the_client = str(tmp_path / "client.server.pem")  # key and certificate
    async with before(temporal_server.ports.frontend, context) as port:
        monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{port}")
        monkeypatch.setenv("TEMPORAL_NAMESPACE", NAMESPACE)
        monkeypatch.setenv("TEMPORAL_TLS", "true")
        monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", str(authority.file))
        monkeypatch.setenv("TEMPORAL_TLS_SERVER_NAME", "temporal")
        settings = Settings(home=tmp_path, database_url="postgresql://nobody@localhost/none")
        with pytest.raises(RuntimeError):
            await client(settings)
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", of_the_client)
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", of_the_client)
        reached = await client(settings)
        assert await reached.service_client.check_health()
