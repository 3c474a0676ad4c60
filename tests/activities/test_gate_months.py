"""The log of accesses by minute, day and month: what is counted, and what becomes of months."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

import asyncpg
import pytest

from activities.clock import DatabaseClock
from activities.database import Pool
from activities.gate.gate import opened
from activities.gate.months import Months
from models.gate import Question
from rules.deadlines import SHANGHAI, to_shanghai
from tests.api.gate import CLOSED, CONDITIONAL, UNCONDITIONAL, put_grant
from tests.driving import ShiftedClock
from tests.owning import by_owner

PARTITIONS = "select relname from pg_class where relnamespace = 'months'::regnamespace and relkind = 'r' order by 1"
KEPT = (
    "insert into gate_decisions (at, session, dataset_id, data_items, allowed, reason) "
    "values ($1, 's', $2, '{}', false, 'key_missing')"
)


async def partitions(pool: Pool) -> list[str]:
    return [row["relname"] for row in await pool.fetch(PARTITIONS)]


async def put(pool: Pool, at: datetime) -> None:
    await by_owner(pool, KEPT, at, CONDITIONAL)


async def test_every_access_is_counted_by_day_and_without_a_row_by_minute(gate_url: str, pool: Pool) -> None:
    case_id, _ = await put_grant(pool)
    digest = await pool.fetchval("select key_digest from grants where case_id = $1", case_id)
    asked = [
        *[Question(UNCONDITIONAL, mode="download")] * 30,
        *[Question(UNCONDITIONAL)] * 2,
        *[Question(CLOSED)] * 3,
        *[Question(CONDITIONAL, (), "download", None, digest)] * 4,
        Question("unheard-of"),
    ]
    async with opened(gate_url, DatabaseClock()) as (gate, _):
        await asyncio.gather(*(gate.ask(each) for each in asked))
    by_minute = "select dataset_id, access_mode, reason, sum(calls)::int from gate_minutes group by 1, 2, 3 order by 4"
    assert [tuple(row) for row in await pool.fetch(by_minute)] == [
        (UNCONDITIONAL, "", "unconditional", 2),
        (CLOSED, "", "closed", 3),
        (UNCONDITIONAL, "download", "unconditional", 30),
    ]
    by_day = "select dataset_id, access_mode, reason, sum(calls)::int from gate_days group by 1, 2, 3 order by 4"
    assert [tuple(row) for row in await pool.fetch(by_day)] == [
        (UNCONDITIONAL, "", "unconditional", 2),
        (CLOSED, "", "closed", 3),
        (CONDITIONAL, "download", "granted", 4),
        (UNCONDITIONAL, "download", "unconditional", 30),
    ]
    assert await pool.fetchval("select count(*) from gate_decisions") == 4


async def test_two_gates_add_to_the_same_counts(gate_url: str, pool: Pool) -> None:
    for _ in range(2):
        async with opened(gate_url, DatabaseClock()) as (gate, _):
            await asyncio.gather(*(gate.ask(Question(UNCONDITIONAL)) for _ in range(10)))
    assert await pool.fetchval("select sum(calls) from gate_minutes") == 20
    assert await pool.fetchval("select sum(calls) from gate_days") == 20


async def test_the_months_to_come_are_there_and_what_came_before_them_goes_into_them(pool: Pool) -> None:
    today = to_shanghai(await pool.fetchval("select clock_timestamp()")).date()
    later = timedelta(days=150)  # four months are at most 123, and there is a partition for the three to come
    ahead = ShiftedClock(later)
    at = datetime.combine(today + later, datetime.min.time(), SHANGHAI)
    name = f"gate_decisions_{at:%Y_%m}"
    assert name not in await partitions(pool)
    await put(pool, at)
    await Months(pool, ahead).look()
    assert name in await partitions(pool)
    assert await pool.fetchval("select tableoid::regclass::text from gate_decisions") == f"months.{name}"
    before = await partitions(pool)
    await Months(pool, ahead).look()
    assert await partitions(pool) == before


async def test_months_that_no_city_keeps_are_dropped_on_record_with_what_they_held(pool: Pool) -> None:
    now = to_shanghai(await pool.fetchval("select clock_timestamp()"))
    for years in (5, 5, 4, 2, 0):
        await put(pool, now.replace(year=now.year - years, day=15))
    old = now.replace(year=now.year - 4, day=15, second=0, microsecond=0)
    await by_owner(
        pool,
        "insert into gate_minutes (dataset_id, minute, access_mode, reason, calls) "
        "values ($1, $2, '', 'unconditional', 70)",
        UNCONDITIONAL,
        old,
    )
    assert await Months(pool, DatabaseClock()).look() == 2
    assert await pool.fetchval("select count(*) from gate_decisions") == 2
    dropped = await pool.fetch("select month, decisions, calls, basis from gate_months_dropped order by month")
    assert [tuple(row) for row in dropped] == [
        (date(now.year - 5, now.month, 1), 2, 0, "service access_log"),
        (date(now.year - 4, now.month, 1), 1, 70, "service access_log"),
    ]
    assert await Months(pool, DatabaseClock()).look() == 0


async def test_nobody_drops_what_is_younger_than_six_months(pool: Pool) -> None:
    today = to_shanghai(await pool.fetchval("select clock_timestamp()")).date()
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="six months"):
        await pool.execute("select drop_gate_months($1, 'no reason')", today)


async def test_a_service_reaches_no_month_but_by_the_log(pool: Pool) -> None:
    for name in await partitions(pool):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(f"drop table months.{name}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(f"delete from months.{name}")  # noqa: S608 - a name of the catalogue


async def test_the_tables_that_months_make_up_are_known_to_the_planner(pool: Pool) -> None:
    await Months(pool, DatabaseClock()).look()
    known = "select relname from pg_class where relname in ('gate_decisions', 'gate_minutes') and reltuples >= 0"
    assert {row["relname"] for row in await pool.fetch(known)} == {"gate_decisions", "gate_minutes"}
