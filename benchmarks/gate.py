"""The gate: decisions a second of one core, and how long one takes, with many grants and the log on.

Beside it, under the same server and by the same calls: an endpoint that asks nothing at all, and one endpoint of the
framework with one query for each call, no log and less to decide.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import secrets
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import asyncpg
import psutil

from benchmarks.figures import Aim, Figure
from benchmarks.servers import Servers, beginning, servers
from rules import sample_catalogue
from stack.programs import API, Api, Pages

BENCH = "gate"
CALLS = Path(__file__).with_name("gate_calls.py")
CONNECTIONS = 64
REFUSED = 20
"""One call in so many is with a key that nobody has."""
UNDER_QUOTA = 10
"""In the run with quotas, one call in so many is counted."""


class Size(NamedTuple):
    """How many grants, seconds of each run, and calls a second where the time of one is measured."""

    grants: int
    seconds: float
    rate: int


FULL, QUICK, TINY = Size(100_000, 15, 3_000), Size(100_000, 4, 3_000), Size(200, 0.5, 200)

DATASETS = [each.dataset_id for each in sample_catalogue.datasets() if each.openness == "conditional"]
PUT_CASES = """
insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, rules_digest, number,
  engine_number)
select case_id, case_id, 'nanning', 'access', dataset_id, 'acc_party', clock_timestamp(), 'none', 0, 0
from unnest($1::text[], $2::text[]) as put (case_id, dataset_id)
"""
PUT_GRANTS = """
insert into grants (case_id, granted_by, dataset_id, party, data_items, access_modes, granted_at, valid_until,
  key_digest, daily_calls)
select case_id, case_id, dataset_id, 'acc_party', '{}', '{download}', clock_timestamp() - interval '1 day',
  clock_timestamp() + interval '1 day', key_digest, daily_calls
from unnest($1::text[], $2::text[], $3::text[], $4::int[]) as put (case_id, dataset_id, key_digest, daily_calls)
"""


class Key(NamedTuple):
    """A key with its dataset; `quota` is what it may be used for in a day."""

    case_id: str
    dataset_id: str
    key: str
    quota: int | None

    def request(self) -> bytes:
        """The call of a gateway, with the headers that nginx sends."""
        path = f"/v1/gate?dataset_id={self.dataset_id}&items=&mode=download"
        head = f"GET {path} HTTP/1.1\r\nHost: kaifang_gate\r\nX-Access-Key: {self.key}\r\n\r\n"
        return head.encode()


class Measured(NamedTuple):
    """What came of one run against one process; `calls` are with those before it."""

    calls: int
    a_second: float
    of_one_core: float
    database: float
    """Seconds of PostgreSQL's processors for each second of the process's."""
    median: float
    p99: float
    """Milliseconds."""
    not_known: int
    """Calls that were answered 503: on a machine that is too busy, the gate cannot know in time."""


def run(size: Size) -> list[Figure]:
    return asyncio.run(_run(size))


async def _run(size: Size) -> list[Figure]:
    async with servers() as running:
        connection = await asyncpg.connect(running.postgres.dsn())
        try:
            keys = await granted(connection, size.grants)
            plain, counted = requests(running.home, keys, quotas=False), requests(running.home, keys, quotas=True)

            with beginning(running, Api) as gate:
                at_rate = called(running, gate, plain, size.seconds, size.rate)
                with_quotas = called(running, gate, counted, size.seconds, size.rate)
                ours = called(running, gate, plain, size.seconds)
            logged = await connection.fetchval("select count(*) from gate_decisions")
            called_for = sum(each.calls for each in (ours, at_rate, with_quotas))
            decided = called_for - sum(each.not_known for each in (ours, at_rate, with_quotas))
            if not decided <= logged <= called_for:
                raise RuntimeError(f"{decided} decisions were made and {logged} logged")
            with beginning(running, Api, _under_uvicorn("benchmarks.bare_gate:yes")) as bare:
                nothing_at_rate = called(running, bare, plain, size.seconds, size.rate)
                nothing = called(running, bare, plain, size.seconds)
            with beginning(running, Api, [*_under_uvicorn("benchmarks.bare_gate:framework"), "--factory"]) as framework:
                usual = called(running, framework, plain, size.seconds)
        finally:
            await connection.close()
    return _figures(size, ours, at_rate, with_quotas, nothing, nothing_at_rate, usual)


async def granted(connection: asyncpg.Connection[asyncpg.Record], grants: int) -> list[Key]:
    """So many grants of whole sample datasets; each tenth has a quota that is never reached."""
    keys = [
        Key(f"case-{n}", DATASETS[n % len(DATASETS)], "kf_" + secrets.token_urlsafe(32), None if n % 10 else 1_000_000)
        for n in range(grants)
    ]
    case_ids, datasets = [key.case_id for key in keys], [key.dataset_id for key in keys]
    digests = [hashlib.sha256(key.key.encode()).hexdigest() for key in keys]
    await connection.execute("insert into pinned_rules (digest, rules) values ('none', '{}')")
    await connection.execute(PUT_CASES, case_ids, datasets, timeout=120)
    await connection.execute(PUT_GRANTS, case_ids, datasets, digests, [key.quota for key in keys], timeout=120)
    await connection.execute("vacuum analyze")
    await connection.execute("checkpoint")
    return keys


def requests(home: Path, keys: Sequence[Key], *, quotas: bool) -> Path:
    """A file of calls with keys drawn at random, each as often as chance has it."""
    free, limited = [key for key in keys if key.quota is None], [key for key in keys if key.quota is not None]
    drawn = random.choices(free, k=20_000)
    drawn[::REFUSED] = [key._replace(key="kf_" + secrets.token_urlsafe(32)) for key in drawn[::REFUSED]]
    if quotas:
        drawn[1::UNDER_QUOTA] = random.choices(limited, k=len(drawn[1::UNDER_QUOTA]))
    file = home / f"calls-{'with' if quotas else 'without'}-quotas"
    file.write_bytes(b"".join(len(each).to_bytes(4) + each for each in (key.request() for key in drawn)))
    return file


TICK = 1 / os.sysconf("SC_CLK_TCK")
"""Seconds of a processor that are counted at once."""


def _under_uvicorn(application: str) -> list[str]:
    """The same server as ours, with the same options, for another application."""
    return [application if part == "api.app:serve" else part for part in API if part != "--factory"]


def called(running: Servers, api: Api | Pages, calls: Path, seconds: float, rate: int = 0) -> Measured:
    assert api.process
    assert running.postgres.process
    serving, database = psutil.Process(api.process.pid), psutil.Process(running.postgres.process.pid)
    first = _call(api, calls, 0, 0)  # a call or two a connection, so that nothing is done for the first time
    before = _processor_seconds([serving]), _processor_seconds([database, *database.children()])
    measured = _call(api, calls, seconds, rate)
    after = _processor_seconds([serving]), _processor_seconds([database, *database.children()])
    # The kernel counts in ticks: a short measurement can come to none of them.
    used, by_database = max(after[0] - before[0], TICK), after[1] - before[1]
    statuses = measured["statuses"]
    if not statuses.get("204") or set(statuses) - {"204", "403", "503"}:
        raise RuntimeError(f"the answers were {statuses}")
    return Measured(
        calls=first["calls"] + measured["calls"],
        a_second=measured["calls"] / measured["seconds"],
        of_one_core=measured["calls"] / used,
        database=by_database / used,
        median=measured["median"] * 1e3,
        p99=measured["p99"] * 1e3,
        not_known=first["statuses"].get("503", 0) + statuses.get("503", 0),
    )


def _call(api: Api | Pages, calls: Path, seconds: float, rate: int) -> Any:
    url = urlsplit(api.url)
    arguments = [str(each) for each in (url.hostname, url.port, calls, CONNECTIONS, seconds, rate)]
    process = subprocess.run([sys.executable, CALLS, *arguments], stdout=subprocess.PIPE, check=True)
    return json.loads(process.stdout)


def _processor_seconds(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def _figures(
    size: Size,
    ours: Measured,
    at_rate: Measured,
    with_quotas: Measured,
    nothing: Measured,
    nothing_at_rate: Measured,
    usual: Measured,
) -> list[Figure]:
    how = (
        f"one API process, {size.grants:,} grants, log on (every decision found in it afterwards), one call in "
        f"{REFUSED} refused, {CONNECTIONS} connections with keep-alive from another process, {size.seconds:g} s; "
        f"answered 503: {sum(each.not_known for each in (ours, at_rate, with_quotas))}"
    )
    full = f"{how}; each connection calls again as soon as it is answered"
    paced = f"{how}; {size.rate:,} calls a second in ticks of a millisecond, whether earlier ones are answered or not"
    quota = f"{paced}; one in {UNDER_QUOTA} under a daily quota, whose count is on the disk before the answer"
    core = f"{full}; calls divided by processor seconds of the API's process"
    usual_said = "beside: one endpoint of the framework with one query for each call, no log"
    nothing_said = "beside: an endpoint that asks nothing and answers 204, under the same server"
    rate = f"{size.rate:,}/s"
    return [
        Figure(
            BENCH,
            "decisions of one core",
            ours.of_one_core,
            "/s",
            f"{core}; {usual_said}; PostgreSQL used {ours.database:.2f} s of processors for each second of the process",
            beside=usual.of_one_core,
            aim=Aim(3_000, at_least=True),
        ),
        Figure(
            BENCH,
            "decisions of one core, beside no decision",
            ours.of_one_core,
            "/s",
            f"{core}; {nothing_said}",
            beside=nothing.of_one_core,
        ),
        Figure(
            BENCH,
            f"decisions at {CONNECTIONS}",
            ours.a_second,
            "/s",
            f"{full}, on the machine that also runs PostgreSQL and the calls; {usual_said}",
            beside=usual.a_second,
        ),
        Figure(
            BENCH, f"decision, median, {rate}", at_rate.median, "ms", f"{paced}; {nothing_said}", nothing_at_rate.median
        ),
        Figure(
            BENCH,
            f"decision, p99, {rate}",
            at_rate.p99,
            "ms",
            f"{paced}; {nothing_said}",
            beside=nothing_at_rate.p99,
            aim=Aim(5),
        ),
        Figure(BENCH, f"decision, median, {rate}, a tenth counted", with_quotas.median, "ms", quota),
        Figure(BENCH, f"decision, p99, {rate}, a tenth counted", with_quotas.p99, "ms", quota),
    ]
