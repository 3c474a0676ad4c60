"""The way to the engine behind the answers: one hand-over of a case at a time, no more cases than the bound, and
nothing that is lost."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.worker import Worker

from activities.engine.handing_over import Engine
from activities.engine.sweeping import Sweeper
from activities.record.inbox import ActReceived
from api.courier import Courier
from models import acts as a
from tests.driving import AT, Driver


class Told(OutboundInterceptor):
    """Of an engine that begins no case before it is let."""

    def __init__(self, then: OutboundInterceptor, way: Way) -> None:
        super().__init__(then)
        self._way = way

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        self._way.told.append(f"start {input.id}")
        self._way.begun.set()
        await self._way.is_free.wait()
        return await super().start_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:  # noqa: A002
        self._way.told.append(f"act {input.update_id}")
        return await super().start_workflow_update(input)


class Way(Interceptor):
    """What goes to the engine, in its order."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.begun = asyncio.Event()
        self.is_free = asyncio.Event()

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return Told(next, self)


@pytest.fixture
def way() -> Way:
    return Way()


@pytest.fixture
def engine(driver: Driver, temporal: Client, way: Way) -> Engine:
    config = temporal.config()
    config["interceptors"] = [way]
    return Engine(driver.pool, Client(**config), driver.task_queue)


@pytest.fixture
async def courier(driver: Driver, engine: Engine) -> AsyncIterator[Courier]:
    courier = Courier(engine, driver.patience, most=2)
    yield courier
    await courier.finish(timedelta(0))


async def passed(driver: Driver, case_id: str) -> ActReceived:
    """The first decision on a request, as its receipt leaves it."""
    task = await driver.task(case_id, "formal_review")
    said = {"id": str(uuid.uuid4()), "case_id": case_id, "by": driver.officer_of(task, "1"), "received_at": AT}
    return await driver.receive(a.Decide.model_validate({**said, "task_id": task.task_id, "outcome": "pass"}))


async def state(driver: Driver, act: ActReceived) -> str:
    return str(await driver.pool.fetchval("select state from acts where act_id = $1", act.act_id))


async def untold(driver: Driver) -> list[str]:
    rows = await driver.pool.fetch("select act_id from acts where delivered_at is null order by act_id")
    return [row["act_id"] for row in rows]


async def test_an_act_before_its_case_is_in_the_engine_is_told_after_it_and_neither_twice(
    driver: Driver, worker: Worker, courier: Courier, way: Way
) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    courier.send(case_id)
    await way.begun.wait()
    decided = await passed(driver, case_id)
    answered = asyncio.create_task(courier.send_and_wait(case_id, decided.all_to_tell))
    await asyncio.sleep(0.1)
    assert way.told == [f"start {case_id}"]

    way.is_free.set()
    await answered

    assert way.told == [f"start {case_id}", f"act {decided.act_id}"]
    assert await state(driver, decided) == "accepted"


async def test_an_act_for_which_many_ask_is_told_once(
    driver: Driver, worker: Worker, courier: Courier, way: Way
) -> None:
    way.is_free.set()
    case_id = await driver.file("nanning")
    decided = await passed(driver, case_id)
    assert decided.all_to_tell is not None

    await asyncio.gather(*(courier.send_and_wait(case_id, decided.all_to_tell) for _ in range(6)))

    assert way.told == [f"act {decided.act_id}"]
    assert await state(driver, decided) == "accepted"


async def test_more_cases_than_the_bound_are_left_to_the_sweeper(
    driver: Driver, worker: Worker, courier: Courier, way: Way
) -> None:
    driver.clock.shift = timedelta(minutes=-1)  # long enough ago to be overlooked
    cases = [await driver.file("nanning", hand_over=False) for _ in range(3)]
    courier.send(*cases)
    way.is_free.set()
    await courier.finish()

    assert way.told == [f"start {case_id}" for case_id in cases[:2]]
    assert await untold(driver) == [f"{cases[2]}.file"]
    await Sweeper(driver.pool, driver.engine).sweep()
    assert await untold(driver) == []


async def test_an_act_for_which_somebody_waits_is_told_however_many_cases_are_under_way(
    driver: Driver, worker: Worker, courier: Courier, way: Way
) -> None:
    case_id = await driver.file("nanning")
    courier.send(*[await driver.file("nanning", hand_over=False) for _ in range(2)])
    decided = await passed(driver, case_id)

    await courier.send_and_wait(case_id, decided.all_to_tell)

    assert await state(driver, decided) == "accepted"


async def test_what_is_under_way_when_the_service_ends_waits_in_the_inbox(
    driver: Driver, courier: Courier, way: Way
) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    courier.send(case_id)
    async with asyncio.timeout(10):
        await courier.finish(timedelta(milliseconds=100))

    assert await untold(driver) == [f"{case_id}.file"]


async def test_a_round_that_goes_wrong_ends_no_other(
    driver: Driver, worker: Worker, courier: Courier, way: Way
) -> None:
    way.is_free.set()
    never_taken = "no text of PostgreSQL \x00"
    await courier.send_and_wait(never_taken)
    await courier.send_and_wait(never_taken)

    case_id = await driver.file("nanning", hand_over=False)
    await courier.send_and_wait(case_id)

    assert await untold(driver) == []
