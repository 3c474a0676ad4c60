"""Bodies are told of declarations that they owe again: once a last day and point, however late and often one looks."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.filing.reviewing import Reviewing
from activities.telling.declarations_owed import DeclarationsOwed
from rules.loading import load_pack
from tests.activities.test_owed_by_year import comes
from tests.driving import Driver

TOLD = """
select messages.kind, accounts.body, facts ->> 'due_on' as due_on, (facts ->> 'datasets')::int as datasets
from messages join accounts using (account_id)
where messages.kind like 'declaration_%' and facts ->> 'declarations_of' = $1 order by messages.number
"""
DECLARED = """
with made as (
  insert into declarations (declaration_id, city, kind, body, account_id, says, request_digest, declared_at)
  select 'of-' || dataset_id || $1::timestamptz, city, 'reachability', provider, 'acc_officer', '{"reachable": "yes"}',
    '', $1
  from datasets where city = 'nanning' and openness <> 'none' returning declaration_id
)
insert into declared_datasets (dataset_id, declaration_id)
select dataset_id, 'of-' || dataset_id || $1::timestamptz from datasets where city = 'nanning' and openness <> 'none'
"""
EVALUATED = """
with made as (
  insert into declarations (declaration_id, city, kind, body, account_id, says, request_digest, declared_at)
  select 'by-' || body, city, 'use_evaluation', body, 'acc_officer', '{}', '', $1
  from bodies where city = 'guangzhou' and role = 'provider' returning declaration_id, body
)
insert into declared_datasets (dataset_id, declaration_id)
select dataset_id, declaration_id from datasets join made on made.body = datasets.provider
"""
DAYS = (134, 135, 158, 164, 165, 166, 167)
OFFICER = "insert into accounts (account_id, login, name, roles) values ('acc_officer', 'acc_officer', '{}', '{}')"
NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)
A_DAY = timedelta(days=1)


async def looks(driver: Driver, at: datetime, city: str = "nanning") -> list[Any]:
    """What is told anew of a city when two workers look then, and one of them again."""
    known = len(await driver.pool.fetch(TOLD, city))
    await comes(driver, at)
    workers = [DeclarationsOwed(driver.pool, driver.clock) for _ in range(3)]
    await asyncio.gather(*(each.look() for each in workers[:2]))
    for each in workers:
        await each.look()
    return (await driver.pool.fetch(TOLD, city))[known:]


async def test_a_provider_and_the_operator_are_told_before_on_and_after_the_last_day(driver: Driver) -> None:
    first = await looks(driver, NOON)
    assert {row["kind"] for row in first} == {"declaration_overdue"}, "of data of which none was ever made"
    assert {row["due_on"] for row in first} == {"2021-01-22"}
    assert {"nanning.operator", "nanning.transport"} <= {row["body"] for row in first}
    assert {row["body"].split(".")[0] for row in first} == {"nanning"}, "no body of another city"
    assert await looks(driver, NOON + A_DAY) == [], "once is enough"

    await driver.pool.execute(OFFICER)
    await driver.pool.execute(DECLARED, NOON)
    quiet = NOON + 26 * A_DAY
    points: list[set[str]] = []
    assert await looks(driver, quiet) == []
    assert await looks(driver, quiet + A_DAY - timedelta(hours=4)) == [], "not before the morning"
    for days in range(27, 33):
        found = await looks(driver, NOON + days * A_DAY)
        assert {row["due_on"] for row in found} <= {"2026-12-31"}
        points.append({row["kind"] for row in found})
    assert points == [{"declaration_owed"}, set(), set(), {"declaration_owed"}, {"declaration_overdue"}, set()]
    told = Counter(
        (row["body"], row["kind"]) for row in await driver.pool.fetch(TOLD, "nanning") if row["due_on"] == "2026-12-31"
    )
    officers = "select count(*) from accounts where body = 'nanning.transport' and 'reviewer' = any(roles)"
    number = await driver.pool.fetchval(officers)
    assert told["nanning.transport", "declaration_owed"] == 2 * number
    assert told["nanning.transport", "declaration_overdue"] == number


async def test_what_nobody_looked_at_is_told_as_it_stands_by_then(driver: Driver) -> None:
    await driver.pool.execute(OFFICER)
    await driver.pool.execute(DECLARED, NOON)
    assert {row["kind"] for row in await looks(driver, NOON + 29 * A_DAY)} == {"declaration_owed"}
    assert {row["kind"] for row in await looks(driver, NOON + 90 * A_DAY)} == {"declaration_overdue"}


async def test_data_opened_since_is_owed_from_that_day_on(driver: Driver) -> None:
    dataset = "nanning-transport-bus-lines"
    await driver.pool.execute("insert into accounts (account_id, login, name, roles) values ('a', 'a', '{}', '{}')")
    await driver.pool.execute(
        "insert into dataset_versions (dataset_id, number, openness, items, entry, published_at) "
        "select dataset_id, 1, openness, items, entry, $2 from datasets where dataset_id = $1",
        dataset,
        NOON,
    )
    found = await looks(driver, NOON + 28 * A_DAY)
    owed = [row for row in found if row["kind"] == "declaration_owed"]
    assert {(row["body"], row["due_on"], row["datasets"]) for row in owed} == {
        ("nanning.operator", "2026-12-31", 1),
        ("nanning.transport", "2026-12-31", 1),
    }


@pytest.mark.duty("GZ-28b")
async def test_guangzhous_provider_is_reminded_of_evaluating_the_use_of_its_data(driver: Driver) -> None:
    assert await looks(driver, NOON, "guangzhou") == [], "of years in which nobody counted none is overdue"
    first = await looks(driver, NOON + A_DAY, "guangzhou")
    assert {(row["kind"], row["due_on"]) for row in first} == {("declaration_owed", "2027-01-01")}
    providers = "select body from bodies where city = 'guangzhou' and role = 'provider'"
    bodies = {row["body"] for row in await driver.pool.fetch(providers)}
    assert {"guangzhou.transport"} <= {row["body"] for row in first} <= bodies, "nobody else evaluates"

    await driver.pool.execute(OFFICER)
    await driver.pool.execute(EVALUATED, NOON - 200 * A_DAY)
    points = {days: {row["kind"] for row in await looks(driver, NOON + days * A_DAY, "guangzhou")} for days in DAYS}
    owed, over = {"declaration_owed"}, {"declaration_overdue"}
    assert points == {134: set(), 135: owed, 158: owed, 164: set(), 165: owed, 166: over, 167: set()}


@pytest.mark.duty("GZ-7", "GZ-6")
async def test_years_missed_until_guangzhous_law_ended_are_made_up_and_none_after(driver: Driver) -> None:
    pack = load_pack("guangzhou")
    assert pack.in_force_until
    guangzhou = Reviewing(driver.pool, driver.inbox, driver.clock, packs=lambda: [pack])
    await comes(driver, datetime(2029, 3, 1, tzinfo=UTC))
    assert await guangzhou.file_reviews_due(10_000) > 0
    assert await guangzhou.file_reviews_due(10_000) == 0
    rows = await driver.pool.fetch(
        "select c.procedure, c.provider, event ->> 'occurred_on' as on from cases c join events e using (case_id) "
        "where e.number = 1 and c.city = 'guangzhou'"
    )
    plans = Counter(row["provider"] for row in rows if row["procedure"] == "opening_plan")
    providers = "select count(*) from bodies where city = 'guangzhou' and role = 'provider'"
    assert (set(plans.values()), len(plans)) == ({1}, await driver.pool.fetchval(providers))
    assert Counter(row["procedure"] for row in rows if row["procedure"] != "opening_plan") == {
        "opening_focus": 1,
        "evaluation": 1,
    }
    assert all(row["on"] < pack.in_force_until.isoformat() for row in rows), "nothing is owed after it"
