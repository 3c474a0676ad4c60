"""The sweeper goes on, whatever is wrong with one case."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.database import Pool, open_pool
from activities.engine import sweeping, sweeps
from activities.engine.handing_over import Engine
from activities.engine.sweeping import Sweeper
from activities.engine.sweeps import LEASE, NOTICES, PEOPLE, START, Lane, Sweeps
from tests.beside import beside
from tests.driving import Driver
from tests.owning import by_owner

OF_A_NEWER_VERSION = """
insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, request_digest)
values ('act of a newer version', $1, 2, 'unheard_of', 'acc_1', now() - interval '1 hour', 'received',
        '{"kind": "unheard_of"}', '')
"""

NOTICE_WAITS = """
insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, request_digest)
select case_id || '.notice', case_id, 2, 'apply_notice', 'acc_1', now() - interval '1 hour', 'received',
  jsonb_build_object('id', case_id || '.notice', 'case_id', case_id, 'kind', 'apply_notice', 'seen', 1,
    'by', jsonb_build_object('account', 'acc_1'), 'received_at', now(), 'calendar_version', 1), ''
from unnest($1::text[]) as case_id
"""


async def one_case_that_cannot_be_handed_over_and_one_that_can(driver: Driver) -> str:
    """The id of the act that waits in the good case; that of the bad one has waited longer."""
    bad, good = await driver.file("nanning"), await driver.file("nanning")
    act = str(uuid.uuid4())
    await driver.pool.execute(OF_A_NEWER_VERSION, bad)
    await driver.decide(good, "formal_review", "pass", act_id=act, hand_over=False)
    await by_owner(driver.pool, "update acts set received_at = now() - interval '1 minute' where act_id = $1", act)
    return act


async def test_an_act_that_cannot_be_read_holds_up_no_other_case(driver: Driver, worker: Worker) -> None:
    act = await one_case_that_cannot_be_handed_over_and_one_that_can(driver)

    assert await Sweeper(driver.pool, driver.engine).sweep() == 2

    assert await driver.pool.fetchval("select state from acts where act_id = $1", act) == "accepted"


async def test_cases_that_were_tried_in_vain_do_not_crowd_out_those_that_were_not(
    driver: Driver, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = await one_case_that_cannot_be_handed_over_and_one_that_can(driver)
    monkeypatch.setattr(sweeping, "A_ROUND", 1)
    sweeper = Sweeper(driver.pool, driver.engine, every=0)

    await sweeper.sweep()
    await sweeper.sweep()

    assert await driver.pool.fetchval("select state from acts where act_id = $1", act) == "accepted"


async def test_an_act_of_a_person_is_not_behind_the_notices_that_were_published_before_it(
    driver: Driver, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [await driver.file("nanning") for _ in range(3)]
    await driver.pool.execute(NOTICE_WAITS, waiting)
    person = await driver.file("nanning")
    act = str(uuid.uuid4())
    await driver.decide(person, "formal_review", "pass", act_id=act, hand_over=False)
    await by_owner(driver.pool, "update acts set received_at = now() - interval '1 minute' where act_id = $1", act)
    monkeypatch.setattr(sweeping, "A_ROUND", 1)

    await Sweeper(driver.pool, driver.engine).sweep()

    assert await driver.pool.fetchval("select state from acts where act_id = $1", act) == "accepted"
    assert await driver.pool.fetchval("select count(*) from acts where delivered_at is null") == 2


async def test_notices_are_worked_off_round_after_round_without_a_pause(
    driver: Driver, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [await driver.file("nanning") for _ in range(4)]
    await driver.pool.execute(NOTICE_WAITS, waiting)
    monkeypatch.setattr(sweeping, "A_ROUND", 2)
    never_again = 3600

    async with beside(Sweeper(driver.pool, driver.engine, every=never_again).run()):
        for case_id in waiting:
            await driver.until_event(case_id, "ClockMoved")


class Counting(Engine):
    """An engine to which nothing is delivered: it counts how often it gets each case, waits for as many as it is told,
    and marks what waits in a case as delivered."""

    def __init__(self, pool: Pool, temporal: Client, task_queue: str, together: asyncio.Barrier) -> None:
        super().__init__(pool, temporal, task_queue)
        self.pool = pool
        self.handed_over: Counter[str] = Counter()
        self.together = together

    async def hand_over(self, case_id: str, patience: timedelta) -> None:
        self.handed_over[case_id] += 1
        await self.together.wait()
        await self.pool.execute("update acts set state = 'accepted', delivered_at = now() where case_id = $1", case_id)


async def many_waiting(driver: Driver, number: int, *, kind: str = "'withdraw'") -> None:
    """Cases like one that was filed, each with an act that nobody has handed over."""
    one = await driver.file("nanning", hand_over=False)
    await by_owner(driver.pool, "update acts set delivered_at = now(), state = 'accepted' where case_id = $1", one)
    await by_owner(
        driver.pool,
        """
insert into cases select (jsonb_populate_record(cases, jsonb_build_object('case_id', 'c' || n, 'case_number', n))).*
from cases, generate_series(1, $1::int) as n where case_id = $2
""",
        number,
        one,
    )
    await by_owner(
        driver.pool,
        f"""
insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, request_digest)
select 'a' || n, 'c' || n, 1, {kind}, 'acc_1', now() - interval '1 hour', 'received', '{{}}', ''
from generate_series(1, $1::int) as n
""",  # noqa: S608 - of the test itself
        number,
    )


async def test_two_sweepers_share_what_waits_and_neither_does_what_the_other_does(
    driver: Driver, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have cases in hand at the same time, which the barrier shows."""
    monkeypatch.setattr(sweeping, "A_ROUND", 8)
    await many_waiting(driver, 64)
    both_at_work = asyncio.Barrier(16)
    async with await open_pool(database_url) as other_pool:
        engines = [Counting(pool, driver.temporal, "none", both_at_work) for pool in (driver.pool, other_pool)]
        async with (
            asyncio.timeout(60),
            beside(Sweeper(driver.pool, engines[0], every=0.01).run()),
            beside(Sweeper(other_pool, engines[1], every=0.01).run()),
        ):
            while await driver.pool.fetchval("select exists (select from acts where delivered_at is null)"):
                continue
            while await driver.pool.fetchval("select exists (select from sweeps)"):
                continue
    assert len(engines[0].handed_over) == len(engines[1].handed_over) == 32
    assert set((engines[0].handed_over + engines[1].handed_over).values()) == {1}


async def test_what_a_dead_worker_had_in_hand_is_the_others_when_its_lease_ends(driver: Driver) -> None:
    await many_waiting(driver, 3)
    dead, alive = Sweeps(driver.pool, 1.0), Sweeps(driver.pool, 1.0)
    assert len((await dead.claim(PEOPLE, START, 10)).cases) == 3
    assert (await alive.claim(PEOPLE, START, 10)).cases == []
    await driver.pool.execute("update sweeps set until = until - $1::interval", LEASE)
    assert sorted((await alive.claim(PEOPLE, START, 10)).cases) == ["c1", "c2", "c3"]
    await dead.renew(["c1", "c2", "c3"])
    holders = await driver.pool.fetch("select distinct holder from sweeps")
    assert len(holders) == 1, "what it lost it does not get back"
    assert (await dead.claim(PEOPLE, START, 10)).cases == []


async def test_a_case_in_hand_stays_in_hand_however_long_the_engine_takes(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(sweeping, "LEASE", timedelta(seconds=0.6))
    await many_waiting(driver, 1)
    engine = Counting(driver.pool, driver.temporal, "none", asyncio.Barrier(2))
    async with asyncio.timeout(60), beside(Sweeper(driver.pool, engine, every=0.01).run()):
        while not await driver.pool.fetchval("select exists (select from sweeps)"):
            continue
        before = await driver.pool.fetchval("select until from sweeps")
        while await driver.pool.fetchval("select until from sweeps") == before:
            continue
        await engine.together.wait()
        while await driver.pool.fetchval("select exists (select from sweeps)"):
            continue
    assert engine.handed_over == {"c1": 1}


@pytest.mark.parametrize(("lane", "index"), [(PEOPLE, "acts_waiting_people"), (NOTICES, "acts_waiting_notices")])
async def test_each_lane_finds_what_it_seeks_in_order_by_an_index_of_its_own(
    driver: Driver, lane: Lane, index: str
) -> None:
    """However much waits in the other lane, and however much is done. Of a few rows PostgreSQL would sort all."""
    async with driver.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off; set local enable_bitmapscan = off")
        arguments = (timedelta(0), *START, 200, "somebody", LEASE)
        (plan,) = json.loads(await connection.fetchval(f"explain (format json) {lane.claimed}", *arguments))
    found = [node for node in nodes_of(plan["Plan"]) if node.get("Relation Name") == "acts_current"]
    assert index in {node.get("Index Name") for node in found}
    (limited,) = (node for node in nodes_of(plan["Plan"]) if node["Node Type"] == "Limit")
    assert "Sort" not in {node["Node Type"] for node in nodes_of(limited)}


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes_of(each)


async def test_a_lane_goes_on_from_where_it_was(driver: Driver) -> None:
    await many_waiting(driver, 5)
    one = Sweeps(driver.pool, 1.0)
    first = await one.claim(PEOPLE, START, 3)
    rest = await one.claim(PEOPLE, first.last, 3)
    assert (len(first.cases), len(rest.cases)) == (3, 2)
    assert rest.last == START, "it has come to the end"
