"""deploy/nginx/kaifang-cells.conf with the real nginx before two cells: two APIs with a database each."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest

from api.http.tokens import issue, signing_key
from cli.token import KEY
from rules.sample_accounts import account_id_of
from stack.ports import free_port
from stack.postgres import Login, Postgres
from tests.deploy.test_nginx import NGINX, running_nginx
from tests.owning import url_as
from tests.serving import serving_api
from tests.stack.running import ROOT

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")
CONFIGURATION = ROOT / "deploy" / "nginx" / "kaifang-cells.conf"


@pytest.fixture
async def another_database(postgres_server: Postgres, migrated_template: str) -> AsyncIterator[str]:
    """The database of the second cell."""
    name = f"test_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    try:
        await server.execute(f"create database {name} template {migrated_template} owner {Login.OWNER}")
        yield postgres_server.dsn(name, Login.WRITER)
        await server.execute(f"drop database {name} with (force)")
    finally:
        await server.close()


@pytest.fixture
async def cells(
    tmp_path: Path, database_url: str, another_database: str
) -> AsyncIterator[Callable[[str], httpx.Client]]:
    """Somebody at the router, by the name that is called. Each cell has the bodies of its own cities alone."""
    for url, elsewhere in ((database_url, "guangzhou"), (another_database, "nanning")):
        # As if they had never been there: what else names them is left, and nothing here looks at it.
        server = await asyncpg.connect(
            url_as(url, Login.SERVER), server_settings={"session_replication_role": "replica"}
        )
        await server.execute("delete from bodies where city = $1", elsewhere)
        await server.close()
    port = free_port()
    text = CONFIGURATION.read_text()
    with ExitStack() as stack:
        south = stack.enter_context(serving_api(tmp_path, database_url, tmp_path / "south.log"))
        east = stack.enter_context(serving_api(tmp_path, another_database, tmp_path / "east.log"))
        for place, value in (
            ("server 127.0.0.1:8001;", f"server {south.url.removeprefix('http://')};"),
            ("server 127.0.0.1:8002;", f"server {east.url.removeprefix('http://')};"),
            ("listen 127.0.0.1:8443;", f"listen 127.0.0.1:{port};"),
            ("/var/log/nginx/kaifang.log", str(tmp_path / "access.log")),
        ):
            assert text.count(place) == 1, place
            text = text.replace(place, value)
        router = stack.enter_context(running_nginx(text, port))
        token = issue(signing_key(tmp_path / KEY), account_id_of("applicant@demo"), timedelta(minutes=10))

        def at(name: str) -> httpx.Client:
            headers = {"Host": f"{name}.open.example", "Authorization": f"Bearer {token}", "Accept-Language": "en"}
            return stack.enter_context(httpx.Client(base_url=router.base_url, headers=headers))

        yield at


def demand(caller: httpx.Client, city: str) -> httpx.Response:
    body = {"city": city, "provider": f"{city}.transport", "statement": "Where shared bicycles are parked"}
    return caller.post("/v1/demands", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})


async def test_what_is_filed_at_the_name_of_a_city_is_in_its_cell_alone(
    cells: Callable[[str], httpx.Client],
) -> None:
    for city, beside in (("nanning", "guangzhou"), ("guangzhou", "nanning")):
        answer = demand(cells(city), city)
        assert answer.status_code == 201, answer.text
        case = f"/v1/cases/{answer.json()['case_id']}"
        assert cells(city).get(case).json()["city"] == city
        assert cells(beside).get(case).status_code == 404


async def test_a_cell_files_nothing_for_a_city_whose_bodies_are_in_another(
    cells: Callable[[str], httpx.Client],
) -> None:
    answer = demand(cells("nanning"), "guangzhou")
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == ["provider"]


async def test_a_name_without_a_cell_leads_nowhere_and_gates_are_not_passed_on(
    cells: Callable[[str], httpx.Client],
) -> None:
    assert cells("elsewhere").get("/v1/cities").status_code == 421
    for path in ("/metrics", "/readyz", "/v1/gate", "/v1/exchange-gate"):
        assert cells("nanning").get(path).status_code == 404, path


async def test_a_browser_is_sent_on_to_the_name_of_the_cell(cells: Callable[[str], httpx.Client]) -> None:
    for city, cell in (("yulin", "south"), ("nanjing", "east")):
        answer = cells(city).get("/datasets?q=%E5%85%AC%E4%BA%A4")
        assert answer.status_code == 307
        assert answer.headers["location"] == f"https://{cell}.open.example/datasets?q=%E5%85%AC%E4%BA%A4"
