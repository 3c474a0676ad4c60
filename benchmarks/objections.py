"""From an objection to the first refusal of the gate: filed over HTTP with evidence, under load, beside a plain update.

Each objection is of another person against another dataset, of which somebody has a grant and fetches it all the time.
The clocks of PostgreSQL and of the callers are the same machine's.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import sys
import uuid
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import asyncpg
import httpx
import uvloop

from activities.calendar.record import RecordOfNotices
from activities.database import Pool, open_pool
from activities.record.log import LockedCase, Log, open_case, with_its_head
from activities.record.pinned_rules import PinnedRules
from api.http.tokens import issue, signing_key
from benchmarks import bare_flag
from benchmarks.fetching import AFTERWARDS, BETWEEN_CALLS, CALLERS, File, Measured, Subject, object_to
from benchmarks.figures import Aim, Figure, percentile
from benchmarks.parties import CITY, PROVIDER, Kaifang, acts_on, filing
from benchmarks.servers import Servers, servers
from models import events as e
from models.access_events import AccessOpened, KeyIssued
from models.state import CaseState, fold
from rules.procedure_names import ACCESS
from rules.seed_notices import read_scopes
from stack.ports import free_port, listen
from stack.programs import API, WORKER, Api

BENCH = "objections"
TASK_QUEUE = "kaifang"
CALLS = Path(__file__).with_name("gate_calls.py")
BARE = [part.replace("api.app:serve", "benchmarks.bare_flag:framework") for part in API]
ITEMS = ["line_code", "position", "recorded_at"]
LOADS = 2
"""Processes that call the gate at the stated rate, one connection each."""
LOAD_LASTS = 5
"""Seconds of one such process."""
LOADED = 100
"""Datasets that they fetch, to which nobody objects."""
AT_ONCE = 4
"""Objections under way at most."""


class Size(NamedTuple):
    """How many objections, how many a second, calls of the gate and requests a second beside them."""

    objections: int
    a_second: float
    gate_rate: int
    case_rate: float


FULL = Size(1_000, 8, 300, 0.5)
QUICK = Size(100, 8, 300, 0.5)
TINY = Size(4, 4, 50, 1)

PUT_DATASETS = """
insert into datasets (dataset_id, city, provider, openness, items, entry, sample)
select dataset_id, $2, $3, 'conditional', $4, '{}', true from unnest($1::text[]) as put (dataset_id)
"""
PUT_ACCOUNTS = """
insert into accounts (account_id, login, name, roles)
select account_id, account_id || '@bench', '{"zh": "异议人", "en": "Objector"}', '{applicant}'
from unnest($1::text[]) as put (account_id)
"""
HELD = """
select dataset_id, extract(epoch from pg_xact_commit_timestamp(restrictions.xmin))::float8 as at
from restrictions where kind = 'hold' and ended_at is null
"""
FLAGGED = """
select dataset_id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 as at from bare_flags where held
"""


def run(size: Size) -> list[Figure]:
    """The figures of ours and of the bare alternative, one after the other on the same servers."""
    return uvloop.run(_run(size))


async def _run(size: Size) -> list[Figure]:
    async with servers() as running:
        await _with_commit_timestamps(running)
        async with await open_pool(running.postgres.dsn()) as pool:
            subjects, loaded = await _open(pool, size.objections)
            running.run("worker", WORKER)
            side = Kaifang(pool, await running.client(), TASK_QUEUE)
            await _walk(side)  # so that nothing is done for the first time
            await side.settled()  # and the grants are in the engine
            with _serving(running, API) as api:
                async with _objecting(running.home, api, subjects) as file:
                    ours = await _measure(running.home, api, file, subjects, loaded, side, size)
            _tell(ours, await pool.fetch(HELD))
            with _serving(running, BARE) as bare:
                async with httpx.AsyncClient(base_url=bare.url, trust_env=False) as http:

                    async def flag(subject: Subject) -> None:
                        (await http.post(f"/v1/flags/{subject.dataset_id}")).raise_for_status()

                    other = await _measure(running.home, bare, flag, subjects, loaded, side, size)
            _tell(other, await pool.fetch(FLAGGED))
            await side.settled()
    return _figures(size, ours, other)


async def _with_commit_timestamps(running: Servers) -> None:
    connection = await asyncpg.connect(running.postgres.dsn())
    await connection.execute("alter system set track_commit_timestamp = on")
    await connection.execute(bare_flag.SCHEMA)
    await connection.close()
    running.postgres.stop()
    running.postgres.start()


async def _open(pool: Pool, objections: int) -> tuple[list[Subject], list[Subject]]:
    """Datasets with a grant each: those that somebody objects to, every other one to a single item, and the rest."""
    made = [
        Subject(
            f"{CITY}-bench-{n}", f"acc_bench_{n}", ITEMS[n % 3] if n % 2 else None, "kf_" + secrets.token_urlsafe(32)
        )
        for n in range(objections + LOADED)
    ]
    datasets = [each.dataset_id for each in made]
    log = Log(RecordOfNotices(read_scopes()))
    async with pool.acquire() as connection:
        await connection.execute(PUT_DATASETS, datasets, CITY, PROVIDER, ITEMS)
        await connection.execute(PUT_ACCOUNTS, [each.objector for each in made])
        await connection.execute("insert into bare_flags select unnest($1::text[])", datasets)
        async with connection.transaction():
            now: datetime = await connection.fetchval("select clock_timestamp()")
            digest = await PinnedRules().keep(connection, filing(now).rules)
            for subject in made:
                opened = _grant(subject, digest, now)
                await open_case(connection, log.chain, opened, content=None, request_digest="")
                state = CaseState()
                begun: tuple[e.Event, ...] = (opened, _key(subject, now))
                for number, event in enumerate(begun):
                    case = await with_its_head(connection, LockedCase(opened.case_id, number, number, now))
                    await log.write(connection, case, state, [event], engine_number=number + 1)
                    state = fold(state, [event])
        await connection.execute("vacuum analyze")
    return made[:objections], made[objections:]


def _grant(subject: Subject, digest: str, at: datetime) -> AccessOpened:
    """As a granted request opens it: whoever has data is told what is done to it, so each grant is a case."""
    case_id = f"{subject.dataset_id}-grant"
    return AccessOpened(
        number=1,
        at=at,
        act=f"{case_id}.file",
        case_id=case_id,
        case_number=case_id,
        city=CITY,
        procedure=ACCESS,
        party="acc_party",
        dataset_id=subject.dataset_id,
        bodies=filing(at).bodies,
        granted_by=case_id,  # there is no request
        data_items=(),
        access_mode="download",
        access_modes=("download",),
        use=None,
        valid_until=at + timedelta(days=1),
        rules_digest=digest,
    )


def _key(subject: Subject, at: datetime) -> KeyIssued:
    return KeyIssued(number=2, at=at, key_digest=hashlib.sha256(subject.key.encode()).hexdigest())


@contextmanager
def _serving(running: Servers, arguments: Sequence[str]) -> Any:
    with closing(listen(free_port())) as listener:
        api = Api(listener, running.home / "logs" / "api.log", running.environment(), arguments)
        try:
            api.start()
            yield api
        finally:
            api.stop()


@asynccontextmanager
async def _objecting(home: Path, api: Api, subjects: Sequence[Subject]) -> AsyncIterator[File]:
    """Objectors who have uploaded their evidence."""
    key = signing_key(home / "signing-key.pem")
    async with httpx.AsyncClient(base_url=api.url, trust_env=False, timeout=30) as http:
        headers: dict[str, dict[str, str]] = {}
        evidence: dict[str, str] = {}
        for subject in subjects:
            token = issue(key, subject.objector, timedelta(hours=1))
            headers[subject.objector] = {"Authorization": f"Bearer {token}"}
            answer = await http.post(
                "/v1/evidence?name=proof.txt",
                content=f"what {subject.objector} has to show".encode(),
                headers={**headers[subject.objector], "Content-Type": "text/plain"},
            )
            evidence[subject.objector] = answer.raise_for_status().json()["evidence_id"]

        async def file(subject: Subject) -> None:
            form = {
                "city": CITY,
                "dataset_id": subject.dataset_id,
                "ground": "privacy",
                "statement": "It tells where I live.",
                "evidence": [evidence[subject.objector]],
                **({"data_items": [subject.item]} if subject.item else {}),
            }
            sent = {**headers[subject.objector], "Idempotency-Key": str(uuid.uuid4())}
            answer = await http.post("/v1/objections", json=form, headers=sent)
            if answer.status_code != httpx.codes.CREATED:
                raise RuntimeError(f"an objection was answered {answer.status_code}: {answer.text}")

        yield file


async def _measure(
    home: Path, api: Api, file: File, subjects: Sequence[Subject], loaded: Sequence[Subject], side: Kaifang, size: Size
) -> Measured:
    """Objections at their rate, as long as no more than `AT_ONCE` are under way, while the load goes on."""
    measured = Measured()
    calls = home / "calls"
    calls.write_bytes(b"".join(len(each).to_bytes(4) + each for each in (one.call() for one in loaded)))
    places = asyncio.Semaphore(AT_ONCE)

    async def one(subject: Subject) -> None:
        async with places:
            await object_to(api, file, subject, measured)

    async with asyncio.TaskGroup() as load:
        beside = [load.create_task(_load_on(api, calls, size.gate_rate / LOADS, measured)) for _ in range(LOADS)]
        beside.append(load.create_task(_walk_on(side, size.case_rate, measured)))
        await asyncio.sleep(1)
        async with asyncio.TaskGroup() as objections:
            for subject in subjects:
                objections.create_task(one(subject))
                await asyncio.sleep(1 / size.a_second)
        if not measured.load:
            await asyncio.sleep(LOAD_LASTS)
        for task in beside:
            task.cancel()
    return measured


async def _load_on(api: Api, calls: Path, rate: float, measured: Measured) -> None:
    """A process that calls the gate, and when that has ended another, until it is cancelled."""
    url = urlsplit(api.url)
    arguments = [str(each) for each in (url.hostname, url.port, calls, 1, LOAD_LASTS, rate)]
    while True:
        load = await asyncio.create_subprocess_exec(sys.executable, str(CALLS), *arguments, stdout=PIPE)
        try:
            measured.load.append(json.loads((await load.communicate())[0]))
        finally:
            if load.returncode is None:
                load.kill()
                await load.wait()


async def _walk(side: Kaifang) -> None:
    for _, act in acts_on(side, await side.file(), claims=False):
        await act


async def _walk_on(side: Kaifang, rate: float, measured: Measured) -> None:
    """Requests from their filing to the grant, one after another and so many a second at most."""
    while True:
        pause = asyncio.create_task(asyncio.sleep(1 / rate))
        await _walk(side)
        measured.cases += 1
        await pause


def _tell(measured: Measured, rows: Sequence[asyncpg.Record]) -> None:
    """From each commit to the first refusal; both by the clock of the machine."""
    committed_at = {row["dataset_id"]: row["at"] for row in rows}
    measured.to_refusal = [(at - committed_at[dataset]) * 1e3 for dataset, at in measured.refused_at.items()]


def _figures(size: Size, ours: Measured, other: Measured) -> list[Figure]:
    calls = LOADS * sum(load["calls"] for load in ours.load) / sum(load["seconds"] for load in ours.load)
    slowest = median(load["p99"] for load in ours.load) * 1e3
    how = (
        f"{size.objections:,} objections over HTTP, {size.a_second:g} a second and {AT_ONCE} under way at most, on "
        "privacy, each with a file of evidence, by another person against another dataset, half to a single item; "
        f"{LOADS} other processes call the gate {size.gate_rate} times a second ({calls:.0f} achieved, their p99 "
        f"{slowest:.1f} ms), and requests are filed and granted in the engine meanwhile ({ours.cases}); one API, "
        "one worker; beside: a plain update of a flag by the same framework, and one query for each access, under "
        "the same load"
    )
    polled = (
        f"from the instant of the commit as PostgreSQL has it (pg_xact_commit_timestamp) to the first refusal read by "
        f"one of {CALLERS} callers that fetch the dataset, each {BETWEEN_CALLS * 1e3:g} ms after its last answer; {how}"
    )
    return [
        Figure(
            BENCH,
            "accesses after the 201",
            ours.allowed,
            "allowed",
            f"of {ours.after:,} calls of the gate that were sent after the answer to the objection had been read, "
            f"{AFTERWARDS} by each of {CALLERS} callers that had fetched the dataset before; {ours.not_known} of all "
            f"their calls were not decided in time, and so refused; {how}",
            beside=other.allowed,
            aim=Aim(0),
        ),
        *(
            Figure(BENCH, f"{name}, {which}", of(one), "ms", method, beside=of(two), aim=aim)
            for name, one, two, method, limit in (
                ("from the commit to the first refusal", ours.to_refusal, other.to_refusal, polled, Aim(50)),
                ("filing of an objection", ours.filing, other.filing, f"from the call to the 201; {how}", None),
            )
            for which, of, aim in (("median", median, None), ("p99", _p99, limit))
        ),
    ]


def _p99(values: Sequence[float]) -> float:
    return percentile(values, 0.99)
