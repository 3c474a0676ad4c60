"""The gate while people look at pages: its time alone, beside the pages' own process, and on one loop with the pages.

The same calls each time, against a new API process; browsers meanwhile ask for the board of five cities, a work list
and the catalogue, so many pages a second in all.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import asyncpg
import httpx

from benchmarks import gate
from benchmarks.figures import Aim, Figure
from benchmarks.servers import Servers, beginning, logged_in
from stack.programs import API, Api, Pages

BENCH = "pages"
BROWSERS: Sequence[tuple[str, str]] = (
    ("admin@kaifang", "/supervision"),
    ("reviewer@nanning.authority", "/desk"),
    ("applicant@demo", "/datasets?city=nanning"),
)
TOGETHER = ["benchmarks.bare_pages:together" if part == "api.app:serve" else part for part in API]


class Size(NamedTuple):
    """How many grants, seconds of each run, calls of the gate a second, and pages a second."""

    grants: int
    seconds: float
    rate: int
    pages: int


FULL, QUICK, TINY = Size(10_000, 15, 1_000, 15), Size(10_000, 4, 1_000, 15), Size(100, 0.5, 100, 10)
UNCHANGED = Aim(5)
"""Milliseconds, of the 99th percentile: what the gate holds alone, it holds beside pages."""


async def measured(running: Servers, connection: asyncpg.Connection[asyncpg.Record], size: Size) -> list[Figure]:
    """The gate's median and 99th percentile beside the pages' process; beside each, those alone and of one loop."""
    keys = await gate.granted(connection, size.grants)
    calls = gate.requests(running.home, keys, quotas=False)
    return await asyncio.to_thread(_figures, running, calls, size)


def _figures(running: Servers, calls: Path, size: Size) -> list[Figure]:
    with beginning(running, Api) as api:
        alone = gate.called(running, api, calls, size.seconds, size.rate)
        with beginning(running, Pages) as pages, looked_at(pages.url, size.pages) as seen:
            beside = gate.called(running, api, calls, size.seconds, size.rate)
    with beginning(running, Api, TOGETHER) as one, looked_at(one.url, size.pages) as seen_of_one:
        together = gate.called(running, one, calls, size.seconds, size.rate)
    how = (
        f"{size.rate:,} calls a second for {size.seconds:g} s, {size.grants:,} grants, log on; {{}} a second asked for "
        f"by {len(BROWSERS)} browsers, of {os.cpu_count()} cores that also run PostgreSQL, calls and browsers"
    )
    return [
        figure
        for name, of, method in (
            ("gate alone", alone, how.format("no page")),
            ("gate beside pages", beside, how.format(f"{size.pages} pages ({seen.a_second():.1f} answered)")),
            (
                "gate on one loop with pages",
                together,
                how.format(f"{size.pages} pages ({seen_of_one.a_second():.1f} answered)"),
            ),
        )
        for figure in (
            Figure(
                BENCH,
                f"{name}, median",
                of.median,
                "ms",
                f"{method}; answered 503: {of.not_known}",
                beside=alone.median,
            ),
            Figure(
                BENCH,
                f"{name}, p99",
                of.p99,
                "ms",
                f"{method}; answered 503: {of.not_known}",
                beside=alone.p99,
                aim=None if of is together else UNCHANGED,
            ),
        )
    ]


class Seen:
    """How many pages were answered, since when."""

    def __init__(self) -> None:
        self.pages = 0
        self._began = time.monotonic()
        self._took = 0.0

    def one(self) -> None:
        self.pages += 1
        self._took = time.monotonic() - self._began

    def a_second(self) -> float:
        return self.pages / self._took if self._took else 0.0


@contextmanager
def looked_at(url: str, rate: int) -> Iterator[Seen]:
    """Pages are asked for at this rate until the end of the block; only those that were answered as pages count."""
    over, seen = Event(), Seen()

    def look(http: httpx.Client, path: str) -> None:
        while not over.wait(len(BROWSERS) / rate):
            if http.get(path).is_success:
                seen.one()

    with ExitStack() as open_ones:
        browsers = [(open_ones.enter_context(logged_in(url, login)), path) for login, path in BROWSERS]
        threads = [Thread(target=look, args=each) for each in browsers]
        for thread in threads:
            thread.start()
        try:
            yield seen
        finally:
            over.set()
            for thread in threads:
                thread.join()
    if not seen.pages:
        raise RuntimeError("no page was answered: there is nothing beside the gate")
