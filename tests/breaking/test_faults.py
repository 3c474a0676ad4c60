"""Faults of machines that do not die: they freeze, their disks are full, their connections are reset, yesterday's
backup is what is left, and fifty want the same at once. Every order is forced; no test waits for time to do its part.

What callers were told is kept beside (`Ledger`), and compared with what is there afterwards: nothing lost, nothing
doubled.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest
from temporalio.service import RPCError

from activities.database import AWAY, open_pool
from activities.engine.reconciling import of_the_other_side, reconcile
from activities.engine.restoring import restore
from tests.breaking.ground import TASK_QUEUE, Ground, ground
from tests.breaking.resetting import Between, between, through
from tests.driving import Driver

REVIEW, NEXT, LAST = "formal_review", "provider_review", "approval"
PASSES = {REVIEW: "pass", NEXT: "agree", LAST: "approve"}
MANY = 3 if os.environ.get("KAIFANG_LONG") == "1" else 1
"""Cases, and stages of each, in which connections are reset."""
SHORT_PATIENCE = timedelta(seconds=1)
ROOM = 2 * 1024 * 1024
"""Bytes: more than any table here has, and less than a file of PostgreSQL's own log."""
A_FILE_OF_THE_LOG = 16 * 1024 * 1024


@pytest.fixture(scope="module")
async def shaken() -> AsyncIterator[Ground]:
    """One ground for all: each test leaves its servers and its worker running."""
    async with ground() as it:
        it.driver.patience = SHORT_PATIENCE
        yield it


@dataclass
class Ledger:
    """Calls by the id under which they are made, and what was told each time they were."""

    driver: Driver
    filed: list[str] = field(default_factory=list)
    decided: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Act to case and stage."""
    told: dict[str, list[str]] = field(default_factory=dict)

    async def file(self) -> str:
        """A request, whoever has to be asked for it how often."""
        case_id = str(uuid.uuid4())
        self.filed.append(case_id)
        await self.call(case_id, lambda: self.driver.file("nanning", case_id=case_id))
        return case_id

    async def decide(self, case_id: str, stage: str, officer: str = "1", *, hand_over: bool = True) -> str:
        act = str(uuid.uuid4())
        self.decided[act] = (case_id, stage)

        async def decides() -> str:
            done = {"officer": officer, "act_id": act, "hand_over": hand_over}
            return await self.driver.decide(case_id, stage, PASSES[stage], **done)  # type: ignore[arg-type]

        return await self.call(act, decides)

    async def call(self, key: str, made: Callable[[], Awaitable[str]]) -> str:
        """As a caller who repeats a call, under the same id, until it has an answer."""
        answers = self.told.setdefault(key, [])
        while True:
            try:
                answers.append(await made())
            except (RPCError, *AWAY):
                answers.append("nothing")
                await asyncio.sleep(0.1)
            else:
                return answers[-1]

    async def holds(self) -> None:
        """What everybody was told is so, once and no more."""
        for case_id in self.filed:
            types = await self.driver.types(case_id)
            assert types.count("Filed") == 1, case_id
        for act, (case_id, stage) in self.decided.items():
            state = await self.driver.pool.fetchval("select state from acts where act_id = $1", act)
            told = [answer for answer in self.told[act] if answer not in ("nothing", "received")]
            assert state in ("accepted", "refused"), self.told[act]
            assert all((answer == "accepted") == (state == "accepted") for answer in told), told
            task = await self.driver.task(case_id, stage)
            events = [event for event in await self.driver.events(case_id) if event.act == act]
            assert bool(events) == (state == "accepted")
            assert (await self.driver.types(case_id)).count("TaskDecided") == len(
                [each for each in (await self.driver.state(case_id)).tasks.values() if each.outcome]
            )
            assert task.outcome == PASSES[stage]


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
    await asyncio.to_thread(no_room_for, shaken)
    refused = await ledger.file()
    assert ledger.told[refused][0] == "nothing", "it was told that nothing was recorded, and tried again"
    await ledger.decide(before, REVIEW)
    await shaken.settled()
    await ledger.holds()


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


def no_room_for(it: Ground) -> None:
    """No process that PostgreSQL has by now can write where its log stands; those that come after them can."""
    assert it.postgres.process
    uid, gid = it.postgres.account()
    for child in psutil.Process(it.postgres.process.pid).children():
        limit = [shutil.which("prlimit") or "", "--pid", str(child.pid), f"--fsize={ROOM}:"]
        subprocess.run(limit, user=uid, group=gid, extra_groups=[], check=True)


@contextmanager
def frozen(process: subprocess.Popen[bytes] | None) -> Iterator[None]:
    """The process and all its children stand still meanwhile."""
    assert process
    first = psutil.Process(process.pid)
    all_of_it = [first, *first.children(recursive=True)]
    for each in all_of_it:
        each.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for each in all_of_it:
            each.send_signal(signal.SIGCONT)


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
