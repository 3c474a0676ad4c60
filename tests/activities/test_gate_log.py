"""The gate's log: every decision on conditional data, and what it says of itself when something went wrong."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.clock import DatabaseClock
from activities.database import Pool
from activities.gate.clock import GateClock
from activities.gate.gate import Gate, opened
from activities.gate.log import BATCH, Gap, GateLog, gaps
from models.gate import Question, Reason
from tests.api.gate import CONDITIONAL, UNCONDITIONAL, put_grant
from tests.owning import by_owner, by_server

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
ASKED = Question(CONDITIONAL, ("position",), "download", "research")
A_SECOND = timedelta(seconds=1)
MOMENTS_TO_BE_IDLE = 10
"""A machine that has much else to do keeps its word in one of them."""
LONGEST_PAUSE = timedelta(seconds=10)
"""Between two writings on such a machine; usually it is less than a second."""
ROOT = Path(__file__).resolve().parents[2]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Returns when it holds; another process or task makes it so."""
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110  PostgreSQL tells nobody
            await asyncio.sleep(0.02)


async def gaps_of(pool: Pool) -> list[Gap]:
    async with pool.acquire() as connection:
        return await gaps(connection, LONG_AGO, FAR_AHEAD)


async def count(pool: Pool) -> int:
    counted: int = await pool.fetchval("select count(*) from gate_decisions")
    return counted


async def present(pool: Pool) -> datetime:
    now: datetime = await pool.fetchval("select clock_timestamp()")
    return now


@asynccontextmanager
async def writing(log: GateLog) -> AsyncIterator[None]:
    """The log as the gate runs it."""
    task = asyncio.create_task(log.run())
    try:
        await log.opened.wait()
        yield
    finally:
        log.stop()
        await task


async def test_every_decision_on_conditional_data_is_logged_without_its_key(gate_url: str, pool: Pool) -> None:
    case_id, key = await put_grant(pool)
    digest = await pool.fetchval("select key_digest from grants")
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        await gate.ask(Question(CONDITIONAL, ("position",), "download", None, digest))
        await gate.ask(Question(CONDITIONAL, (), "api", None, digest))
        await gate.ask(Question(CONDITIONAL, (), "api"))
        await gate.ask(Question(UNCONDITIONAL))
        await gate.ask(Question("unheard-of"))
    rows = await pool.fetch("select * from gate_decisions order by decision_id")
    assert [(r["grant_case_id"], r["data_items"], r["access_mode"], r["allowed"], r["reason"]) for r in rows] == [
        (case_id, ["position"], "download", True, "granted"),
        (case_id, [], "api", False, "mode_not_granted"),
        (None, [], "api", False, "key_missing"),
    ]
    assert key not in str(rows)
    assert digest not in str(rows)


async def test_after_a_clean_stop_the_log_is_whole(gate_url: str, pool: Pool) -> None:
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        await asyncio.gather(*[gate.ask(ASKED) for _ in range(2 * BATCH + 7)])
    assert await count(pool) == 2 * BATCH + 7
    assert await gaps_of(pool) == []
    session = await pool.fetchrow("select * from gate_sessions")
    assert session
    assert session["ended_at"] == session["written_until"]
    assert session["written_until"] >= await pool.fetchval("select max(at) from gate_decisions")


async def test_a_decision_is_written_within_a_second_while_the_gate_runs(gate_url: str, pool: Pool) -> None:
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        took: list[timedelta] = []
        while not took or (min(took) >= A_SECOND and len(took) < MOMENTS_TO_BE_IDLE):
            await gate.ask(ASKED)
            decided_at = await present(pool)
            await until(lambda: is_written(pool, len(took) + 1))
            took.append(await present(pool) - decided_at)
        assert min(took) < A_SECOND
        (gap,) = await gaps_of(pool)
        assert (gap.is_running, gap.until, gap.lost) == (True, None, 0)
        assert await present(pool) - gap.since < max(took) + 3 * A_SECOND


async def is_written(pool: Pool, number: int) -> bool:
    return await count(pool) == number


CRASHING = """
import asyncio, sys
from activities.clock import DatabaseClock
from activities.gate.gate import opened
from models.gate import Question

async def main():
    async with opened(sys.argv[1], DatabaseClock()) as (gate, log):
        add = log.add

        def told(at, *decision):
            print(at.isoformat(), flush=True)
            add(at, *decision)

        log.add = told
        while True:
            await gate.ask(Question(sys.argv[2]))

asyncio.run(main())
"""


async def test_after_a_crash_the_log_says_that_its_last_second_may_be_missing(gate_url: str, pool: Pool) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CRASHING, gate_url, CONDITIONAL, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    decided: list[bytes] = []
    while await count(pool) < 100:
        decided.append(await process.stdout.readline())
        assert decided[-1], "the process has ended by itself"
    process.send_signal(signal.SIGKILL)
    killed_at = await present(pool)
    decided += (await process.stdout.read()).splitlines()
    await process.wait()
    await until(lambda: is_noticed(pool))

    (gap,) = await gaps_of(pool)
    assert killed_at - LONGEST_PAUSE < gap.since <= killed_at
    assert (gap.until, gap.is_running) == (None, False)
    instants = [datetime.fromisoformat(line.decode().strip()) for line in decided]
    written = [row["at"] for row in await pool.fetch("select at from gate_decisions order by at")]
    assert [at for at in written if at < gap.since] == [at for at in instants if at < gap.since]
    assert set(written) <= set(instants)

    async with opened(gate_url, DatabaseClock()) as (gate, _):
        await gate.ask(ASKED)
        found = await gaps_of(pool)
    assert [(each.since, each.is_running) for each in found][:1] == [(gap.since, False)]
    assert found[0].until is not None
    assert found[0].until > killed_at
    assert await gaps_of(pool) == found[:1]


async def is_noticed(pool: Pool) -> bool:
    return not any(gap.is_running for gap in await gaps_of(pool))


async def test_what_postgresql_does_not_take_is_kept_and_written_when_it_does(gate_url: str, pool: Pool) -> None:
    async with opened(gate_url, DatabaseClock()) as (gate, log):
        await gate.ask(ASKED)
        await until(lambda: is_written(pool, 1))
        await by_owner(pool, "alter table gate_decisions rename to elsewhere")
        for _ in range(5):
            assert await gate.ask(ASKED) is Reason.KEY_MISSING
        before = await pool.fetchval("select written_until from gate_sessions")
        await asyncio.sleep(1)  # two writings fail meanwhile
        assert (log.backlog, log.lost) == (5, 0)
        assert await pool.fetchval("select written_until from gate_sessions") == before
        await by_owner(pool, "alter table elsewhere rename to gate_decisions")
        await until(lambda: is_written(pool, 6))
    assert await gaps_of(pool) == []


async def test_a_broken_connection_neither_loses_nor_doubles_a_decision(gate_url: str, pool: Pool) -> None:
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        asked = 0
        for _ in range(20):
            told = await asyncio.gather(*[gate.ask(ASKED) for _ in range(50)])
            asked += told.count(Reason.KEY_MISSING)
            await by_server(
                pool,
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'kaifang gate log' and datname = current_database()",
            )
    assert await count(pool) == asked == 1000
    assert await gaps_of(pool) == []


async def test_what_finds_no_room_is_counted_and_lies_in_a_span_of_its_own(gate_url: str, pool: Pool) -> None:
    clock = GateClock(DatabaseClock())
    log = GateLog(gate_url, clock, room=3)
    async with writing(log):
        await by_owner(pool, "alter table gate_decisions rename to elsewhere")
        decided = [await add(log, clock, pool) for _ in range(5)]
        assert (log.backlog, log.lost) == (3, 2)
        await by_owner(pool, "alter table elsewhere rename to gate_decisions")
        await until(lambda: is_written(pool, 3))
        last = await add(log, clock, pool)
    await log.close()

    (gap,) = await gaps_of(pool)
    assert (gap.lost, gap.is_running, gap.since) == (2, False, decided[3])
    assert gap.until is not None
    assert decided[4] < gap.until < last
    assert await pool.fetchval("select count(*) from gate_decisions where at = any($1)", [*decided[:3], last]) == 4
    assert await pool.fetchval("select count(*) from gate_sessions where ended_at is null") == 0


async def add(log: GateLog, clock: GateClock, pool: Pool) -> datetime:
    at = clock.read(await present(pool))
    log.add(at, ASKED, Reason.KEY_MISSING, None)
    return at


async def test_the_log_reaches_no_further_than_the_decision_that_is_still_under_way(gate_url: str, pool: Pool) -> None:
    clock = GateClock(DatabaseClock())
    log = GateLog(gate_url, clock)
    async with writing(log):
        clock.read(await present(pool))
        begun = clock.begin()
        await add(log, clock, pool)
        await until(lambda: is_written(pool, 1))
        assert await pool.fetchval("select written_until from gate_sessions") == begun
        clock.end(begun)
    await log.close()
    assert await pool.fetchval("select written_until from gate_sessions") > begun


async def test_a_gap_concerns_only_the_spans_that_it_touches(gate_url: str, pool: Pool) -> None:
    hour = timedelta(hours=1)
    at = LONG_AGO + hour
    for session, written_until, ended_at in (
        ("clean", at, at),
        ("broken", at, at + hour),
        ("later", at + 5 * hour, None),
    ):
        await by_owner(
            pool,
            "insert into gate_sessions (session, started_at, written_until, ended_at, lost) values ($1, $2, $3, $4, 0)",
            session,
            LONG_AGO,
            written_until,
            ended_at,
        )
    async with pool.acquire() as connection:
        assert await gaps(connection, LONG_AGO, at) == []
        assert [gap.session for gap in await gaps(connection, at, at + hour)] == ["broken"]
        assert await gaps(connection, at + hour, at + 5 * hour) == []
        assert [gap.session for gap in await gaps(connection, at + hour, at + 6 * hour)] == ["later"]


async def test_a_run_that_cannot_be_seen_decides_nothing(gate_url: str, pool: Pool) -> None:
    """What it decided before a crash could not be known to be missing."""
    await by_owner(pool, "alter table gate_sessions rename to elsewhere")
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        assert await gate.ask(Question(UNCONDITIONAL)) is Reason.DATABASE_AWAY
        await by_owner(pool, "alter table elsewhere rename to gate_sessions")
        await until(lambda: is_allowed(gate))


async def is_allowed(gate: Gate) -> bool:
    return await gate.ask(Question(UNCONDITIONAL)) is Reason.UNCONDITIONAL


async def test_a_gate_that_stops_without_postgresql_leaves_its_session_without_an_end(
    gate_url: str, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.gate.log.LAST_TRIES_WITHIN", 0.5)
    async with opened(gate_url, DatabaseClock()) as (gate, log):
        await log.opened.wait()
        await by_owner(pool, "alter table gate_decisions rename to elsewhere")
        assert await gate.ask(ASKED) is Reason.KEY_MISSING
    await by_owner(pool, "alter table elsewhere rename to gate_decisions")
    await until(lambda: is_noticed(pool))
    (gap,) = await gaps_of(pool)
    assert gap.until is None
