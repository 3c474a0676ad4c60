"""After a demonstration of one city nothing that somebody wrote, and nobody's name or address, is anywhere but in
PostgreSQL's tables and in the folder of evidence, where it lies sealed: each text was marked, and everything else is
looked through."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import psutil
import pytest
from temporalio.client import Client

from activities.engine.keys import KeyRing, kept_in
from activities.engine.payloads import converter
from activities.settings import ENGINE_KEYS, Settings
from api.http.tokens import secret_in
from cli.demo_catalogue import demand_data, update_the_catalogue
from cli.demo_objections import object_to_data
from cli.demo_rectification import rectify
from cli.demo_requests import walk
from stack.ports import free_port
from tests.sealed_engine import opened
from tests.stack.marking import FILED_AT, Marking, to_be_marked
from tests.stack.running import ROOT, RunningStack

CITY = "yulin"
"""Every procedure that the demonstration shows of any city is known there."""
KAIFANG = ("-c", "from cli.main import app; app()")
FOLDERS_OF_TEXTS = ("postgres", "evidence")
PLACES_OF_LOGS = ("api.log", "worker.log", "pages.log", "postgres.log", "temporal.log", "migration.log")
A_WHILE = 60.0
PLAIN_NAMES = "select exists (select from accounts where not name ? 'sealed')"
PUBLISHED = "catalogue_update/entry/"
PLAIN = {"officer/login", "pages/browser"}
"""What stays plain in PostgreSQL of what somebody wrote: a login, which names an account, and how a browser names
itself; beside it what the catalogue publishes."""
COLLECTED = ("identity", "searchAttributes")


@dataclass
class Demonstrated:
    """A stack on which the demonstration ran, and all that was written into it."""

    home: Path
    stack: RunningStack
    settings: Settings
    parties: Marking
    texts: dict[str, str] = field(default_factory=dict)
    """Place to mark."""

    def marks(self) -> list[bytes]:
        return [mark.encode() for mark in self.texts.values()]

    def found_in(self, content: bytes) -> list[str]:
        """The places whose marks stand in it, as they were written or as an address has them."""
        return [place for place, mark in self.texts.items() if mark.encode() in content]


@pytest.fixture(scope="module")
def demonstrated() -> Iterator[Demonstrated]:
    home = Path(tempfile.mkdtemp(prefix="kaifang-marked-"))
    home.chmod(0o711)
    closed = free_port()
    stack = RunningStack(
        home / "var",
        program=(*KAIFANG, "up"),
        environment={
            "KAIFANG_PORT": str(free_port()),
            "KAIFANG_PAGES_PORT": str(free_port()),
            "KAIFANG_PRIVATE_RECEIVERS": "true",
            "KAIFANG_MAIL_URL": f"mailto://127.0.0.1:{closed}?from=service@open.example",
        },
    )
    try:
        stack.ready()
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("KAIFANG_ENGINE_KEY")
            patch.setenv("KAIFANG_HOME", str(home / "var"))
            settings = Settings.load()
        with Marking(settings, "en") as parties:
            it = Demonstrated(home / "var", stack, settings, parties)
            it.texts |= contacts(parties, settings, closed)
            for show in (walk, object_to_data, update_the_catalogue, demand_data, rectify):
                assert show(parties, CITY), "the city knows it"
            it.texts |= refused(parties, settings)
            it.texts |= on_the_pages(settings)
            it.texts |= refused_by_postgresql(settings)
            it.texts |= {"/".join(place): mark for place, mark in parties.marks.items()}
            yield it
    finally:
        if stack.process.poll() is None:
            stack.stop()
        assert stack.process.stdout is not None
        stack.process.stdout.close()
        shutil.rmtree((home / "var" / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(home)


def a_mark() -> str:
    return f"zhang.san.{uuid.uuid4().hex}"


def contacts(parties: Marking, settings: Settings, closed: int) -> dict[str, str]:
    """Names and addresses of people: an officer who is invited, and two channels that nobody listens on."""
    texts = {f"officer/{what}": a_mark() for what in ("login", "name")}
    texts |= {f"channel/{what}": a_mark() for what in ("mail", "webhook")}
    command = (
        "accounts",
        "enrol",
        f"{texts['officer/login']}@people",
        "--name",
        texts["officer/name"],
        "--role",
        "reviewer",
    )
    enrolled = subprocess.run(
        [sys.executable, *KAIFANG, *command, "--body", f"{CITY}.transport"],
        env={**os.environ, "KAIFANG_HOME": str(settings.home)},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert enrolled.returncode == 0, enrolled.stderr
    mailbox = {"kind": "mail", "address": f"{texts['channel/mail']}@people.example"}
    hook = {"kind": "webhook", "address": f"http://127.0.0.1:{closed}/{texts['channel/webhook']}"}
    for login in ("applicant@demo", "objector@demo"):
        for channel in (mailbox, hook):
            parties.call(login, "POST", "/v1/channels", channel)
    return texts


def refused(parties: Marking, settings: Settings) -> dict[str, str]:
    """What is refused or asked for is written nowhere at all."""
    texts = {f"refused/{what}": a_mark() for what in ("field", "name", "search", "path", "header", "body")}
    with httpx.Client(base_url=settings.base_url, trust_env=False, timeout=30) as http:
        headers = parties._headers("applicant@demo")
        keyed = headers | {"Idempotency-Key": texts["refused/header"], "User-Agent": texts["refused/header"]}
        answers = [
            http.post("/v1/access-requests", json={"city": texts["refused/field"]}, headers=keyed),
            http.post("/v1/access-requests", content=f'{{"{texts["refused/body"]}', headers=keyed),
            http.post(
                "/v1/evidence",
                params={"name": f"{texts['refused/name']}.exe"},
                content=b"<svg xmlns='http://www.w3.org/2000/svg'/>",
                headers=headers,
            ),
            http.get(f"/v1/cases/{quote(texts['refused/path'])}", headers=headers),
        ]
        assert [answer.status_code for answer in answers] == [422, 422, 422, 404], [each.text for each in answers]
        assert http.get("/v1/datasets", params={"q": texts["refused/search"]}, headers=headers).status_code == 200
    return texts


def refused_by_postgresql(settings: Settings) -> dict[str, str]:
    """A row that contradicts the schema, which PostgreSQL by itself would log as a whole."""
    mark = a_mark()

    async def put() -> None:
        connection = await asyncpg.connect(settings.database_url)
        try:
            with pytest.raises(asyncpg.NotNullViolationError) as refused:
                await connection.execute("insert into evidence (evidence_id, name) values ($1, $1)", mark)
            assert mark in (refused.value.detail or ""), "it could have been logged"
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as beside:  # this thread has a loop already
        beside.submit(asyncio.run, put()).result()
    return {"postgresql/row": mark}


def on_the_pages(settings: Settings) -> dict[str, str]:
    """Somebody logs in, searches, and sends a form that lacks something."""
    texts = {f"pages/{what}": a_mark() for what in ("search", "form", "browser")}
    browser = {"Origin": settings.pages_url, "Sec-Fetch-Site": "same-origin", "User-Agent": texts["pages/browser"]}
    with httpx.Client(base_url=settings.pages_url, headers=browser, trust_env=False, timeout=30) as http:
        entered = http.post("/login", data={"account": "applicant@demo", "back": "/"})
        assert entered.status_code == httpx.codes.SEE_OTHER
        assert http.get("/en/datasets", params={"q": texts["pages/search"]}).status_code == httpx.codes.OK
        sent = http.post("/en/demands/new", data={"city": CITY, "statement": texts["pages/form"]})
        assert sent.status_code < httpx.codes.INTERNAL_SERVER_ERROR
    return texts


def test_every_text_that_somebody_can_write_was_marked(demonstrated: Demonstrated) -> None:
    marked = set(demonstrated.parties.marks)
    assert set(to_be_marked(FILED_AT.values())) <= marked
    assert set(demonstrated.parties.cases.values()) >= set(FILED_AT.values())


def test_what_was_marked_is_on_record(demonstrated: Demonstrated) -> None:
    """In the case files that officers read: a text that was never taken would prove nothing."""
    of_people = [case_id for case_id, procedure in demonstrated.parties.cases.items() if procedure in FILED_AT.values()]
    held = b"".join(demonstrated.parties.whole(case_id) for case_id in of_people)
    missing = {place for place, mark in demonstrated.parties.marks.items() if mark.encode() not in held}
    assert missing == set()


async def test_no_table_holds_a_name_a_contact_or_the_address_of_a_channel(demonstrated: Demonstrated) -> None:
    connection = await asyncpg.connect(demonstrated.settings.database_url)
    try:
        # What came with the migration, which has no keys, is sealed by the worker.
        async with asyncio.timeout(A_WHILE):
            while await connection.fetchval(PLAIN_NAMES):  # noqa: ASYNC110  PostgreSQL tells nobody
                await asyncio.sleep(0.1)
        tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        held = [
            str(row[0])
            for table in tables
            for row in await connection.fetch(f"select t::text from {table['tablename']} t")  # noqa: S608
        ]
    finally:
        await connection.close()
    found = demonstrated.found_in("\n".join(held).encode())
    assert {place for place in found if not place.startswith(PUBLISHED)} == PLAIN


@pytest.mark.duty("NJ-34b")
def test_no_log_and_no_other_file_of_the_data_folder_holds_a_text(demonstrated: Demonstrated) -> None:
    files = [
        file
        for file in demonstrated.home.rglob("*")
        if file.is_file() and file.relative_to(demonstrated.home).parts[0] not in FOLDERS_OF_TEXTS
    ]
    assert set(PLACES_OF_LOGS) <= {file.name for file in files}
    assert any(file.suffix == ".db" for file in files), "what Temporal keeps"
    assert {str(file): found for file in files if (found := demonstrated.found_in(file.read_bytes()))} == {}


@pytest.mark.duty("NJ-34b")
async def test_no_history_and_no_list_of_the_engine_holds_a_text(demonstrated: Demonstrated) -> None:
    keys = KeyRing(lambda: kept_in(demonstrated.home / ENGINE_KEYS))
    assert keys.seals_by
    address = next(
        line for line in (demonstrated.home / "stack.env").read_text().splitlines() if "TEMPORAL_ADDRESS" in line
    )
    temporal = await Client.connect(address.partition("=")[2].strip("'"), data_converter=converter(keys))
    seen, kept = set(), []
    async for listed in temporal.list_workflows():
        seen.add(listed.id)
        handle = temporal.get_workflow_handle(listed.id, run_id=listed.run_id)
        described = await handle.describe()
        history = await opened(await handle.fetch_history(), keys)
        kept += [str(listed.raw_info), str(described.raw_description), await described.static_summary() or ""]
        kept.append(json.dumps(list(plain(history)), ensure_ascii=False))
    assert demonstrated.parties.cases.keys() <= seen
    assert any("authority_review" in each for each in kept), "payloads are read"
    assert demonstrated.found_in("\n".join(kept).encode()) == []


def plain(part: Any) -> Iterator[str]:
    """Every string in an opened history, payloads as their text."""
    if isinstance(part, dict):
        if isinstance(part.get("data"), str) and "metadata" in part:
            yield base64.b64decode(part["data"]).decode(errors="replace")
        for inner in part.values():
            yield from plain(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from plain(inner)
    elif isinstance(part, str):
        yield part


def test_no_process_has_a_text_in_its_arguments_or_environment(demonstrated: Demonstrated) -> None:
    looked_at = 0
    for process in demonstrated.stack.processes():
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            shown = json.dumps([process.cmdline(), process.environ(), process.name()])
            looked_at += 1
            assert demonstrated.found_in(shown.encode()) == [], process.cmdline()
    assert looked_at >= 5


def test_the_stack_prints_no_text(demonstrated: Demonstrated) -> None:
    assert demonstrated.found_in("\n".join(demonstrated.stack.lines).encode()) == []


def test_the_figures_of_the_service_hold_no_text(demonstrated: Demonstrated) -> None:
    settings = demonstrated.settings
    secret = {"Authorization": f"Bearer {secret_in(settings.metrics_secret_file)}"}
    figures = httpx.get(f"{settings.base_url}/metrics", headers=secret, trust_env=False, timeout=30)
    assert figures.status_code == httpx.codes.OK
    assert demonstrated.found_in(figures.content) == []
