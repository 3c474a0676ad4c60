"""One revision of ours in turns: granted requests of Nanning on servers of its own, as somebody asks for them.

`benchmarks/compare.py` runs this file with the modules of another revision, which may know nothing of it: it imports
nothing of `benchmarks` but what has long been there. It reads orders and writes what they cost, a line of JSON each.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping
from time import perf_counter
from typing import Any, TypedDict

import asyncpg
import httpx
import psutil
import uvloop
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from activities.database import open_pool
from benchmarks.parties import Kaifang, Side, acts_on
from benchmarks.servers import Servers, servers
from stack import postgres
from stack.programs import WORKER
from stack.service import Service

TASK_QUEUE = "kaifang"
COUNTED = {"shared_preload_libraries": "pg_stat_statements"}
COUNTS = "create extension if not exists pg_stat_statements"
BEFORE_IT_IS_AT_REST = 0.5
"""Seconds: what the engine does after its answer is done by then."""
METRICS = {
    "service_requests": "calls between the engine's services",
    "persistence_requests": "statements of the engine to its store",
    "visibility_persistence_requests": "rows of the engine's lists",
}
FROM_POSTGRES = """
select
  (select coalesce(sum(calls), 0) from pg_stat_statements where query !~ 'pg_stat')::float8 as "statements",
  (select coalesce(sum(plans), 0) from pg_stat_statements where query !~ 'pg_stat')::float8 as "plans",
  pg_snapshot_xmax(pg_current_snapshot())::text::float8 as "transactions that write",
  (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 / 1024 as "kB of PostgreSQL's log"
"""


class Order(TypedDict):
    """How many cases, how many of them at once, and whether each task is claimed first."""

    cases: int
    at_once: int
    claims: bool


class Turn(TypedDict):
    """What one case of a turn cost, name by name, and the milliseconds of filings and acts, one by one."""

    costs: dict[str, float]
    milliseconds: dict[str, list[float]]


async def turn(running: Servers, worker: Service, temporal: Client, side: Side, order: Order) -> Turn:
    """So many cases from filing to grant, with what one of them has left in the engine; returns when nothing of them is
    under way any more."""
    taken, last = await spent(running, worker, side, order)
    taken["costs"] |= await of_history(temporal, last)
    return taken


async def spent(running: Servers, worker: Service, side: Side, order: Order) -> tuple[Turn, str]:
    """So many cases as above, with what they cost the processes, and the last of them."""
    before, milliseconds = await mark(running, worker), dict[str, list[float]]()
    places = asyncio.Semaphore(order["at_once"])

    async def one() -> str:
        async with places:
            return await case(side, order["claims"], milliseconds)

    began = perf_counter()
    done = await asyncio.gather(*(one() for _ in range(order["cases"])))
    elapsed = perf_counter() - began
    await side.settled()
    await asyncio.sleep(BEFORE_IT_IS_AT_REST)
    after, cases = await mark(running, worker), order["cases"]
    costs = {name: (value - before.get(name, 0)) / cases for name, value in after.items()}
    costs["milliseconds of a case"] = elapsed / cases * 1e3
    return Turn(costs=costs, milliseconds=milliseconds), done[-1]


async def case(side: Side, claims: bool, milliseconds: dict[str, list[float]]) -> str:
    """One case from its filing to its grant."""
    began = perf_counter()
    case_id = await side.file()
    milliseconds.setdefault("filing", []).append((perf_counter() - began) * 1e3)
    for _, act in acts_on(side, case_id, claims):
        began = perf_counter()
        await act
        milliseconds.setdefault("act", []).append((perf_counter() - began) * 1e3)
    return case_id


async def mark(running: Servers, worker: Service) -> dict[str, float]:
    """How far everything is: milliseconds of a core of each process, and what is counted."""
    spent = {
        "PostgreSQL": seconds_of(running.postgres) * 1e3,
        "Temporal": seconds_of(running.temporal) * 1e3,
        "worker": seconds_of(worker) * 1e3,
        "caller": seconds(psutil.Process()) * 1e3,
    }
    connection = await asyncpg.connect(running.postgres.dsn())
    try:
        await connection.execute(COUNTS)
        row = await connection.fetchrow(FROM_POSTGRES)
    finally:
        await connection.close()
    assert row
    return {**spent, "all processes": sum(spent.values()), **dict(row), **await of_the_engine(running)}


async def of_the_engine(running: Servers) -> dict[str, float]:
    """What the engine counts of itself."""
    url = f"http://127.0.0.1:{running.temporal.ports.metrics}/metrics"
    async with httpx.AsyncClient(trust_env=False) as http:
        lines = (await http.get(url)).text.splitlines()
    counted: Counter[str] = Counter()
    for line in lines:
        name, _, value = line.rpartition(" ")
        if said := METRICS.get(name.partition("{")[0].removesuffix("_total")):
            counted[said] += int(float(value))
    return {name: float(value) for name, value in counted.items()}


async def of_history(temporal: Client, case_id: str) -> dict[str, float]:
    """What a completed workflow has left in the engine."""
    handle = temporal.get_workflow_handle(case_id)
    await handle.result()
    described = (await handle.describe()).raw_description.workflow_execution_info
    kinds = Counter([event.event_type async for event in handle.fetch_history_events()])
    return {
        "history events": float(described.history_length),
        "kB of history": described.history_size_bytes / 1024,
        "workflow tasks": float(kinds[EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]),
        "upserts": float(kinds[EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES]),
    }


def seconds_of(service: Service) -> float:
    """Processor time of the process and of those it has started, ended ones included."""
    assert service.process is not None
    process = psutil.Process(service.process.pid)
    return seconds(process) + sum(seconds(child) for child in process.children(recursive=True))


def seconds(process: psutil.Process) -> float:
    """Processor time of a process, and of its children that have ended."""
    times = process.cpu_times()
    return times.user + times.system + times.children_user + times.children_system


def counting(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings of a PostgreSQL that counts its statements."""
    return {**settings, **COUNTED, "pg_stat_statements.track_planning": "on"}


async def take_turns() -> None:
    """Until nobody orders any more."""
    async with servers() as running:
        worker, temporal = running.run("worker", WORKER), await running.client()
        async with await open_pool(running.postgres.dsn()) as pool:
            side = Kaifang(pool, temporal, TASK_QUEUE)
            await turn(running, worker, temporal, side, Order(cases=4, at_once=2, claims=True))
            say({"ready": True})
            while line := await asyncio.to_thread(sys.stdin.readline):
                say(await turn(running, worker, temporal, side, json.loads(line)))


def say(what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    # Whatever revision it is, its servers are started by this name.
    postgres.SETTINGS = counting(postgres.SETTINGS)
    uvloop.run(take_turns())
