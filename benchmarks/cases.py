"""Granted requests of Nanning from filing to grant, beside the bare alternative and beside DBOS, on the same servers in
the same run.

The three take turns in changing order, at one case at a time and at sixteen, so that what else the machine does strikes
each; ratios are taken round by round. Each has a worker process of its own; the clients live in this process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice, permutations
from statistics import median
from time import perf_counter
from typing import NamedTuple

import asyncpg
import uvloop
from temporalio.client import Client, WorkflowExecutionStatus

from activities.database import open_pool
from benchmarks import bare
from benchmarks.figures import Aim, Figure, percentile
from benchmarks.growth import left_behind
from benchmarks.parties import Bare, Kaifang, Side, acts_on
from benchmarks.peer_party import begun, calling
from benchmarks.servers import servers
from stack.programs import WORKER

BENCH = "cases"
TASK_QUEUE = "kaifang"
BARE_WORKER = ("-m", "benchmarks.bare_worker")
AT_ONCE = 16
HISTORIES = 3
"""An act that comes before the first workflow task saves one of them, which no officer is quick enough to do."""

EVENTS = Aim(60)
THROUGHPUT = Aim(1.0, at_least=True)
LATENCIES = {"act": Aim(1.2), "filing": Aim(1.5), "slowest": Aim(1.5)}

WAIT = {
    "filing": "receipt, which has the case and its first task on record; the engine hears of it behind the answer, and "
    "the first act waits for that",
    "act": "what a caller waits for its true answer, over claims and decisions alike, receipt included",
    "claim": "judged and written by the receipt alone",
    "decision": "receipt, update, local activity, and a look at what became of the act",
}


class Beside(NamedTuple):
    """What ours is measured beside: the bench of its figures, its name, what its waits are, and our aims."""

    bench: str
    name: str
    wait: Mapping[str, str]
    aims: Mapping[str, Aim]

    def waits(self, kind: str) -> str:
        """What is waited for, of ours and then of this one."""
        return "; beside it: ".join([WAIT[kind], *([self.wait[kind]] if kind in self.wait else [])])


BARE = Beside(
    BENCH,
    "bare",
    {"filing": "it is started, and not on record yet when it answers", "claim": "it sends an update"},
    {"granted requests": THROUGHPUT, **LATENCIES},
)
PEER = Beside(
    "peer",
    "DBOS",
    {"filing": "until it is in the queue", "act": "a message, and the event that its workflow answers with"},
    {},
)


class Size(NamedTuple):
    """How many rounds of turns, how many cases in each turn, and whether tasks are claimed before they are decided."""

    rounds: int
    at_one: int
    at_sixteen: int
    claims: tuple[bool, ...] = (False, True)


FULL = Size(rounds=6, at_one=10, at_sixteen=40)
QUICK = Size(rounds=1, at_one=3, at_sixteen=16)
TINY = Size(rounds=1, at_one=1, at_sixteen=2, claims=(True,))


@dataclass
class Turn:
    """What one side did in one turn: cases a second, and the milliseconds of each act by its kind."""

    cases_per_second: float = 0
    milliseconds: dict[str, list[float]] = field(default_factory=dict)

    def took(self, kind: str, started: float) -> None:
        self.milliseconds.setdefault(kind, []).append((perf_counter() - started) * 1e3)


class Sides(NamedTuple):
    """Those who take turns."""

    ours: Side
    bare: Side
    peer: Side


class Round(NamedTuple):
    """A turn of each."""

    ours: Turn
    bare: Turn
    peer: Turn


def run(size: Size) -> list[Figure]:
    """The figures of requests without and with claims."""
    return uvloop.run(_run(size))


async def _run(size: Size) -> list[Figure]:
    async with servers() as running:
        dsn = running.postgres.dsn()
        await create_table(dsn)
        worker = running.run("worker", WORKER)
        bare_worker = running.run("bare-worker", BARE_WORKER)
        peer_worker = begun(running)
        temporal = await running.client()
        async with await open_pool(dsn) as pool, calling(dsn) as peer:
            sides = Sides(Kaifang(pool, temporal, TASK_QUEUE), Bare(temporal), peer)
            for claims in size.claims:
                for side in sides:
                    await _turn(side, claims, cases=2, at_once=2)
            figures = []
            for claims in size.claims:
                figures += await _events(temporal, sides, claims)
                figures += await _compared(sides, claims, size)
            many = size.at_sixteen
            figures += await left_behind(
                BENCH, running, worker, many, lambda: _turn(sides.ours, True, cases=many, at_once=AT_ONCE)
            )
        assert worker.is_running()
        assert bare_worker.is_running()
        assert peer_worker.is_running()
        return figures


async def create_table(dsn: str) -> None:
    """What the bare alternative writes its transitions into."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(bare.SCHEMA)
    await connection.close()


async def _turn(side: Side, claims: bool, *, cases: int, at_once: int) -> Turn:
    turn = Turn()
    places = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with places:
            await _case(side, claims, turn)

    await side.begins()
    started = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(cases):
            group.create_task(one())
    turn.cases_per_second = cases / (perf_counter() - started)
    await side.settled()
    return turn


async def _case(side: Side, claims: bool, turn: Turn) -> str:
    started = perf_counter()
    case_id = await side.file()
    turn.took("filing", started)
    for kind, act in acts_on(side, case_id, claims):
        started = perf_counter()
        await act
        turn.took("act", started)
        if claims:
            turn.took(kind, started)
    return case_id


async def _case_by_people(side: Side, claims: bool) -> str:
    """A case that is in the engine before anybody acts on it."""
    case_id = await side.file()
    await side.settled()
    for _, act in acts_on(side, case_id, claims):
        await act
    return case_id


async def _events(temporal: Client, sides: Sides, claims: bool) -> list[Figure]:
    counts = [
        max([await history_events(temporal, await _case_by_people(side, claims)) for _ in range(HISTORIES)])
        for side in (sides.ours, sides.bare)
    ]
    return [
        Figure(
            BENCH,
            f"history events of a granted request{_with(claims)}",
            counts[0],
            "events",
            f"from start to completion as Temporal tells them, the longest of {HISTORIES}; beside: bare",
            beside=counts[1],
            aim=EVENTS,
        )
    ]


async def history_events(temporal: Client, case_id: str) -> int:
    """How many events the history of a completed workflow has."""
    handle = temporal.get_workflow_handle(case_id)
    await handle.result()
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED
    return len([event async for event in handle.fetch_history_events()])


async def _compared(sides: Sides, claims: bool, size: Size) -> list[Figure]:
    figures = []
    for at_once, cases in ((1, size.at_one), (AT_ONCE, size.at_sixteen)):
        rounds = [
            Round(**{name: await _turn(getattr(sides, name), claims, cases=cases, at_once=at_once) for name in order})
            for order in islice(cycle(permutations(Sides._fields)), size.rounds)
        ]
        when = f"at {at_once}{_with(claims)}"
        figures += _figures([(each.ours, each.bare) for each in rounds], BARE, when, cases)
        figures += _figures([(each.ours, each.peer) for each in rounds], PEER, when, cases)
    return figures


def _with(claims: bool) -> str:
    return ", each task claimed first" if claims else ""


def _figures(pairs: Sequence[tuple[Turn, Turn]], beside: Beside, when: str, cases: int) -> list[Figure]:
    how = f"median of {len(pairs)} turns of {cases} cases; ratio: median of the pairs; beside: {beside.name}"
    ours, other = ([pair[n].cases_per_second for pair in pairs] for n in (0, 1))
    ratios = [a / b for a, b in zip(ours, other, strict=True)]
    figures = [
        Figure(
            beside.bench,
            f"granted requests {when}",
            median(ours),
            "cases/s",
            f"from the filing to the answer to the last signature, receipt included; {how}: "
            + " ".join(f"{ratio:.2f}" for ratio in ratios),
            beside=median(other),
            ratio=median(ratios),
            aim=beside.aims.get("granted requests"),
        )
    ]
    for kind in pairs[0][0].milliseconds:
        ours, other = ([median(pair[n].milliseconds[kind]) for pair in pairs] for n in (0, 1))
        figures.append(
            Figure(
                beside.bench,
                f"{kind}, median, {when}",
                median(ours),
                "ms",
                f"{beside.waits(kind)}; {how}",
                beside=median(other),
                ratio=median(a / b for a, b in zip(ours, other, strict=True)),
                aim=beside.aims.get(kind),
            )
        )
    pooled = [[each for pair in pairs for each in pair[n].milliseconds["act"]] for n in (0, 1)]
    slowest, slowest_beside = (percentile(each, 0.99) for each in pooled)
    figures.append(
        Figure(
            beside.bench,
            f"act, p99, {when}",
            slowest,
            "ms",
            f"as the median, over all {len(pooled[0])} of the run; beside: {beside.name}",
            beside=slowest_beside,
            ratio=slowest / slowest_beside,
            aim=beside.aims.get("slowest"),
        )
    )
    return figures
