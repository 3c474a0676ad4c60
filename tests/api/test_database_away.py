"""PostgreSQL away: 503 with Retry-After, nothing half recorded, and the same call works when it is back."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.clock import DatabaseClock
from activities.database import Pool
from activities.settings import Settings
from api.app import create_app
from api.runtime import running
from migrations.__main__ import prepare
from stack.postgres import Postgres
from tests.api.calling import serving
from tests.troubles import Trouble

PATH = "/v1/access-requests"
MANY = 20
"""Calls at once: every connection of the pool has one."""


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server of the test's own, which it may stop."""
    home = Path(tempfile.mkdtemp(prefix="kaifang-test-"))
    home.chmod(0o711)
    server = Postgres(home)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(home)


@pytest.fixture
async def own_settings(own_postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """No engine either, so that nothing but the service touches the database."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
    await prepare(own_postgres.dsn(), samples=True)
    return Settings(home=tmp_path, database_url=own_postgres.dsn())


async def test_calls_are_answered_503_until_postgresql_is_back_and_then_work(
    own_postgres: Postgres, own_settings: Settings
) -> None:
    async with serving(create_app(own_settings), own_settings) as service:
        applicant, nobody = service.as_("applicant@demo"), service.nobody()
        form, key = await applicant.form("nanning"), str(uuid.uuid4())
        own_postgres.stop()

        away = await applicant.post(PATH, form, key)
        reading = await applicant.get("/v1/cases")
        public = await nobody.get("/v1/datasets")
        ready, alive = await nobody.get("/readyz"), await nobody.get("/healthz")
        figures = await service.figures()
        own_postgres.start()
        back = await applicant.post(PATH, form, key)
        cases = await applicant.read("/v1/cases")

    for answer in (away, reading, public):
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:kaifang:problem:database-away")
        assert int(answer.headers["retry-after"]) > 0
    assert (ready.status_code, ready.json()["database"], alive.status_code) == (503, "away", 200)
    assert "kaifang_database_up 0.0" in figures
    assert back.status_code == 201
    assert [case["case_number"] for case in cases["items"]] == [back.json()["case_number"]]
    assert back.json()["case_number"].endswith("-000001")


async def test_the_first_call_after_a_restart_of_postgresql_is_answered(
    own_postgres: Postgres, own_settings: Settings
) -> None:
    async with serving(create_app(own_settings), own_settings) as service:
        caller = service.as_("applicant@demo")
        before = await asyncio.gather(*(caller.get("/v1/cases") for _ in range(MANY)))
        await asyncio.to_thread(own_postgres.stop)
        await asyncio.to_thread(own_postgres.start)
        after = await asyncio.gather(*(caller.get("/v1/cases") for _ in range(MANY)))
    assert [answer.status_code for answer in (*before, *after)] == [200] * 2 * MANY


async def test_the_service_starts_while_postgresql_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
    settings = Settings(home=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")

    async with serving(create_app(settings), settings) as service:
        alive = await service.nobody().get("/healthz")
        calling = await service.as_("applicant@demo").get("/v1/cases")

    assert (alive.status_code, calling.status_code) == (200, 503)


async def test_without_an_address_the_engine_is_looked_for_at_temporals_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
    settings = Settings(home=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")

    async with running(settings, DatabaseClock()) as runtime:
        target = runtime.temporal.service_client.config.target_host

    assert target == "localhost:7233"


@pytest.mark.parametrize("code", ["53100", "53200", "53300", "53400", "25006"])
async def test_a_call_that_postgresql_can_not_take_now_is_answered_503_and_taken_later(
    settings: Settings, pool: Pool, code: str
) -> None:
    trouble = Trouble(settings.database_url)
    await trouble.prepare()
    troubled = settings.model_copy(update={"database_url": trouble.felt_by})
    async with serving(create_app(troubled), troubled) as service:
        applicant, key = service.as_("applicant@demo"), str(uuid.uuid4())
        form = await applicant.form("nanning")
        await trouble.begins(code)
        away = await applicant.post(PATH, form, key)
        assert await pool.fetchval("select count(*) from cases") == 0
        await trouble.ends()
        back = await applicant.post(PATH, form, key)

    assert (away.status_code, away.headers["retry-after"]) == (503, "5")
    assert away.json()["type"] == "urn:kaifang:problem:database-away"
    assert back.status_code == 201
