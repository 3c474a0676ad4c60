"""What it costs to come back: open cases are started in an engine that has lost them (`kaifang restore`), and log, read
model and engine are compared (`kaifang reconcile`). The capacity page rests on these too.

All cases are requests of Nanning that wait for the operator, received as always and copied in SQL with their logs. No
worker runs: it would work on what comes back, and what is measured is the way there.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from time import perf_counter
from typing import NamedTuple

import uvloop

from activities.database import open_pool
from benchmarks.figures import Aim, Figure
from benchmarks.lists import copied, decided_without_engine
from benchmarks.servers import Servers, servers
from benchmarks.turns import seconds_of

BENCH = "recovery"
KAIFANG = ("-c", "from cli.main import main; main()")
MILLION_IN_TEN_MINUTES = 1_000_000 / 600


class Size(NamedTuple):
    """How many open cases there are."""

    cases: int


FULL, QUICK, TINY = Size(10_000), Size(1_000), Size(20)


class Spent(NamedTuple):
    """What a command took: seconds, and seconds of a core of each process by its name."""

    seconds: float
    processors: Mapping[str, float]


def run(size: Size) -> list[Figure]:
    """The figures of both commands, one after the other, over the same cases."""
    return uvloop.run(_run(size))


async def _run(size: Size) -> list[Figure]:
    async with servers() as running:
        async with await open_pool(running.postgres.dsn()) as pool:
            await copied(pool, await decided_without_engine(pool, 0), size.cases - 1)
            await pool.execute("delete from messages")  # of the first alone, and nobody is there to hand them out
            for table in ("cases", "acts", "events", "tasks"):
                await pool.execute(f"analyze {table}", timeout=60)
        restored = await _command(running, "restore")
        compared = await _command(running, "reconcile")
    return [
        *_figures("restored to an engine that had lost them", restored, size, Aim(500, at_least=True)),
        *_figures("compared in log, read model and engine", compared, size, Aim(MILLION_IN_TEN_MINUTES, at_least=True)),
    ]


async def _command(running: Servers, name: str) -> Spent:
    """The command as somebody gives it, from its start to its end. Raises RuntimeError where it ends with anything but
    0: `reconcile` then found a difference."""
    before, began = _seconds(running), perf_counter()
    command = await asyncio.create_subprocess_exec(
        sys.executable, *KAIFANG, name, env=running.environment(), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await command.communicate()
    if command.returncode:
        raise RuntimeError(f"kaifang {name}: {said.decode()[-500:]}")
    elapsed, after = perf_counter() - began, _seconds(running)
    return Spent(elapsed, {process: after[process] - before[process] for process in after})


def _seconds(running: Servers) -> dict[str, float]:
    ended = os.times()
    return {
        "the command": ended.children_user + ended.children_system,
        "PostgreSQL": seconds_of(running.postgres),
        "Temporal": seconds_of(running.temporal),
    }


def _figures(what: str, spent: Spent, size: Size, aim: Aim) -> list[Figure]:
    method = f"{size.cases:,} open cases, a command from its start to its end, Temporal's development server, no worker"
    return [
        Figure(BENCH, f"cases {what}", size.cases / spent.seconds, "/s", method, aim=aim),
        *(
            Figure(BENCH, f"a case {what}, processor time of {process}", each / size.cases * 1e3, "ms", method)
            for process, each in spent.processors.items()
        ),
    ]
