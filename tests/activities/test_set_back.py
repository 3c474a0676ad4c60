"""PostgreSQL comes back from a backup that is older than the engine: it is told by name, and `restore` mends it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.worker import Worker

from activities.database import Pool, open_pool
from activities.engine.reconciling import of_the_other_side, reconcile
from activities.engine.restoring import NothingToRestore, restore, restore_one
from activities.engine.sweeping import Sweeper
from activities.record.append import Append
from activities.record.failing import Why, failing
from models import acts as a
from models.messages import Write
from stack.postgres import Login, Postgres
from tests.driving import AT, Driver
from tests.owning import by_owner
from worker import build_worker

GRANTING = (("authority_review", "pass"), ("provider_review", "pass"))
SIGNING = (("provider_signature", "sign"), ("applicant_signature", "sign"))


class Database:
    """A database of which copies are kept, and which is set back to one of them."""

    def __init__(self, server: asyncpg.Connection, url: str) -> None:
        self._server = server
        self._name = url.rsplit("/", 1)[1].partition("?")[0]
        self.url = url
        self.copies: list[str] = []

    async def copy(self, pool: Pool) -> str:
        """A backup: the database as it stands, whose connections are given back for that."""
        await pool.expire_connections()
        copy = f"copy_{uuid.uuid4().hex}"
        await self._alone()
        await self._server.execute(f"create database {copy} template {self._name}")
        self.copies.append(copy)
        return copy

    async def set_back(self, copy: str) -> None:
        await self._server.execute(f"drop database {self._name} with (force)")
        await self._server.execute(f"create database {self._name} template {copy} owner {Login.OWNER}")

    async def _alone(self) -> None:
        await self._server.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", self._name
        )


@pytest.fixture
async def database(postgres_server: Postgres, database_url: str) -> AsyncIterator[Database]:
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    made = Database(server, database_url)
    yield made
    for copy in made.copies:
        await server.execute(f"drop database {copy} with (force)")
    await server.close()


@asynccontextmanager
async def working(temporal: Client, url: str, task_queue: str) -> AsyncIterator[Driver]:
    """A worker and whoever drives cases, on connections of their own, as after a start."""
    pool = await open_pool(url)
    try:
        async with build_worker(temporal, pool, task_queue):
            yield Driver(pool, temporal, task_queue)
    finally:
        pool.terminate()


async def differences(driver: Driver) -> dict[str, list[str]]:
    """By case, what differs; but for what waits to be delivered."""
    found: dict[str, list[str]] = {}
    async for each in reconcile(driver.pool, driver.temporal):
        found.setdefault(each.case_id, []).append(each.what)
    return found


async def sweep(driver: Driver) -> None:
    await by_owner(
        driver.pool, "update acts set received_at = received_at - interval '5 seconds' where delivered_at is null"
    )
    await Sweeper(driver.pool, driver.engine).sweep()


async def test_a_case_that_is_ahead_of_its_log_is_named_restored_and_goes_on_to_its_end(
    database: Database, temporal: Client, task_queue: str
) -> None:
    async with working(temporal, database.url, task_queue) as driver:
        case_id = await driver.file("nanning")
        act = str(uuid.uuid4())
        assert await driver.decide(case_id, "formal_review", "pass", act_id=act, hand_over=False) == "received"
        copy = await database.copy(driver.pool)
    async with working(temporal, database.url, task_queue) as driver:
        await driver.engine.hand_over(case_id, driver.patience)
        assert await driver.decide(case_id, "provider_review", "agree") == "accepted"
        ahead = await driver.types(case_id)
    await database.set_back(copy)
    async with working(temporal, database.url, task_queue) as driver:
        (told,) = (await differences(driver))[case_id]
        assert told.startswith(f"engine: ahead of the log: it knows {len(ahead)} events, of which the log of 2 ")
        # The act is received again, and the engine remembers it: nobody is told that it was accepted.
        await driver.engine.hand_over(case_id, driver.patience)
        assert (await driver.pool.fetchval("select state from acts where act_id = $1", act)) == "received"
        assert (await failing(driver.pool))[Why.ENGINE_AHEAD] == 1

        restored = await restore(driver.pool, driver.engine)

        assert (restored.cases, restored.failed, restored.ahead) == (1, {}, (case_id,))
        await driver.engine.hand_over(case_id, driver.patience)
        assert (await driver.pool.fetchval("select state from acts where act_id = $1", act)) == "accepted"
        assert await differences(driver) == {}
        assert await failing(driver.pool) == dict.fromkeys(Why, 0)
        for stage, outcome in (("provider_review", "agree"), ("approval", "approve"), *SIGNING):
            assert await driver.decide(case_id, stage, outcome) == "accepted"
        assert await temporal.get_workflow_handle(case_id).result() == "granted"
        assert await restore(driver.pool, driver.engine) == restored.__class__(1, {})  # the grant, a case of its own


async def test_nobody_is_refused_by_a_case_that_knows_what_the_log_does_not(
    database: Database, temporal: Client, task_queue: str
) -> None:
    """To the engine the task is decided; to everybody else it lies open."""
    async with working(temporal, database.url, task_queue) as driver:
        case_id = await driver.file("nanning")
        copy = await database.copy(driver.pool)
    async with working(temporal, database.url, task_queue) as driver:
        assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    await database.set_back(copy)
    async with working(temporal, database.url, task_queue) as driver:
        assert await driver.decide(case_id, "formal_review", "return") == "received"
        assert (await failing(driver.pool))[Why.ENGINE_AHEAD] == 1
        assert await restore_one(driver.pool, driver.engine, case_id)
        await driver.engine.hand_over(case_id, driver.patience)
        assert "resubmission" in [task.stage for task in (await driver.state(case_id)).open_tasks()]
        assert await differences(driver) == {}


async def test_a_log_set_back_and_grown_again_is_not_taken_for_the_one_that_was(
    database: Database, temporal: Client, task_queue: str
) -> None:
    async with working(temporal, database.url, task_queue) as driver:
        case_id = await driver.file("nanning")
        act = str(uuid.uuid4())
        assert await driver.decide(case_id, "formal_review", "pass", act_id=act, hand_over=False) == "received"
        copy = await database.copy(driver.pool)
    async with working(temporal, database.url, task_queue) as driver:
        await driver.engine.hand_over(case_id, driver.patience)
        known = await driver.state(case_id)
    await database.set_back(copy)
    async with working(temporal, database.url, task_queue) as driver:
        # The act waits, so these are not judged at receipt; the log grows by what another process writes.
        await driver.pool.execute("update acts set state = 'accepted' where act_id = $1", act)
        for _ in range(known.number - 2):
            assert await driver.on_task(a.Claim, case_id, "formal_review") == "accepted"
            await driver.on_task(a.Release, case_id, "formal_review")
        await by_owner(driver.pool, "update acts set state = 'received' where act_id = $1", act)
        assert (await driver.state(case_id)).number >= known.number
        door = Append(driver.pool, driver.log, driver.clock)
        tail = await door.append(Write(case_id=case_id, after=known.number, events=(), known_at=known.at))
        assert tail.ahead
        await driver.engine.hand_over(case_id, driver.patience)
        assert (await driver.pool.fetchval("select state from acts where act_id = $1", act)) == "received"
        (told,) = [what for what in (await differences(driver))[case_id] if what.startswith("engine:")]
        assert "ahead of the log" in told


async def test_several_cases_are_restored_at_once_and_those_in_step_are_left_alone(
    database: Database, temporal: Client, task_queue: str
) -> None:
    async with working(temporal, database.url, task_queue) as driver:
        granted, closed, quiet = [await driver.file("yulin") for _ in range(3)]
        for stage, outcome in (*GRANTING, SIGNING[0]):
            assert await driver.decide(granted, stage, outcome) == "accepted"
        copy = await database.copy(driver.pool)
    async with working(temporal, database.url, task_queue) as driver:
        assert await driver.decide(granted, *SIGNING[1]) == "accepted"
        await sweep(driver)
        access = await driver.pool.fetchval("select case_id from cases where procedure = 'access'")
        assert (await temporal.get_workflow_handle(access).describe()).status is WorkflowExecutionStatus.RUNNING
        assert await driver.decide(closed, "provider_review", "refuse") == "accepted"
        assert await temporal.get_workflow_handle(closed).result() == "refused"
        later = await driver.file("yulin")
    await database.set_back(copy)
    before = (await temporal.get_workflow_handle(quiet).describe()).run_id
    async with working(temporal, database.url, task_queue) as driver:
        found = await differences(driver)
        assert set(found) == {granted, closed}
        assert found[granted][0].startswith("engine: COMPLETED, by the log open")
        assert found[closed][0].startswith("engine: COMPLETED, by the log open")
        without_log = await listed(driver, {access, later})

        restored = await restore(driver.pool, driver.engine)

        assert (restored.cases, restored.failed, set(restored.without_log)) == (3, {}, without_log)
        assert await differences(driver) == {}
        assert (await temporal.get_workflow_handle(quiet).describe()).run_id == before
        for case_id in (access, later):
            assert not await restore_one(driver.pool, driver.engine, case_id)
            status = (await temporal.get_workflow_handle(case_id).describe()).status
            assert status is WorkflowExecutionStatus.TERMINATED
        assert await driver.decide(granted, *SIGNING[1]) == "accepted"
        assert await temporal.get_workflow_handle(granted).result() == "granted"
        await sweep(driver)
        assert await differences(driver) == {}


async def listed(driver: Driver, expected: set[str]) -> set[str]:
    """The cases without a log, once the engine's own lists have them, which are a moment behind."""
    async with asyncio.timeout(30):
        while True:
            found = {each.case_id async for each in of_the_other_side(driver.pool, driver.temporal, driver.task_queue)}
            if found == expected:
                return found
            await asyncio.sleep(0.1)


async def test_an_access_case_that_is_ahead_of_its_log_is_restored_and_ends_as_it_should(
    database: Database, temporal: Client, task_queue: str
) -> None:
    async with working(temporal, database.url, task_queue) as driver:
        case_id = await driver.file("yulin")
        for stage, outcome in (*GRANTING, *SIGNING):
            assert await driver.decide(case_id, stage, outcome) == "accepted"
        await sweep(driver)
        access = await driver.pool.fetchval("select case_id from cases where procedure = 'access'")
        copy = await database.copy(driver.pool)
    async with working(temporal, database.url, task_queue) as driver:
        withdrawn = a.Restrict(
            id=str(uuid.uuid4()),
            case_id=access,
            by=a.Actor(account="case:another"),
            received_at=AT,
            by_case="another",
            restriction="withdrawal",
            data_items=("one_of_many",),
        )
        assert await driver.do(withdrawn) == "accepted"
    await database.set_back(copy)
    async with working(temporal, database.url, task_queue) as driver:
        (told,) = (await differences(driver))[access]
        assert "ahead of the log" in told
        assert (await restore(driver.pool, driver.engine)).ahead == (access,)
        assert await differences(driver) == {}
        renounce = a.Renounce(id=str(uuid.uuid4()), case_id=access, by=a.Actor(account="acc_applicant"), received_at=AT)
        assert await driver.do(renounce) == "accepted"
        assert await temporal.get_workflow_handle(access).result() == "renounced"


async def test_a_case_that_time_moves_is_named_when_its_log_lacks_what_it_knows(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    door = Append(driver.pool, driver.log, driver.clock)
    for write in (
        Write(case_id=case_id, after=7, events=()),
        Write(case_id="no such case", after=1, events=()),
    ):
        assert (await door.append(write)).ahead
    rows = await driver.pool.fetch("select case_id, act_id, why from failures order by case_id")
    assert {(row["case_id"], row["act_id"], row["why"]) for row in rows} == {
        (case_id, "", "engine_ahead"),
        ("no such case", "", "engine_ahead"),
    }
    assert (await failing(driver.pool))[Why.ENGINE_AHEAD] == 1, "of what has no log, nothing would ever say it is over"


@pytest.mark.parametrize("all_cases", [True, False])
async def test_a_case_that_time_moves_no_longer_fails_once_it_is_restored(
    driver: Driver, worker: Worker, all_cases: bool
) -> None:
    """Its log may not grow for months."""
    case_id = await driver.file("nanning")
    door = Append(driver.pool, driver.log, driver.clock)
    assert (await door.append(Write(case_id=case_id, after=7, events=()))).ahead
    assert (await failing(driver.pool))[Why.ENGINE_AHEAD] == 1

    if all_cases:
        assert (await restore(driver.pool, driver.engine)).failed == {}
    else:
        assert await restore_one(driver.pool, driver.engine, case_id)

    assert await failing(driver.pool) == dict.fromkeys(Why, 0)


async def test_a_case_that_nobody_knows_is_not_restored(driver: Driver) -> None:
    with pytest.raises(NothingToRestore):
        await restore_one(driver.pool, driver.engine, "no such case")
