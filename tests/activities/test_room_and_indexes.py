"""Rows that change have room on their page and concern no index that they need not; what is asked has its index."""

from __future__ import annotations

import pytest
from sqlalchemy.dialects import postgresql
from sqlmodel import select

from activities.database import Pool
from activities.tables.cases import TaskRow
from models import acts as a
from reading.cases.questions import CasesSought, first_known
from reading.due import waits_in_time
from reading.figures.questions import URGINGS
from reading.sight import Caller
from tests.driving import Driver
from tests.owning import owner_of

HOT = "select pg_stat_get_xact_tuples_updated(oid), pg_stat_get_xact_tuples_hot_updated(oid) from pg_class where oid = "
WAITING = str(
    select(TaskRow.task_id)
    .where(waits_in_time())
    .compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
)
KNOWN = str(
    first_known(
        Caller("acc", "acc", "nanning", "nanning.transport", "provider", frozenset({"reviewer"})).ways_to_cases(),
        CasesSought(),
        None,
        51,
    ).compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
)
OF_VERSIONS = "select case_id, number from dataset_versions where case_id = any(array['a', 'b'])"
OF_URGINGS = "select count(*) from tasks where city = 'nanning' and urgings > 0 and urged_at >= now()"


async def plan(pool: Pool, statement: str) -> str:
    """How PostgreSQL answers where tables are too long to be read through."""
    async with owner_of(pool) as connection:
        await connection.execute("set enable_seqscan = off")
        await connection.execute("set plan_cache_mode = force_generic_plan")
        return "\n".join(row[0] for row in await connection.fetch(f"explain (costs off) {statement}"))


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (WAITING, "acts_unsettled"),
        (KNOWN, "tasks_of_body_latest"),
        (KNOWN, "cases_of_provider"),
        (KNOWN, "cases_for_body"),
        (OF_URGINGS, "tasks_urged"),
        (OF_VERSIONS, "dataset_versions_of_case"),
    ],
)
async def test_what_is_asked_of_the_tables_that_grow_goes_by_an_index(pool: Pool, statement: str, index: str) -> None:
    assert index in await plan(pool, statement)


def test_who_counts_urgings_says_that_there_are_some() -> None:
    """The index holds these alone."""
    assert "t.urgings > 0 and t.urged_at >= :since" in URGINGS


async def test_settling_an_act_concerns_no_index(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    assert await driver.decide(case_id, "formal_review", "pass", hand_over=False) == "received"
    async with owner_of(driver.pool) as connection, connection.transaction():
        await connection.execute("update acts set state = 'accepted' where state = 'received'")
        changed = await connection.fetch(f"{HOT}'years.acts_current'::regclass")
        assert [tuple(row) for row in changed] == [(1, 1)]


async def test_no_act_is_delivered_before_it_is_settled(driver: Driver) -> None:
    """So that whoever asks for what is not settled may ask for what is not delivered."""
    case_id = await driver.file("nanning", hand_over=False)
    assert await driver.on_task(a.Claim, case_id, "formal_review") == "accepted"
    await driver.decide(case_id, "formal_review", "pass", hand_over=False)
    assert not await driver.pool.fetchval(
        "select count(*) from acts where state = 'received' and delivered_at is not null"
    )


@pytest.mark.parametrize("table", ["acts_current", "cases", "deliveries", "events_current", "messages", "tasks"])
async def test_tables_that_grow_are_swept_often(pool: Pool, table: str) -> None:
    assert float((await options(pool, table))["autovacuum_vacuum_scale_factor"]) == 0.02


async def test_a_case_has_room_on_its_page_for_what_becomes_of_it(pool: Pool) -> None:
    assert (await options(pool, "cases"))["fillfactor"] == "80"


async def options(pool: Pool, table: str) -> dict[str, str]:
    """How a table is stored."""
    found = await pool.fetchval("select reloptions from pg_class where relname = $1 and relkind = 'r'", table)
    return dict(each.split("=") for each in found)
