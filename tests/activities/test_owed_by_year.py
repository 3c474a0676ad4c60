"""What is owed for a year is filed once for each whose it is, over restarts and late workers."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from activities.database import present
from activities.filing.reviewing import Reviewing
from rules.loading import load_pack
from tests.driving import Driver
from tests.five_cities import FIVE_CITIES
from tests.owning import by_server

OWE_A_PLAN = """
select body from bodies where city = 'guangzhou' and role = 'provider'
or city = 'nanning' and role in ('provider', 'county_authority', 'operator') order by 1
"""
OWED = "select case_id, provider, city from cases where procedure = $1 order by 2"


@pytest.fixture
def reviewing(driver: Driver) -> Reviewing:
    return Reviewing(
        driver.pool, driver.inbox, driver.clock, packs=lambda: [load_pack(c) for c in ("nanning", "guangzhou")]
    )


async def comes(driver: Driver, at: datetime) -> None:
    """That instant comes."""
    async with driver.pool.acquire() as connection:
        driver.clock.shift = at - await present(connection)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=100)])
@pytest.mark.duty("NN-18")
@pytest.mark.duty("GZ-7")
@pytest.mark.duty("GZ-6")
async def test_each_body_owes_one_plan_a_year_however_often_and_late_it_is_tried(
    driver: Driver, reviewing: Reviewing, late: timedelta
) -> None:
    await reviewing.file_reviews_due(10_000)
    assert not await driver.pool.fetch(OWED, "opening_plan"), "the packs have it begin by itself from 2027 on"
    await comes(driver, datetime(2027, 1, 1, 6, tzinfo=UTC) + late)
    both = [Reviewing(driver.pool, driver.inbox, driver.clock), reviewing]
    await asyncio.gather(*(each.file_reviews_due(10_000) for each in both))
    assert await reviewing.file_reviews_due(10_000) == 0
    bodies = await driver.pool.fetch(OWE_A_PLAN)
    plans = await driver.pool.fetch(OWED, "opening_plan")
    assert [row["provider"] for row in plans] == [row["body"] for row in bodies]
    assert [row["city"] for row in await driver.pool.fetch(OWED, "opening_focus")] == ["guangzhou"]
    due = await driver.pool.fetch("select distinct due_at from tasks where stage = 'submission'")
    assert [row["due_at"] for row in due] == [datetime(2027, 4, 1, 16, tzinfo=UTC)], "late is by the year alone"


async def test_the_next_year_is_owed_anew_and_a_round_files_no_more_than_it_was_asked_for(
    driver: Driver, reviewing: Reviewing
) -> None:
    await comes(driver, datetime(2027, 3, 1, tzinfo=UTC))
    await reviewing.file_reviews_due(10_000)
    before = len(await driver.pool.fetch(OWED, "opening_plan"))
    await comes(driver, datetime(2028, 1, 2, tzinfo=UTC))
    nanning = Reviewing(driver.pool, driver.inbox, driver.clock, packs=lambda: [load_pack("nanning")])
    await driver.pool.execute("update cases set closed_at = received_at where procedure = 'openness_review'")
    await driver.pool.execute("update datasets set openness = 'unconditional'")
    assert await nanning.file_reviews_due(2) == 2
    await nanning.file_reviews_due(10_000)
    of_nanning = [row for row in await driver.pool.fetch(OWE_A_PLAN) if row["body"].startswith("nanning.")]
    assert len(await driver.pool.fetch(OWED, "opening_plan")) == before + len(of_nanning), (
        "Guangzhou's law has ended by then"
    )


@pytest.mark.duty("GZ-28")
@pytest.mark.duty("LYG-37")
@pytest.mark.duty("NN-33")
@pytest.mark.duty("YL-5")
@pytest.mark.duty("NJ-6")
async def test_each_city_owes_the_evaluation_of_the_year_that_is_over(driver: Driver) -> None:
    await comes(driver, datetime(2027, 2, 1, tzinfo=UTC))
    everywhere = Reviewing(driver.pool, driver.inbox, driver.clock)
    await everywhere.file_reviews_due(10_000)
    await everywhere.file_reviews_due(10_000)
    year = "select event ->> 'occurred_on' as year, city from cases join events using (case_id) where events.number = 1"
    owed = await driver.pool.fetch(f"{year} and procedure = 'evaluation' order by city")  # ours
    assert [(row["city"], row["year"]) for row in owed] == [(city, "2026-01-01") for city in sorted(FIVE_CITIES)]


async def test_a_city_without_bodies_owes_nothing_here(driver: Driver) -> None:
    await comes(driver, datetime(2027, 2, 1, tzinfo=UTC))
    await by_server(driver.pool, "set session_replication_role = replica; delete from bodies where city = 'guangzhou'")
    guangzhou = Reviewing(driver.pool, driver.inbox, driver.clock, packs=lambda: [load_pack("guangzhou")])
    await guangzhou.file_reviews_due(10_000)
    assert not await driver.pool.fetch(OWED, "evaluation")
    assert not await driver.pool.fetch(OWED, "opening_focus")


async def test_what_no_body_could_act_on_waits_for_it_and_holds_up_no_other_city(driver: Driver) -> None:
    await comes(driver, datetime(2027, 2, 1, tzinfo=UTC))
    missing = "from bodies where city = 'guangzhou' and role = 'authority'"
    authority = await driver.pool.fetchrow(f"select * {missing}")  # ours
    assert authority
    await by_server(driver.pool, f"set session_replication_role = replica; delete {missing}")  # ours
    everywhere = Reviewing(driver.pool, driver.inbox, driver.clock)
    await everywhere.file_reviews_due(10_000)
    of_cities = [row["city"] for row in await driver.pool.fetch(OWED, "evaluation")]
    assert sorted(of_cities) == sorted({*FIVE_CITIES} - {"guangzhou"})
    await by_server(
        driver.pool,
        "insert into bodies select (jsonb_populate_record(null::bodies, "
        f"'{json.dumps(dict(authority), default=str)}')).*",
    )
    await everywhere.file_reviews_due(10_000)
    of_cities = [row["city"] for row in await driver.pool.fetch(OWED, "evaluation")]
    assert sorted(of_cities) == sorted(FIVE_CITIES)
