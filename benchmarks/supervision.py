"""Supervision of many tasks: the overdue page of a body and of a city, the counts of a city and the cases that a body
knows of, in PostgreSQL and most of it over HTTP.

In the database means: the statements that the service sends, prepared and sent by the same driver, until the last row
is here. What is counted is compared with a count by the one meaning of *overdue*, task by task, before it is measured.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import asyncpg
import httpx
from sqlalchemy import ClauseElement, func, select
from sqlalchemy.dialects.postgresql import asyncpg as driver
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import col

from activities.calendar.record import RecordOfNotices
from activities.clock import DatabaseClock
from activities.tables.cases import TaskRow
from api.http.tokens import issue, signing_key
from benchmarks.figures import Aim, Figure, percentile
from benchmarks.parties import ACCOUNTS
from benchmarks.servers import servers
from benchmarks.supervision_data import BUSIEST, make
from reading.board.shown import board_shown
from reading.cases.questions import CasesSought, first_known
from reading.due import overdue
from reading.sight import Caller
from reading.store import Archive
from reading.supervision.due_lists import DueBetween
from reading.supervision.lists import Asking
from reading.supervision.pages import PageEnd
from reading.supervision.questions import counts_of, due_tasks_of
from reading.supervision.sight import Narrowing, Seen, Sight
from rules.seed_notices import read_scopes
from stack.ports import free_port, listen
from stack.programs import Api

BENCH = "supervision"
DIALECT = driver.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types


class Size(NamedTuple):
    """How many cases, of which five in nine are open with one open task each, and how many calls of each kind."""

    cases: int
    calls: int


FULL, QUICK, TINY = Size(1_800_000, 500), Size(90_000, 100), Size(1800, 10)
WARM_UP = 20
PAGE = 51
"""A page of 50, and one more to know whether there is another."""
BODY = OPERATOR = f"{BUSIEST}.operator"
PROVIDER = f"{BUSIEST}.department-17"
CITIES = (BUSIEST, "guangzhou", "lianyungang")
SUPERVISOR = f"supervisor@{BUSIEST}.authority"
OF_A_BODY = "reviewer@yulin.authority"
IN_DATABASE, COUNTED, OVER_HTTP, BOARD, LISTED = Aim(5), Aim(20), Aim(50), Aim(300), Aim(20)
"""Milliseconds."""


def run(size: Size) -> list[Figure]:
    """Median and p99 of each."""
    return asyncio.run(_run(size))


async def _run(size: Size) -> list[Figure]:
    async with servers() as running:
        connection = await asyncpg.connect(running.postgres.dsn())
        try:
            started = perf_counter()
            await make(connection, size.cases)
            print(f"made in {perf_counter() - started:.0f} s")
            now = await connection.fetchval("select clock_timestamp()")
            where = await _described(connection, now)
            await _agree(connection, now)
            figures = await _in_database(connection, now, size.calls, where)
            figures += await _cases_known(connection, size.calls, where)
            figures += await _board(running.postgres.dsn(), size.calls, where)
        finally:
            await connection.close()
        with listen(free_port()) as listener:
            api = Api(listener, running.home / "logs" / "api.log", running.environment())
            running.keep(api)
            api.start()
            for name, login, path in (
                ("overdue page of a city", SUPERVISOR, "/v1/supervision/overdue"),
                ("overdue page of a body", OF_A_BODY, "/v1/supervision/overdue"),
                ("page of what is due soon in a city", SUPERVISOR, "/v1/supervision/due-soon"),
                ("counts of a city", SUPERVISOR, "/v1/supervision/overdue/counts"),
            ):
                figures += _called(api.url, running.home, name, login, path, size.calls, where)
        return figures


async def _described(connection: asyncpg.Connection[asyncpg.Record], now: datetime) -> str:
    row = await connection.fetchrow(
        "select count(*) filter (where ended_at is null) as open, "
        "count(*) filter (where ended_at is not null) as closed, "
        "count(*) filter (where ended_at is null and city = $1 and due_at <= $2) as late, "
        "count(*) filter (where ended_at is null and body = $3 and due_at <= $2) as late_of_body from tasks",
        BUSIEST,
        now,
        BODY,
    )
    assert row
    return (
        f"{row['open']:,} open and {row['closed']:,} closed tasks in five cities; {row['late']:,} past due in the "
        f"busiest, of which {row['late_of_body']:,} before its busiest body"
    )


async def _agree(connection: asyncpg.Connection[asyncpg.Record], now: datetime) -> None:
    """The counts are those of every task looked at by itself. Raises where they are not."""
    for city in CITIES:
        plain = select(func.count()).where(col(TaskRow.city) == city, overdue(now))
        expected = await connection.fetchval(*sent(plain))
        counted = sum(row["tasks"] for row in await connection.fetch(*sent(counts_of(Seen((city,)), now))))
        if counted != expected:
            raise RuntimeError(f"{city}: {counted} counted, {expected} are overdue")


def sent(statement: ClauseElement) -> tuple[Any, ...]:
    """The statement as the service's driver gets it, and its parameters."""
    compiled = statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    assert isinstance(compiled, SQLCompiler)
    assert compiled.positiontup is not None
    return str(compiled), *(compiled.params[name] for name in compiled.positiontup)


async def _in_database(
    connection: asyncpg.Connection[asyncpg.Record], now: datetime, calls: int, where: str
) -> list[Figure]:
    bodies = await connection.fetch(
        "select city, body from tasks where ended_at is null and due_at <= $1 group by 1, 2 order by count(*) desc, 2",
        now,
    )
    of_city = [due_tasks_of([DueBetween(city, None, now)], [], None, PAGE) for city in CITIES]
    # The busiest, and some of the others.
    chosen = bodies[:: max(1, len(bodies) // 10)]
    of_body = [
        due_tasks_of([DueBetween(city, None, now)], Seen((city,), body).conditions(), None, PAGE)
        for city, body in chosen
    ]
    # Far into what is overdue.
    far = PageEnd(now - timedelta(days=20), "")
    deep = [due_tasks_of([DueBetween(city, None, now)], [], far, PAGE) for city in CITIES]
    counts = [counts_of(Seen((city,)), now) for city in CITIES[:1]]
    return [
        *await _timed(connection, "overdue page of a body in the database", of_body, calls, where, IN_DATABASE),
        *await _timed(connection, "overdue page of a city in the database", of_city, calls, where, IN_DATABASE),
        *await _timed(connection, "a later page of a city in the database", deep, calls, where, IN_DATABASE),
        *await _timed(connection, "counts of the busiest city in the database", counts, calls, where, COUNTED),
    ]


async def _timed(
    connection: asyncpg.Connection[asyncpg.Record],
    name: str,
    statements: Sequence[ClauseElement],
    calls: int,
    where: str,
    aim: Aim,
) -> list[Figure]:
    # A statement of one kind has one text, and so one plan, as in the service.
    prepared = [(await connection.prepare(text), values) for text, *values in map(sent, statements)]
    milliseconds = []
    for call in range(WARM_UP + calls):
        statement, values = prepared[call % len(prepared)]
        started = perf_counter()
        rows = await statement.fetch(*values)
        milliseconds.append((perf_counter() - started) * 1e3)
        if not rows:
            raise RuntimeError(f"{name}: there is nothing to measure")
    method = f"{calls} calls of the prepared statement one after another, until the last row is here; {where}"
    return _figures(name, milliseconds[WARM_UP:], method, aim)


async def _cases_known(connection: asyncpg.Connection[asyncpg.Record], calls: int, where: str) -> list[Figure]:
    """The first page of the cases that a provider among sixty knows of, and a body that has a task in every case."""
    figures: list[Figure] = []
    for name, body, role in (("a provider", PROVIDER, "provider"), ("the operator", OPERATOR, "operator")):
        officer = Caller("acc_officer", "officer", BUSIEST, body, role, frozenset({"reviewer"}))
        listed = [first_known(officer.ways_to_cases(), CasesSought(), None, PAGE)]
        figures += await _timed(connection, f"cases that {name} knows of in the database", listed, calls, where, LISTED)
    return figures


async def _board(dsn: str, calls: int, where: str) -> list[Figure]:
    """The board of the busiest city, all of its statements and until its shape is made."""
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=partial(asyncpg.connect, dsn), isolation_level="AUTOCOMMIT"
    )
    milliseconds = []
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        archive = Archive(DatabaseClock(), pool, engine, RecordOfNotices(read_scopes()))
        for _ in range(WARM_UP + calls):
            started = perf_counter()
            async with archive.store() as store:
                asking = Asking(Sight((BUSIEST,)), Narrowing(), await store.present(), "zh")
                board = await board_shown(store, asking)
            milliseconds.append((perf_counter() - started) * 1e3)
            if board is None or not board.late:
                raise RuntimeError("the board shows nothing: there is nothing to measure")
    await engine.dispose()
    method = f"{calls} boards one after another, in this process; {where}"
    return _figures("board of the busiest city", milliseconds[WARM_UP:], method, BOARD)


def _called(url: str, home: Path, name: str, login: str, path: str, calls: int, where: str) -> list[Figure]:
    token = issue(signing_key(home / "signing-key.pem"), ACCOUNTS[login], timedelta(hours=1))
    milliseconds = []
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30) as http:
        for _ in range(WARM_UP + calls):
            started = perf_counter()
            answer = http.get(path).raise_for_status()
            milliseconds.append((perf_counter() - started) * 1e3)
            if not (answer.json().get("items") or answer.json().get("overdue")):
                raise RuntimeError(f"{login} finds nothing under {path}: there is nothing to measure")
    method = f"{calls} calls over HTTP one after another by {login}, first page of 50; {where}"
    return _figures(f"{name} over HTTP", milliseconds[WARM_UP:], method, OVER_HTTP)


def _figures(name: str, milliseconds: Sequence[float], method: str, aim: Aim) -> list[Figure]:
    return [
        Figure(BENCH, f"{name}, median", median(milliseconds), "ms", method),
        Figure(BENCH, f"{name}, p99", percentile(milliseconds, 0.99), "ms", method, aim=aim),
    ]
