"""A holiday notice against thousands of open cases, of which some move, beside the bare alternative.

Requests of Nanning lie before the operator (two working days) or before the provider (five); two of them are received
and decided as always and then copied in SQL, with their logs and inboxes, and the worker's sweeper starts each in the
engine. The notice makes the provider's last day a day off: all cases count it in the same calendar, and only theirs
reach it. Somebody decides other cases all the time, and somebody files.

With `--open N` there are so many open cases, of which three tenths move. Only those that are decided are in the engine
then, which the others do not need until their clocks end, and there is no bare alternative.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import NamedTuple, TypeVar

import uvloop
from temporalio.client import Client

from activities.calendar.record import RecordOfNotices, with_due
from activities.clock import DatabaseClock
from activities.database import Pool, open_pool
from activities.notices.foreseeing import Outlook, foresee
from activities.notices.publishing import Published, publish_in
from activities.record.inbox import Inbox
from activities.record.log import Log
from activities.telling.reminding import Reminding
from benchmarks import bare_notices
from benchmarks.figures import Aim, Figure, percentile
from benchmarks.lists import copied, decided_without_engine
from benchmarks.parties import CONTENT, Kaifang, filing
from benchmarks.servers import Servers, servers
from models.acts import Actor
from models.clock import Clock
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import to_shanghai
from rules.procedure_names import ACCESS_REQUEST
from rules.seed_notices import read_scopes
from stack.programs import WORKER

T = TypeVar("T")

BENCH = "notices"
TASK_QUEUE = "kaifang"
BARE_WORKER = ("-m", "benchmarks.bare_notices")
SIGNALS_AT_ONCE = 4
"""As many cases as the sweeper hands over at once."""
ADMIN = Actor(account="acc_bench_admin")
BETWEEN_DECISIONS, BETWEEN_FILINGS = 0.25, 0.2
"""Seconds. Five filings a second are more than 300 cities have in their worst hour (docs/capacity.md). Each goes on to
the engine: twenty a second, for as long as a million cases take, would be what is measured."""
WORKERS = 2
IN_ENGINE = 400
"""Of many cases, those that are decided while the notice is worked off."""
GIVES_UP_AFTER = 1800
"""Seconds, until every case is in the engine, or has worked off the notice."""

LONG = 600
"""Seconds, for a statement over all cases."""

OPEN_BEFORE_PROVIDER = """
select task_id, case_id, clock from tasks where stage = 'provider_review' and ended_at is null
"""
MOVED = """
select case_id, count(*) as times from events
where type = 'ClockMoved' and (event -> 'notice' ->> 'calendar_version')::int = $1 group by case_id
"""


class Size(NamedTuple):
    """How many open cases, how many of them the notice moves, how many decisions and filings are timed before it
    comes, and whether all are in the engine."""

    cases: int
    moving: int
    decisions: int
    all_in_engine: bool = True


FULL, QUICK, TINY = Size(10_000, 3_000, 40), Size(600, 200, 10), Size(12, 6, 2)


def with_open(cases: int) -> Size:
    """A country's: so many open cases, of which three tenths move."""
    return Size(cases, cases * 3 // 10, 40, all_in_engine=False)


@dataclass
class Meanwhile:
    """What others waited for, in milliseconds."""

    decisions: list[float]
    filings: list[float]


@dataclass
class Measured:
    """What came of the notice; times in seconds."""

    foreseen: float
    published: float
    listed: float
    worked_off: float
    wrong: int
    before: Meanwhile
    meanwhile: Meanwhile


def run(size: Size) -> list[Figure]:
    """The figures of ours and of the bare alternative, one after the other on the same servers."""
    return uvloop.run(_run(size))


async def _run(size: Size) -> list[Figure]:
    bare: tuple[float, float] | None = None
    async with servers() as running:
        temporal = await running.client()
        async with await open_pool(running.postgres.dsn()) as pool:
            waiting = await _open(pool, size)
            at_work = 1 if size.all_in_engine else WORKERS
            workers = [running.run(f"worker-{number}", WORKER) for number in range(at_work)]
            await _until(lambda: _nothing_waits(pool))
            ours = await _measure(pool, Kaifang(pool, temporal, TASK_QUEUE), waiting, size)
            for worker in workers:
                worker.stop()
            if size.all_in_engine:
                bare = await _bare(running, pool, temporal, size)
    return _figures(size, at_work, ours, bare)


async def _open(pool: Pool, size: Size) -> list[str]:
    """All cases as receipt and decisions leave them, to be started in the engine; those before the operator that are
    decided."""
    before_operator, before_provider = [await decided_without_engine(pool, decided) for decided in (0, 1)]
    # Their copies have been looked at too then: nobody files so many at once.
    await Reminding(pool, RecordOfNotices(read_scopes()), DatabaseClock()).look()
    await copied(pool, before_provider, size.moving - size.decisions - 1)
    await copied(pool, before_operator, size.cases - size.moving + size.decisions - 1)
    for table in ("cases", "acts", "events", "tasks"):
        await pool.execute(f"analyze {table}", timeout=LONG)
    waiting = "select case_id from tasks where stage = 'formal_review' and ended_at is null limit $1"
    cases = [row["case_id"] for row in await pool.fetch(waiting, None if size.all_in_engine else IN_ENGINE)]
    started = None if size.all_in_engine else cases
    to_start = "update acts set delivered_at = null where kind = 'file' and ($1::text[] is null or case_id = any($1))"
    await pool.execute(to_start, started, timeout=LONG)
    return cases


async def _measure(pool: Pool, side: Kaifang, waiting: list[str], size: Size) -> Measured:
    inbox = Inbox(pool, Log(RecordOfNotices(read_scopes())), DatabaseClock())
    before = Meanwhile(
        [await _decided(side, waiting.pop()) for _ in range(size.decisions)],
        [await _filed(inbox) for _ in range(size.decisions)],
    )
    await side.settled()
    rows = await pool.fetch(OPEN_BEFORE_PROVIDER, timeout=LONG)
    clocks = {row["case_id"]: Clock.model_validate_json(row["clock"]) for row in rows}
    last_day = max(clock.last_day for clock in clocks.values() if clock.last_day)
    async with pool.acquire() as connection:
        now = await connection.fetchval("select clock_timestamp()")
    notice = Notice(
        scope="CN-GX",
        document="an invented notice",
        published_on=to_shanghai(now).date(),
        recorded_at=now,
        days_off=(DaysOff(last_day, last_day),),
    )
    record = RecordOfNotices(read_scopes())
    outlook, foreseen = await _timed(lambda: foresee(pool, record, DatabaseClock(), notice, 200))

    async def publish() -> Published:
        async with pool.acquire() as connection, connection.transaction():
            return await publish_in(connection, record, DatabaseClock(), notice, ADMIN)

    async with _others(side, inbox, waiting) as meanwhile:
        published, took = await _timed(publish)
        started = perf_counter()
        await _until(lambda: _is(pool, "listed_at", published.position))
        listed = perf_counter() - started
        await _until(lambda: _is(pool, "done_at", published.position))
        worked_off = perf_counter() - started
    wrong = await _wrong(pool, clocks, outlook, published)
    return Measured(foreseen, took, listed, worked_off, wrong, before, meanwhile)


async def _wrong(pool: Pool, before: dict[str, Clock], outlook: Outlook, published: Published) -> int:
    """How many cases were woken in vain, left out, moved twice, or moved to another day than the calendar says."""
    async with pool.acquire() as connection:
        record = await RecordOfNotices(read_scopes()).read(connection)
    due = {case_id: with_due(clock.unset(), record).due_at for case_id, clock in before.items()}
    move = {case_id for case_id, clock in before.items() if clock.due_at != due[case_id]}
    rows = await pool.fetch("select case_id, due_at from tasks where stage = 'provider_review'", timeout=LONG)
    ends = {row["case_id"]: row["due_at"] for row in rows}
    times = {row["case_id"]: row["times"] for row in await pool.fetch(MOVED, published.position, timeout=LONG)}
    wrong = {case_id for case_id in move if times.get(case_id) != 1 or ends[case_id] != due[case_id]}
    return len(wrong | (move ^ set(times))) + abs(outlook.cases - len(move))


async def _decided(side: Kaifang, case_id: str) -> float:
    started = perf_counter()
    await side.decide(case_id, "formal_review", "nanning.operator", "pass")
    return (perf_counter() - started) * 1e3


async def _filed(inbox: Inbox) -> float:
    started = perf_counter()
    await inbox.receive_filing(str(uuid.uuid4()), ACCESS_REQUEST, CONTENT, filing)
    return (perf_counter() - started) * 1e3


@asynccontextmanager
async def _others(side: Kaifang, inbox: Inbox, waiting: list[str]) -> AsyncIterator[Meanwhile]:
    """Somebody decides one case after another until the block ends, and somebody files; each at least once."""
    took = Meanwhile([], [])
    over = asyncio.Event()

    async def decide() -> None:
        while waiting and not (over.is_set() and took.decisions):
            took.decisions.append(await _decided(side, waiting.pop()))
            await asyncio.sleep(BETWEEN_DECISIONS)

    async def file() -> None:
        while not (over.is_set() and took.filings):
            took.filings.append(await _filed(inbox))
            await asyncio.sleep(BETWEEN_FILINGS)

    async with asyncio.TaskGroup() as others:
        others.create_task(decide())
        others.create_task(file())
        try:
            yield took
        finally:
            over.set()


async def _bare(running: Servers, pool: Pool, temporal: Client, size: Size) -> tuple[float, float]:
    """How long the update of the due days takes, and then the signals, in seconds."""
    await pool.execute(bare_notices.SCHEMA)
    due_at = await pool.fetchval("select clock_timestamp() + interval '5 days'")
    cases = [f"bare-{uuid.uuid4()}" for _ in range(size.cases)]
    moving = cases[: size.moving]
    await pool.execute(bare_notices.PUT, cases, due_at)
    worker = running.run("bare-worker", BARE_WORKER)
    await _each(moving, lambda case_id: _start(temporal, bare_notices.Due(case_id, due_at)), at_once=8)
    later = due_at + timedelta(days=1)
    _, updated = await _timed(lambda: pool.execute(bare_notices.MOVE, moving, later))
    started = perf_counter()

    async def tell(case_id: str) -> None:
        await temporal.get_workflow_handle(case_id).signal(bare_notices.BareClock.move, later)

    await _each(moving, tell, at_once=SIGNALS_AT_ONCE)

    async def all_moved() -> bool:
        moved: int = await pool.fetchval("select count(*) from bare_due where moved_at is not null")
        return moved == size.moving

    await _until(all_moved)
    signalled = perf_counter() - started
    assert worker.is_running()
    return updated, signalled


async def _start(temporal: Client, due: bare_notices.Due) -> None:
    await temporal.start_workflow(bare_notices.BareClock.run, due, id=due.case_id, task_queue=bare_notices.TASK_QUEUE)


async def _each(cases: list[str], do: Callable[[str], Awaitable[None]], *, at_once: int) -> None:
    places = asyncio.Semaphore(at_once)

    async def one(case_id: str) -> None:
        async with places:
            await do(case_id)

    async with asyncio.TaskGroup() as group:
        for case_id in cases:
            group.create_task(one(case_id))


async def _timed(call: Callable[[], Awaitable[T]]) -> tuple[T, float]:
    started = perf_counter()
    return await call(), perf_counter() - started


async def _nothing_waits(pool: Pool) -> bool:
    return not await pool.fetchval("select exists (select from acts where delivered_at is null)")


async def _is(pool: Pool, what: str, position: int) -> bool:
    """Whether the notice is listed, or all that it moves is moved."""
    asked = f"select {what} is not null from notices_moving where position = $1"  # noqa: S608 - a column
    return bool(await pool.fetchval(asked, position))


async def _until(what: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(GIVES_UP_AFTER):
        while not await what():  # noqa: ASYNC110  another process ends it: nothing here can be awaited
            await asyncio.sleep(0.1)


def _figures(size: Size, workers: int, ours: Measured, bare: tuple[float, float] | None) -> list[Figure]:
    which = f"{size.cases:,} open cases of which {size.moving:,} move"
    updated, signalled = bare or (None, None)
    rate, bare_rate = size.moving / ours.worked_off, size.moving / signalled if signalled else None
    filings = ours.meanwhile.filings
    return [
        Figure(
            BENCH,
            "cases moved wrongly, twice or not at all, or woken in vain",
            ours.wrong,
            "cases",
            f"{which}; events and due days compared with the calendar",
            aim=Aim(0),
        ),
        Figure(
            BENCH,
            "publication",
            ours.published * 1e3,
            "ms",
            f"the transaction that records the notice, under the lock for which filings wait; {which}; beside: an "
            "update of due days by somebody who knows which and to where",
            beside=None if updated is None else updated * 1e3,
        ),
        Figure(BENCH, "dry run", ours.foreseen * 1e3, "ms", f"all of them found and counted, 200 told; {which}"),
        Figure(
            BENCH,
            "cases to move listed",
            ours.listed,
            "s",
            f"from the commit until each case that may move is on the list, outside of the lock; {which}",
        ),
        Figure(
            BENCH,
            "cases moved",
            rate,
            "/s",
            f"from the commit until all are moved by {workers} worker(s), in {ours.worked_off:.1f} s; {which}; beside: "
            f"a signal to each of {size.moving:,} bare workflows, {SIGNALS_AT_ONCE} at once, and a row written by each",
            beside=bare_rate,
            ratio=rate / bare_rate if bare_rate else None,
        ),
        Figure(
            BENCH,
            "filing meanwhile, longest",
            max(filings),
            "ms",
            f"{len(filings)} receipts from before the publication until all are moved, median {median(filings):.1f} "
            f"ms, 99th percentile {percentile(filings, 0.99):.1f} ms; beside: the longest of "
            f"{len(ours.before.filings)} before it",
            beside=max(ours.before.filings),
        ),
        Figure(
            BENCH,
            "decision of a person meanwhile, median",
            median(ours.meanwhile.decisions),
            "ms",
            f"{len(ours.meanwhile.decisions)} decisions while the cases are moved; beside: "
            f"{len(ours.before.decisions)} before it",
            beside=median(ours.before.decisions),
        ),
    ]
