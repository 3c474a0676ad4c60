"""Faults of machines that do not die: they freeze, their disks are full, their connections are reset, yesterday's
backup is what is left, and fifty want the same at once. Every order is forced; no test waits for time to do its part.

What callers were told is kept beside (`Ledger`), and compared with what is there afterwards: nothing lost, nothing
doubled.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from copy import copy
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import asyncpg
import httpx
import psutil
import pytest

from activities.clock import DatabaseClock
from activities.database import open_pool
from activities.engine.reconciling import of_the_other_side, reconcile
from activities.engine.restoring import restore
from activities.gate import gate
from activities.gate.log import gaps
from api.http.tokens import issue, signing_key
from cli.token import VALID_FOR
from models.gate import Question, Reason
from rules.sample_accounts import account_id_of
from stack.postgres import Login
from tests.api.calling import Caller
from tests.api.gate import CONDITIONAL, UNCONDITIONAL
from tests.breaking.freezing import frozen, frozen_while_it_files
from tests.breaking.ground import TASK_QUEUE, Ground, ground
from tests.breaking.ledger import NEXT, PASSES, REVIEW, Ledger
from tests.breaking.resetting import Between, between, through
from tests.driving import Driver
from tests.filling import UNLIMITED, may_write_as_far_as
from tests.owning import by_owner, by_server
from tests.pages.test_filing import conditional, filled
from tests.pages.visiting import Visitor

MANY = 3 if os.environ.get("KAIFANG_LONG") == "1" else 1
"""Cases, and stages of each, in which connections are reset."""
SHORT_PATIENCE = timedelta(seconds=1)
ROOM = 2 * 1024 * 1024
"""Bytes: more than any table here has, and less than a file of PostgreSQL's own log."""
A_FILE_OF_THE_LOG = 16 * 1024 * 1024
FILLED_TO = """
insert into gate_decisions (session, at, dataset_id, data_items, allowed, reason)
select 'filler', now(), repeat('x', 1000), '{}', false, 'key_missing' from generate_series(0, $1::int / 1000)
"""
"""A month of the table that is as long as that by then has no room for a decision but in its last page."""
FILINGS = "/v1/access-requests"
A_WHILE, LONG = 1.0, 120.0
"""Seconds that a caller waits who gives up, and one who does not."""


@pytest.fixture(scope="module")
async def shaken() -> AsyncIterator[Ground]:
    """One ground for all: each test leaves its servers and its worker running."""
    async with ground() as it:
        it.driver.patience = SHORT_PATIENCE
        yield it


@pytest.fixture
async def served(shaken: Ground) -> AsyncIterator[Ground]:
    """With API and pages, as far as the test starts them; both are gone afterwards. A frozen one is waited for longer
    than elsewhere, so that it goes on with what it had begun however slow the machine is."""
    limit = "alter role kaifang_writer in database kaifang {} idle_in_transaction_session_timeout"
    await by_server(shaken.driver.pool, f"{limit.format('set')} = '200s'")
    yield shaken
    await asyncio.to_thread(shaken.stop_services)
    await by_server(shaken.driver.pool, limit.format("reset"))


async def test_of_fifty_officers_who_decide_one_task_at_once_one_does(shaken: Ground) -> None:
    ledger = Ledger(shaken.driver)
    case_id = await ledger.file()
    received = await asyncio.gather(*(ledger.decide(case_id, REVIEW, f"{n}", hand_over=False) for n in range(50)))
    assert set(received) == {"received"}
    await shaken.settled()
    found = await shaken.driver.pool.fetch(
        "select coalesce(problem ->> 'code', state) as told from acts where case_id = $1 and kind = 'decide'", case_id
    )
    told = [row["told"] for row in found]
    assert (told.count("accepted"), told.count("TaskAlreadyDecided")) == (1, 49)
    assert (await shaken.driver.types(case_id)).count("TaskDecided") == 1
    await ledger.holds()


PARTS: dict[str, Callable[[Ground], subprocess.Popen[bytes] | None]] = {
    "worker": lambda it: it.worker.process if it.worker else None,
    "Temporal": lambda it: it.temporal.process,
    "PostgreSQL": lambda it: it.postgres.process,
}


@pytest.mark.parametrize("part", PARTS)
async def test_what_is_frozen_and_goes_on_loses_and_doubles_nothing(shaken: Ground, part: str) -> None:
    ledger = Ledger(shaken.driver)
    before = await ledger.file()
    await shaken.settled()
    calls = [asyncio.create_task(call) for call in (ledger.file(), ledger.decide(before, REVIEW))]
    with frozen(PARTS[part](shaken)):
        calls += [asyncio.create_task(call) for call in (ledger.file(), ledger.file())]
        # Long enough for a call to begin; whether it does makes no difference to what has to hold.
        await asyncio.wait(calls, timeout=2)
    await asyncio.gather(*calls)
    await shaken.settled()
    assert await ledger.decide(before, NEXT) in ("accepted", "received")
    await shaken.settled()
    await ledger.holds()


async def test_what_a_frozen_api_was_asked_is_done_once_when_it_goes_on(served: Ground) -> None:
    """A filing has its number and is not committed. Who gives up and asks again hears the same, and what nobody asked
    of it goes on meanwhile: acts on other cases, filings in other cities, the pages."""
    ledger = Ledger(served.driver)
    before = await ledger.file()
    await served.settled()
    url = await asyncio.to_thread(served.start_api)
    await served.answers(url, "/readyz")
    signs = signing_key(served.home / "signing-key.pem")
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=LONG) as http:
        caller = Caller(http, issue(signs, account_id_of("applicant@demo"), VALID_FOR))
        form, key = await caller.form("nanning"), str(uuid.uuid4())
        async with frozen_while_it_files(served, served.api, caller.post(FILINGS, form, key)) as filing:
            with pytest.raises(httpx.ReadTimeout):
                await http.post(FILINGS, json=form, headers=caller.headers({"Idempotency-Key": key}), timeout=A_WHILE)
            await ledger.decide(before, REVIEW)
            await ledger.file("yulin")
            assert not filing.done()
        first, again = await filing, await caller.post(FILINGS, form, key)
    assert (first.status_code, again.status_code) == (201, 201), (first.text, again.text)
    assert first.json()["case_id"] == again.json()["case_id"]
    ledger.filed.append(first.json()["case_id"])
    await served.settled()
    await ledger.decide(first.json()["case_id"], REVIEW)
    await served.settled()
    await ledger.holds()


async def test_a_form_sent_to_frozen_pages_is_filed_once_when_they_go_on(served: Ground) -> None:
    """Who waits in vain and presses the button again comes to the same case. The API needs no pages."""
    ledger = Ledger(served.driver)
    await ledger.file("guangzhou")
    await served.settled()
    api = await asyncio.to_thread(served.start_api)
    await served.answers(api, "/readyz")
    async with (
        httpx.AsyncClient(base_url=await served.pages_open(), trust_env=False, timeout=LONG) as http,
        httpx.AsyncClient(base_url=api, trust_env=False, timeout=LONG) as others,
    ):
        visitor = await (await Visitor(http).visit("/en/login")).send("login", button="applicant@demo")
        await visitor.visit(f"/en/datasets/{await conditional(visitor, 'guangzhou')}/request")
        await filled(visitor)
        again = copy(visitor)
        number = await served.driver.pool.fetchval("select count(*) from cases where city = 'guangzhou'")
        filing = visitor.send("request", button="file")
        async with frozen_while_it_files(served, served.pages, filing) as first:
            assert (await others.get("/readyz")).status_code == 200
            await ledger.file("yulin")
            second = asyncio.create_task(again.send("request", button="file"))
        paths = {(await each).path for each in (first, second)}
    assert len(paths) == 1, paths
    assert paths.pop().endswith("/filed")
    assert await served.driver.pool.fetchval("select count(*) from cases where city = 'guangzhou'") == number + 1
    await served.settled()
    await ledger.holds()


async def test_a_call_whose_answer_is_cut_off_is_received_once(shaken: Ground) -> None:
    """PostgreSQL has committed, and the connection is reset before it can say so."""
    url = shaken.postgres.dsn()
    at = urlsplit(url)
    async with between(at.hostname or "", at.port or 0) as door, await open_pool(through(url, door)) as pool:
        ledger = Ledger(Driver(pool, await shaken.client(), TASK_QUEUE))
        door.cut_the_answer_to(b"COMMIT")
        case_id = await ledger.file()
        assert (door.cuts, ledger.told[case_id]) == (1, ["nothing", case_id])
        await shaken.settled()
        door.cut_the_answer_to(b"COMMIT")
        await ledger.decide(case_id, REVIEW)
        assert door.cuts == 2
        await shaken.settled()
        await ledger.holds()


async def test_connections_of_the_worker_that_are_reset_lose_and_double_nothing(shaken: Ground) -> None:
    database, engine = urlsplit(shaken.postgres.dsn()), shaken.temporal.address.split(":")
    async with (
        between(database.hostname or "", database.port or 0) as to_database,
        between(engine[0], int(engine[1])) as to_engine,
    ):
        shaken.stop_worker()
        shaken.start_worker(
            KAIFANG_DATABASE_URL=through(shaken.postgres.dsn(), to_database),
            TEMPORAL_ADDRESS=f"127.0.0.1:{to_engine.port}",
        )
        try:
            await goes_on_while_reset(shaken, (to_database, to_engine))
        finally:
            # Whatever failed: the tests that come after this one have a worker without doors. The doors pass on what
            # the worker still says while it stops.
            await asyncio.to_thread(shaken.stop_worker)
            shaken.start_worker()


async def goes_on_while_reset(shaken: Ground, doors: Sequence[Between]) -> None:
    ledger = Ledger(shaken.driver)
    cases = [await ledger.file() for _ in range(MANY)]
    await shaken.settled()

    async def is_connected() -> bool:
        return all(door.connections for door in doors)

    for stage in list(PASSES)[:MANY]:
        for case_id in cases:
            await shaken.until(is_connected, "the worker is connected to both")
            await ledger.decide(case_id, stage, hand_over=False)
            for door in doors:
                door.reset()
        await shaken.settled()
    await ledger.holds()


async def test_a_disk_that_is_full_loses_nothing_of_what_was_received(shaken: Ground) -> None:
    """A write that the log of PostgreSQL has no room for stops it, and it comes back by itself."""
    ledger = Ledger(shaken.driver)
    before = await ledger.file()
    await shaken.settled()
    while await shaken.driver.pool.fetchval("select pg_current_wal_lsn() - '0/0'") % A_FILE_OF_THE_LOG < 2 * ROOM:
        await shaken.driver.pool.execute("select pg_logical_emit_message(true, 'filler', repeat('x', 1000000))")
    server = shaken.postgres.process
    assert server
    its_processes = [each.pid for each in psutil.Process(server.pid).children()]
    # Those that come after them have room: PostgreSQL comes back by itself.
    await asyncio.to_thread(may_write_as_far_as, shaken.postgres, its_processes, ROOM)
    refused = await ledger.file()
    assert ledger.told[refused][0] == "nothing", "it was told that nothing was recorded, and tried again"
    await ledger.decide(before, REVIEW)
    await shaken.settled()
    await ledger.holds()


async def test_while_the_disk_is_full_the_gate_answers_and_keeps_what_it_decides(
    shaken: Ground, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its log waits in memory, and is whole when there is room."""
    monkeypatch.setattr(gate, "ANSWERS_WITHIN", LONG)
    monkeypatch.setitem(gate.SETTINGS, "statement_timeout", "30000")
    pool, server = shaken.driver.pool, shaken.postgres.process
    assert server
    await by_owner(pool, FILLED_TO, ROOM)
    filled_with = await pool.fetchval("select count(*) from gate_decisions")
    await by_server(pool, "select pg_switch_wal()")
    # Its new file is made by a process that may, and is as long as each of them.
    await pool.execute("select pg_logical_emit_message(true, 'filler', 'x')")
    # Every process of PostgreSQL that comes from now on: the log's connection is made anew after each failure.
    await asyncio.to_thread(may_write_as_far_as, shaken.postgres, [server.pid], ROOM)
    asked = 0
    try:
        async with gate.opened(shaken.postgres.dsn(login=Login.GATE), DatabaseClock()) as (opened, log):
            while "the gate's log cannot be written" not in caplog.text:
                assert await opened.ask(Question(CONDITIONAL, (), "download")) is Reason.KEY_MISSING
                asked += 1
            assert await opened.ask(Question(CONDITIONAL, (), "download")) is Reason.KEY_MISSING
            assert await opened.ask(Question(UNCONDITIONAL)) is Reason.UNCONDITIONAL
            asked += 1
            assert log.backlog > 0
            await asyncio.to_thread(may_write_as_far_as, shaken.postgres, [server.pid], UNLIMITED)

            async def it_is_written() -> bool:
                return log.backlog == 0

            await shaken.until(it_is_written, "the log has room")
            assert log.lost == 0
    finally:
        await asyncio.to_thread(may_write_as_far_as, shaken.postgres, [server.pid], UNLIMITED)
    assert await pool.fetchval("select count(*) from gate_decisions") == filled_with + asked
    async with pool.acquire() as connection:
        assert await gaps(connection, datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)) == []


async def test_what_came_after_yesterdays_dump_is_named_when_it_is_loaded(shaken: Ground) -> None:
    ledger = Ledger(shaken.driver)
    kept, lost = await ledger.file(), ""
    await ledger.decide(kept, REVIEW)
    await shaken.settled()
    dumped = await asyncio.to_thread(dump, shaken)

    lost = await ledger.file()
    since = await ledger.decide(kept, NEXT)
    assert since in ("accepted", "received")
    await shaken.settled()
    shaken.stop_worker()
    await shaken.driver.pool.close()
    await load(shaken, dumped)
    shaken.driver = driver = await shaken.connected()
    shaken.start_worker()

    named = [each async for each in reconcile(driver.pool, driver.temporal) if each.case_id == kept]
    assert named, "the engine is ahead of the log"
    other_side = [each.case_id async for each in of_the_other_side(driver.pool, driver.temporal, TASK_QUEUE)]
    assert lost in other_side
    restored = await restore(driver.pool, driver.engine)
    assert (restored.failed, lost in restored.without_log, kept in restored.ahead) == ({}, True, True)

    after = Ledger(driver)
    assert await after.decide(kept, NEXT) in ("accepted", "received")
    await shaken.settled()
    await after.holds()


def run(it: Ground, program: str, *arguments: str, content: bytes | None = None) -> bytes:
    """What one of PostgreSQL's programs prints."""
    known = urlsplit(it.postgres.dsn())
    where = ("--host", known.hostname or "", "--port", str(known.port), "--username", known.username or "")
    done = subprocess.run(
        [str(it.postgres.program(program)), *where, *arguments],
        input=content,
        capture_output=True,
        check=False,
        env={"PGPASSWORD": known.password or "", "LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def dump(it: Ground) -> bytes:
    return run(it, "pg_dump", "--format=custom", urlsplit(it.postgres.dsn()).path[1:])


async def load(it: Ground, dumped: bytes) -> None:
    """The database is what was dumped, and nothing that came after."""
    name = urlsplit(it.postgres.dsn()).path[1:]
    server = await asyncpg.connect(it.postgres.dsn("postgres"))
    await server.execute(f"drop database {name} with (force)")
    await server.execute(f"create database {name}")
    await server.close()
    await asyncio.to_thread(run, it, "pg_restore", f"--dbname={name}", content=dumped)
