"""Pages for people, over HTTP from the real program, in a database that holds 100,000 tasks; and the gate beside them.

List, case and task are of the same copied cases as in the bench of lists, all of one city: no index by city helps.
Then these are replaced by as many tasks of five cities with sixty providers each, and the board is that of somebody who
sees them all. Beside each page stands the JSON route that reads the same, asked in turns with it; where no route tells
as much as the page, as beside the board, the nearest one. A page's time runs until its last byte is here.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

import asyncpg
import httpx
import psutil

from activities.database import open_pool
from api.http.tokens import issue, signing_key
from benchmarks import gate_beside_pages, supervision_data
from benchmarks.figures import Aim, Figure, percentile
from benchmarks.lists import DECIDED, SPREAD, copied, decided_without_engine
from benchmarks.parties import ACCOUNTS, CITY
from benchmarks.servers import Servers, beginning, logged_in, servers
from stack.programs import Api, Pages

BENCH = "pages"


class Size(NamedTuple):
    """How many tasks, how many calls of each kind, and of the gate beside the pages."""

    tasks: int
    calls: int
    gate: gate_beside_pages.Size


FULL = Size(100_000, 300, gate_beside_pages.FULL)
QUICK = Size(100_000, 60, gate_beside_pages.QUICK)
TINY = Size(144, 5, gate_beside_pages.TINY)
WARM_UP = 20
A_PAGE, A_BOARD = Aim(120), Aim(300)
"""Milliseconds, of the 95th percentile."""
OF_NINE_CASES = 30
"""Tasks that `supervision_data` makes."""
OFFICER, SUPERVISOR, ADMIN = f"reviewer@{CITY}.authority", f"supervisor@{CITY}.authority", "admin@kaifang"
CLAIMED = "update tasks set state = 'claimed', claimed_by = $1 where body = $2 and state = 'open' and random() < 0.1"


class Compared(NamedTuple):
    """A page, and the JSON route beside it; each with its addresses, which are taken in turns."""

    name: str
    login: str
    pages: Sequence[str]
    routes: Sequence[str]
    aim: Aim = A_PAGE


def run(size: Size) -> list[Figure]:
    """Median and 95th percentile of each page; the gate's 99th, alone and beside pages that are loaded."""
    return asyncio.run(_run(size))


async def _run(size: Size) -> list[Figure]:
    async with servers() as running:
        connection = await asyncpg.connect(running.postgres.dsn())
        try:
            figures = await _measured(running, await _of_one_city(running, connection, size), connection, size.calls)
            # The same database, now full of other tasks.
            await connection.execute(
                "set local kaifang.rewriting = 'another size'; truncate cases, tasks, acts, events cascade"
            )
            await supervision_data.make(connection, max(9, size.tasks * 9 // OF_NINE_CASES))
            figures += await _measured(running, BOARDS, connection, size.calls)
            figures += await gate_beside_pages.measured(running, connection, size.gate)
        finally:
            await connection.close()
        return figures


async def _of_one_city(
    running: Servers, connection: asyncpg.Connection[asyncpg.Record], size: Size
) -> Sequence[Compared]:
    """The cases as the bench of lists has them, a tenth of the open tasks claimed; and what is asked of them."""
    async with await open_pool(running.postgres.dsn()) as pool:
        for case in [await decided_without_engine(pool, decided) for decided in DECIDED]:
            await copied(pool, case, size.tasks // 8 - 1)
        await pool.execute(SPREAD)
        await pool.execute(CLAIMED, ACCOUNTS[OFFICER], f"{CITY}.authority")
    await connection.execute("vacuum analyze")
    open_tasks = await connection.fetch(
        "select case_number, case_id, task_id, stage, round from tasks join cases using (case_id) "
        "where body = $1 and ended_at is null",
        f"{CITY}.authority",
    )
    drawn = random.choices(open_tasks, k=size.calls + WARM_UP)
    tasks = [f"/desk/{row['case_number']}/{row['stage']}.{row['round']}" for row in drawn]
    cases, found = [f"/cases/{row['case_number']}" for row in drawn], [f"/v1/cases/{row['case_id']}" for row in drawn]
    return (
        Compared("work list of a body", OFFICER, ["/desk"], ["/v1/tasks"]),
        Compared("what a body has decided", OFFICER, ["/desk?tab=done"], ["/v1/tasks?state=done"]),
        Compared("overdue tasks of a city", SUPERVISOR, ["/supervision/overdue"], ["/v1/supervision/overdue"]),
        Compared("one case", OFFICER, cases, found),
        Compared(
            "one task, with the one before and the one after",
            OFFICER,
            tasks,
            [f"/v1/tasks/{row['task_id']}" for row in drawn],
        ),
    )


BOARDS = (Compared("board of five cities", ADMIN, ["/supervision"], ["/v1/supervision/overdue/counts"], A_BOARD),)


async def _measured(
    running: Servers, all_of_them: Sequence[Compared], connection: asyncpg.Connection[asyncpg.Record], calls: int
) -> list[Figure]:
    row = await connection.fetchrow(
        "select count(*) as tasks, count(*) filter (where ended_at is null) as open, count(distinct city) as cities "
        "from tasks"
    )
    assert row
    where = f"{row['tasks']:,} tasks ({row['open']:,} open) in {'one city' if row['cities'] == 1 else 'five cities'}"
    with beginning(running, Api) as api, beginning(running, Pages) as pages:
        return [
            figure
            for each in all_of_them
            for figure in await asyncio.to_thread(_compared, running.home, each, pages, api.url, calls, where)
        ]


def _compared(home: Path, it: Compared, pages: Api | Pages, api: str, calls: int, where: str) -> list[Figure]:
    token = issue(signing_key(home / "signing-key.pem"), ACCOUNTS[it.login], timedelta(hours=1))
    theirs: list[float] = []
    ours: list[float] = []
    bytes_of_page, before = 0, 0.0
    assert pages.process
    serving = psutil.Process(pages.process.pid)
    with (
        logged_in(pages.url, it.login) as people,
        httpx.Client(
            base_url=api, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
        ) as programs,
    ):
        for call in range(WARM_UP + calls):
            if call == WARM_UP:
                before = sum(serving.cpu_times()[:2])
            answer = _timed(people, it.pages[call % len(it.pages)], ours)
            if "<h1" not in answer.text:
                raise RuntimeError(f"{it.login} finds no page under {answer.url}")
            bytes_of_page = max(bytes_of_page, len(answer.content))
            _timed(programs, it.routes[call % len(it.routes)], theirs)
        used = (sum(serving.cpu_times()[:2]) - before) * 1e3 / calls
    ours, theirs = ours[WARM_UP:], theirs[WARM_UP:]
    print(f"{it.name}: {median(ours):.1f} ms, beside {median(theirs):.1f} ms; {used:.0f} ms of a processor")
    method = (
        f"{calls} pages of up to {bytes_of_page / 1e3:.1f} kB over HTTP one after another by {it.login}, in turns with "
        f"{it.routes[0].partition('?')[0].rpartition('/v1/')[2]} of the API beside; {used:.0f} ms of a processor "
        f"for each in the pages' process; {where}"
    )
    return [
        Figure(BENCH, f"{it.name}, median", median(ours), "ms", method, beside=median(theirs)),
        Figure(
            BENCH,
            f"{it.name}, p95",
            percentile(ours, 0.95),
            "ms",
            method,
            beside=percentile(theirs, 0.95),
            aim=it.aim,
        ),
    ]


def _timed(http: httpx.Client, path: str, milliseconds: list[float]) -> httpx.Response:
    started = perf_counter()
    answer = http.get(path).raise_for_status()
    milliseconds.append((perf_counter() - started) * 1e3)
    return answer
