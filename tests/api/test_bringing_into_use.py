"""An installation that has no samples: by its commands, at a real provider, until a request is decided; and files of
bodies and accounts, of which all is taken or nothing."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from temporalio.client import Client
from typer.testing import CliRunner

from activities.database import Pool, open_pool
from activities.directory.importing import OF_ACCOUNTS, FileFaulty, rows_of
from activities.directory.people import Person, arrived
from activities.settings import Settings
from api.app import create_app
from cli.main import app as command_line
from migrations.__main__ import prepare
from stack.postgres import Postgres
from stack.temporal import NAMESPACE, TemporalServer
from tests.api.administering import confirm_all
from tests.api.calling import PUBLIC, Caller, Service, serving
from tests.api.conftest import BEFORE_202
from tests.api.updating import NEW_ENTRY, answers, law, recorded, today, trigger_of, walked
from tests.clocks import set_clock
from tests.pages.providing import Provider
from worker import build_worker

BODIES = """body,role,name,english_name
nanning.operator,operator,信息网络管理中心,Network Centre
nanning.authority,authority,大数据发展局,Big Data Bureau
nanning.transport,provider,交通运输局,Transport Bureau
nanning.experts,experts,专家委员会,Expert Committee
"""
ACCOUNTS = """
- {login: operator@nanning, name: 张, body: nanning.operator, roles: [reviewer], subject: reviewer@nanning.operator}
- login: authority@nanning
  name: 王
  english_name: Wang
  body: nanning.authority
  roles: reviewer supervisor
  subject: reviewer@nanning.authority
- {login: transport@nanning, name: 李, body: nanning.transport, roles: [reviewer], subject: reviewer@nanning.transport}
- {login: second@administration, name: 赵, roles: [admin], email: Zhao@example.org}
"""


@pytest.fixture
async def empty(postgres_server: Postgres) -> AsyncIterator[str]:
    """The URL of a database as an installation without samples has it at first."""
    name = f"empty_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    try:
        await server.execute(f"create database {name}")
        await set_clock(postgres_server.dsn(name))
        await prepare(postgres_server.dsn(name), samples=False)
        yield postgres_server.dsn(name)
        await server.execute(f"drop database {name} with (force)")
    finally:
        await server.close()


@dataclass
class Installed(Service):
    """The service, whose callers have tokens of the provider, by which each is called as its account is."""

    provider: Provider

    def as_(self, login: str) -> Caller:
        return Caller(self.http, self.provider.grants(login))


@pytest.fixture
def kaifang(empty: str, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command against the installation; its status and what it said."""
    monkeypatch.setenv("KAIFANG_DATABASE_URL", empty)
    monkeypatch.setenv("KAIFANG_OIDC_ISSUER", provider.url)

    async def run(*words: str, **files: str) -> tuple[int, str]:
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text, encoding="utf-8")
        words = tuple(str(tmp_path / word) if word.replace(".", "_") in files else word for word in words)
        done = await asyncio.to_thread(CliRunner().invoke, command_line, list(words))
        return done.exit_code, done.output

    return run


@pytest.fixture
async def pool_of_it(empty: str) -> AsyncIterator[Pool]:
    pool = await open_pool(empty)
    yield pool
    await pool.close()


async def test_an_installation_without_samples_is_used_until_a_request_is_decided(
    kaifang: Any,
    empty: str,
    pool_of_it: Pool,
    provider: Provider,
    temporal: Client,
    temporal_server: TemporalServer,
    task_queue: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status, said = await kaifang(
        "admin", "create", "li@administration", "--name", "李", "--subject", "li@administration"
    )
    assert status == 0, said
    status, said = await kaifang("bodies", "import", "bodies.csv", bodies_csv=BODIES)
    assert (status, said) == (
        0,
        "4 bodies are in the directory\n"
        "nanning has no government yet: what would come before it is not received until it is entered\n",
    )
    status, said = await kaifang("accounts", "import", "accounts.yaml", accounts_yaml=ACCOUNTS)
    assert status == 0, said
    assert "second@administration: admin, by command of" in (await kaifang("accounts", "waiting"))[1]

    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", NAMESPACE)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)
    settings = Settings(
        home=tmp_path, database_url=empty, task_queue=task_queue, public_url=PUBLIC, oidc_issuer=provider.url
    )
    async with (
        build_worker(temporal, pool_of_it, task_queue),
        serving(create_app(settings, patience=BEFORE_202), settings) as running,
    ):
        service = Installed(running.http, running.app, settings, provider)
        now = await running.app.state.runtime.now()
        officers = ("operator", "authority", "transport")
        for login in ("li@administration", "applicant@home", *(f"reviewer@nanning.{each}" for each in officers)):
            await arrived(pool_of_it, Person(provider.url, login), now, seals=running.app.state.runtime.seals)
        applicant = service.as_("applicant@home")
        transport = service.as_("reviewer@nanning.transport")
        rules = await law(applicant, "nanning", "catalogue_update")
        entry = NEW_ENTRY | {"conditions": NEW_ENTRY["domain"], "basis": NEW_ENTRY["domain"]}
        update = {
            "city": "nanning",
            "entry": entry,
            "trigger": trigger_of(rules),
            "occurred_on": str(today()),
            "answers": answers(rules, "conditional"),
        }
        refused = await transport.post("/v1/catalogue-updates", update, "too-early")
        assert refused.status_code == 403, "nobody has confirmed the role"
        assert (await confirm_all(service.as_("li@administration"))).json()["items"] == []

        assert (await walked(service, await recorded(transport, update)))["status"] == "closed"
        case = await applicant.file("nanning")
        case = await service.decide(case, "formal_review", "pass")
        case = await service.decide(case, "provider_review", "refuse", reason="x", basis="某法第一条")
        case = await service.decide(case, "approval_of_refusal", "approve")
        assert (case["status"], case["outcome"]) == ("closed", "refused")
    what = [row["what"] for row in await pool_of_it.fetch("select what from account_record order by number")]
    assert what[0] == "first_administrator"
    assert what.count("roles_confirmed") == 4


async def test_there_is_one_first_administrator_whom_nobody_confirms(kaifang: Any, pool_of_it: Pool) -> None:
    assert (await kaifang("admin", "create", "li@administration", "--name", "李"))[0] == 0
    status, said = await kaifang("admin", "create", "wang@administration", "--name", "王")
    assert (status, "already" in said) == (1, True)
    assert (await kaifang("accounts", "close", "li@administration"))[0] == 0
    assert (await kaifang("admin", "create", "wang@administration", "--name", "王"))[0] == 0
    row = "select count(*) from account_record where what = 'first_administrator' and by_command is not null"
    assert await pool_of_it.fetchval(row) == 2
    said = (await kaifang("accounts", "record"))[1]
    assert "account_closed li@administration by command of" in said


async def test_of_a_file_all_is_taken_or_nothing_and_each_fault_named_with_its_line(
    kaifang: Any, pool_of_it: Pool
) -> None:
    wrong = (
        BODIES
        + "atlantis.transport,provider,x,x\nNanning,provider,x,x\nnanning.water,king,x,x\n\nnanning.health,provider,,\n"
    )
    status, said = await kaifang("bodies", "import", "bodies.csv", bodies_csv=wrong)
    assert status == 1
    lines = [line.partition("bodies.csv:")[2].partition(":")[0] for line in said.splitlines() if "bodies.csv:" in line]
    assert lines == ["6", "7", "8", "10"], said
    assert await pool_of_it.fetchval("select count(*) from bodies") == 0

    assert (await kaifang("bodies", "import", "bodies.csv", bodies_csv=BODIES))[0] == 0
    renamed = BODIES.replace("Transport Bureau", "Bureau of Transport")
    assert (await kaifang("bodies", "import", "bodies.csv", bodies_csv=renamed))[0] == 0
    assert (await pool_of_it.fetchval("select name->>'en' from bodies where body = 'nanning.transport'"))[
        :6
    ] == "Bureau"
    another = BODIES.replace("nanning.transport,provider", "nanning.transport,operator")
    assert "another role" in (await kaifang("bodies", "import", "bodies.csv", bodies_csv=another))[1]

    faulty = ACCOUNTS + "- {login: Zhang, name: x, roles: [admin]}\n- {login: a@b, name: x, roles: [king]}\n"
    faulty += "- {login: second@administration, name: x, roles: [admin]}\n- {login: c@d, name: x, roles: [reviewer]}\n"
    status, said = await kaifang("accounts", "import", "accounts.yaml", accounts_yaml=faulty)
    assert status == 1
    lines = [line.partition("accounts.yaml:")[2].partition(":")[0] for line in said.splitlines() if "yaml:" in line]
    assert lines == ["11", "12", "13", "14"], said
    assert await pool_of_it.fetchval("select count(*) from accounts") == 0


FILES = {
    "nothing": ("", False),
    "headings alone": ("login,name\n", False),
    "an unknown column": ("login,nickname\na,b\n", False),
    "a cell too many": ("login,name\na,b,c\n", False),
    "a quotation mark that nobody closed": ('login,name\n"a,b\n', False),
    "a nul": ("login,name\na,b\x00\n", False),
    "no list": ("login: a\n", True),
    "no entry": ("- a\n", True),
    "a key twice": ("- {login: a, login: b}\n", True),
    "no yaml": ("- [", True),
    "a truth value": ("- {login: true}\n", True),
    "deep": ("[" * 1000, True),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_none_is_refused_with_a_line(name: str) -> None:
    text, is_yaml = FILES[name]
    with pytest.raises(FileFaulty) as refused:
        rows_of(text, OF_ACCOUNTS, is_yaml=is_yaml)
    assert refused.value.faults[0].line >= 1


async def test_a_body_is_kept_over_the_api_by_an_administrator(service: Service) -> None:
    admin = service.as_("admin@kaifang")
    form = {"role": "provider", "name": "园林局", "english_name": "Parks Bureau"}

    async def put(body: str, **said: str) -> Any:
        return await admin.http.put(f"/v1/bodies/{body}", json=form | said, headers=admin.headers())

    answer = await put("nanning.parks")
    assert (answer.status_code, answer.json()["name"]) == (200, "Parks Bureau")
    assert [error["field"] for error in (await put("nanning.parks", role="operator")).json()["errors"]] == ["role"]
    assert [error["field"] for error in (await put("atlantis.parks")).json()["errors"]] == ["body"]
