"""A catalogue update of each city from its filing to its publication, over HTTP, and what it costs the engine.

Each update changes how often a dataset of the samples is brought up to date, so that it needs no review but those that
the city's law always asks for. Beside it stand as many human tasks, one after another, written by hand for Temporal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any

from activities.settings import Settings
from benchmarks.cases import BARE_WORKER, create_table, history_events
from benchmarks.figures import Figure
from benchmarks.parties import Bare
from benchmarks.servers import Servers, servers
from cli.demo_catalogue import update_the_catalogue
from cli.demo_parties import Parties
from rules.loading import cities
from stack.ports import free_port, listen
from stack.postgres import Login
from stack.programs import WORKER, Api

BENCH = "updates"
FULL, QUICK, TINY = 20, 3, 1
"""Updates of each city, one after another."""


class Timed(Parties):
    """Everybody who takes part, and how long their last call took."""

    milliseconds: float = 0

    def call(self, login: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        started = perf_counter()
        answer = super().call(login, method, path, body)
        if method == "POST":
            self.milliseconds = (perf_counter() - started) * 1e3
        return answer


def run(size: int) -> list[Figure]:
    """History events of a published update, and how long its publication takes to be answered."""
    return asyncio.run(_run(size))


async def _run(size: int) -> list[Figure]:
    async with servers() as running:
        await create_table(running.postgres.dsn())
        running.run("worker", WORKER)
        running.run("bare-worker", BARE_WORKER)
        with listen(free_port()) as listener:
            api = Api(listener, running.home / "logs" / "api.log", running.environment())
            running.keep(api)
            api.start()
            return [figure for city in cities() for figure in await _of(city, running, listener.getsockname()[1], size)]


async def _of(city: str, running: Servers, port: int, size: int) -> list[Figure]:
    published = await asyncio.to_thread(lambda: list(_published(city, running, port, size)))
    temporal = await running.client()
    ours = max([await history_events(temporal, case_id) for case_id, _, _ in published])
    tasks = max((tasks for _, tasks, _ in published), key=len)
    side = Bare(temporal)
    case_id = await side.file(tasks, ())
    for task in tasks:
        await side.decide(case_id, task, f"{city}.authority", "agree")
    how = f"{size} updates that change a frequency, one after another over HTTP, {len(tasks)} tasks each"
    return [
        Figure(
            BENCH,
            f"history events of a published update, {city}",
            ours,
            "events",
            f"from start to completion as Temporal tells them, the most of {how}; beside: as many tasks, bare",
            beside=await history_events(temporal, case_id),
        ),
        Figure(
            BENCH,
            f"publication, median, {city}",
            median(took for _, _, took in published),
            "ms",
            f"from the decision that publishes to its answer; {how}",
        ),
    ]


def _published(city: str, running: Servers, port: int, size: int) -> Iterator[tuple[str, tuple[str, ...], float]]:
    """The case of each update, its tasks in the order of their decisions, and how long the last decision took."""
    settings = Settings(home=running.home, port=port, database_url=running.postgres.dsn(login=Login.WRITER))
    with Timed(settings, "en") as parties:
        for _ in range(size):
            case, decided = update_the_catalogue(parties, city)
            yield case["case_id"], tuple(task["task_id"] for task in decided), parties.milliseconds
