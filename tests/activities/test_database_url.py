"""The address of PostgreSQL: TLS and several hosts, for every connection alike; what is wrong is named at the start."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

import stack.postgres
from activities.clock import DatabaseClock
from activities.database import open_pool
from activities.database_url import checked
from activities.gate.gate import opened
from activities.settings import Settings, SettingsError
from api.runtime import running
from migrations.__main__ import prepare
from models.gate import Question, Reason
from stack.ports import free_port
from stack.postgres import Login, Postgres
from stack.up import without_password
from tests.api.gate import UNCONDITIONAL
from tests.owning import url_as
from tests.tls import Authority, Doorkeeper, kept

ADDRESS = "postgresql://u:p@db/kaifang"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgres://u:p%40w@[::1]:5432/kaifang",
        f"{ADDRESS}?sslmode=require&application_name=x&target_session_attrs=primary",
        "postgresql://u:p@one:5432,two:5433,three/kaifang?target_session_attrs=read-write",
        "postgresql://u@/kaifang?options=-c%20jit%3Doff",
    ],
)
def test_an_address_as_the_driver_takes_it_is_taken(url: str) -> None:
    assert checked(url) == url


@pytest.mark.parametrize(
    ("url", "named"),
    [
        (f"{ADDRESS}?sslmod=require", "sslmod: there is no such parameter"),
        (f"{ADDRESS}?sslmode=yes", "sslmode: 'yes' is none of disable, allow, prefer, require, verify-ca, verify-full"),
        (f"{ADDRESS}?sslmode=require&sslmode=disable", "sslmode: is there twice"),
        (f"{ADDRESS}?sslmode=verify-full", "sslrootcert: sslmode=verify-full needs the file"),
        (f"{ADDRESS}?sslmode=verify-full&sslrootcert=/nowhere", "sslrootcert: the file /nowhere cannot be read"),
        (f"{ADDRESS}?sslmode=verify-ca&sslrootcert={__file__}", "sslrootcert: .* holds no certificate in PEM"),
        (f"{ADDRESS}?sslkey=/nowhere", "sslkey: the file /nowhere cannot be read"),
        (f"{ADDRESS}?target_session_attrs=readwrite", "target_session_attrs: 'readwrite' is none of any, primary"),
        (f"{ADDRESS}?sslmode", "bad query field"),
        ("postgresql://u:p@one:1,two:x/kaifang", "two:x: 'x' is not a port"),
        ("postgresql://u:p@one:99999/kaifang", "one:99999: '99999' is not a port"),
        ("postgresql://u:p#w@one/kaifang", "# in a password is written %23"),
        ("mysql://u:p@one/kaifang", "has to begin with postgresql://"),
    ],
)
def test_what_is_wrong_in_an_address_is_named(url: str, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    with pytest.raises(ValueError, match=named) as wrong:
        checked(url)
    assert "u:p" not in str(wrong.value)


@pytest.mark.parametrize("which", ["", "OWNER_", "GATE_", "READER_"])
def test_a_program_does_not_start_with_a_wrong_address(
    which: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KAIFANG_HOME", str(tmp_path))
    monkeypatch.setenv("KAIFANG_DATABASE_URL", ADDRESS)
    monkeypatch.setenv(f"KAIFANG_DATABASE_{which}URL", f"{ADDRESS}?sslmod=require")
    with pytest.raises(
        SettingsError, match=rf"^KAIFANG_DATABASE_{which}URL: .*sslmod: there is no such parameter"
    ) as wrong:
        Settings.load()
    assert "u:p" not in f"{wrong.value} {wrong.value.__cause__}"


async def test_one_address_serves_for_all_and_a_warning_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
    settings = Settings(home=tmp_path, database_url="postgresql://one@127.0.0.1:1/kaifang")
    assert {settings.owner_url, settings.gate_url, settings.reader_url} == {settings.database_url}
    async with running(settings, DatabaseClock()):
        assert "KAIFANG_DATABASE_READER_URL is not set" in caplog.text


def test_several_hosts_are_shown_without_a_password() -> None:
    shown = without_password("postgresql://u:secret@one:5432,two:5433/kaifang?sslmode=require")
    assert shown == "postgresql://u@one:5432,two:5433/kaifang"


@pytest.fixture
async def keeper(postgres_server: Postgres, tmp_path: Path) -> AsyncIterator[Doorkeeper]:
    """Nobody comes to PostgreSQL on this port without TLS."""
    authority = Authority.made_in(tmp_path)
    assert postgres_server.port
    async with kept(postgres_server.port, authority.context(tmp_path, "localhost")) as keeper:
        yield keeper


def through(url: str, hosts: str, *parameters: str) -> str:
    """The address by other hosts."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{login}@{hosts}", query="&".join(parameters)).geturl()


async def test_every_way_to_postgresql_verifies_its_certificate(
    keeper: Doorkeeper, database_url: str, gate_url: str, tmp_path: Path
) -> None:
    # The first of the hosts is dead, for all of them.
    hosts = f"localhost:{free_port()},localhost:{keeper.port}"
    sure = ("sslmode=verify-full", f"sslrootcert={tmp_path / 'authority.pem'}", "target_session_attrs=read-write")
    owner, writer, gate = (
        through(url, hosts, *sure) for url in (url_as(database_url, Login.OWNER), database_url, gate_url)
    )
    reader = through(url_as(database_url, Login.READER), hosts, *sure)
    before = 0
    await prepare(owner, samples=False)
    assert keeper.let_in > before
    before = keeper.let_in
    async with await open_pool(writer) as pool:
        assert await pool.fetchval("select current_user") == Login.WRITER
    assert keeper.let_in > before
    before = keeper.let_in
    async with opened(gate, DatabaseClock()) as (the_gate, _):
        assert await the_gate.ask(Question(UNCONDITIONAL)) is Reason.UNCONDITIONAL
    assert keeper.let_in > before
    before = keeper.let_in
    settings = Settings(home=tmp_path, database_url=writer, database_reader_url=reader)
    async with running(settings, DatabaseClock()) as runtime, runtime.session() as session:
        connection = await session.connection()
        assert (await connection.exec_driver_sql("select current_user")).scalar() == Login.READER
    assert keeper.let_in > before
    assert keeper.turned_away == 0


@pytest.mark.parametrize(
    ("host", "authority", "refused"),
    [("127.0.0.1", "authority", ssl.SSLCertVerificationError), ("localhost", "other", ssl.SSLCertVerificationError)],
)
async def test_who_shows_another_certificate_is_not_postgresql(
    keeper: Doorkeeper, database_url: str, tmp_path: Path, host: str, authority: str, refused: type[Exception]
) -> None:
    Authority.made_in(tmp_path, "other")
    file = tmp_path / f"{authority}.pem"
    url = through(database_url, f"{host}:{keeper.port}", "sslmode=verify-full", f"sslrootcert={file}")
    with pytest.raises(refused):
        await asyncpg.connect(checked(url))
    owner = through(url_as(database_url, Login.OWNER), f"{host}:{keeper.port}", urlsplit(url).query)
    with pytest.raises(refused):
        await prepare(owner, samples=False)


class Standby(Postgres):
    """A server that follows another, which is nowhere; it is read from, and takes no write."""

    def _initialise(self) -> None:
        super()._initialise()
        (self.data / "standby.signal").touch()

    def _make_logins(self) -> None:
        pass


async def test_of_two_hosts_the_one_that_takes_writes_is_found(
    postgres_server: Postgres, services_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = urlsplit(postgres_server.dsn()).password
    monkeypatch.setattr(stack.postgres, "_new_password", lambda: password)
    standby = Standby(services_home / "standby", settings={"fsync": "off"})
    standby.start()
    try:
        hosts = f"127.0.0.1:{standby.port},127.0.0.1:{postgres_server.port}"
        url = through(postgres_server.dsn("postgres"), hosts)
        assert await recovering(url)
        assert not await recovering(f"{url}?target_session_attrs=read-write")
    finally:
        standby.stop()


async def recovering(url: str) -> bool:
    async with await open_pool(checked(url)) as pool:
        found: bool = await pool.fetchval("select pg_is_in_recovery()")
        return found
