"""The way from the inbox to the engine: in order, once, and never more than the log holds."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    TerminateWorkflowInput,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from activities.database import Pool
from activities.engine.handing_over import Engine
from models import acts as a
from models.granting import access_case_id
from tests.driving import AT, PATIENCE, Driver
from tests.owning import by_owner
from worker import build_worker

TO_A_GRANT = (
    *(("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve")),
    *(("provider_signature", "sign"), ("applicant_signature", "sign")),
)


async def waiting(driver: Driver) -> int:
    return int(await driver.pool.fetchval("select count(*) from acts where delivered_at is null"))


async def test_acts_that_wait_are_delivered_in_the_order_of_their_receipt(
    driver: Driver, temporal: Client, pool: Pool, task_queue: str
) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    await driver.decide(case_id, "formal_review", "pass", hand_over=False)
    withdrawal = a.Withdraw(id="w", case_id=case_id, by=a.Actor(account="acc_applicant"), received_at=AT)
    assert await driver.do(withdrawal, hand_over=False) == "received"
    async with build_worker(temporal, pool, task_queue):
        await driver.engine.hand_over(case_id, driver.patience)
    types = await driver.types(case_id)
    assert types.index("TaskDecided") < types.index("Withdrawn")
    assert await waiting(driver) == 0


async def test_an_act_that_comes_after_the_end_is_told_so(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    task = await driver.task(case_id, "formal_review")
    assert await driver.by_applicant(a.Withdraw, case_id) == "accepted"
    late = a.Decide(
        id=str(uuid.uuid4()),
        case_id=case_id,
        by=driver.officer_of(task, "1"),
        received_at=AT,
        task_id=task.task_id,
        outcome="pass",
    )
    assert await driver.do(late) == "CaseClosed"
    assert await waiting(driver) == 0


async def test_many_who_hand_over_one_case_at_once_deliver_each_act_once(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    await driver.decide(case_id, "formal_review", "pass", hand_over=False)
    await asyncio.gather(*(driver.engine.hand_over(case_id, driver.patience) for _ in range(6)))
    assert (await driver.types(case_id)).count("TaskDecided") == 1
    assert await waiting(driver) == 0


async def test_an_act_that_the_log_does_not_hold_is_not_called_accepted(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    act = str(uuid.uuid4())
    assert await driver.decide(case_id, "formal_review", "pass", act_id=act) == "accepted"
    # PostgreSQL comes back from a backup that is older than the engine.
    await by_owner(driver.pool, "delete from events where number > 2")
    await driver.pool.execute("update cases set number = 2, engine_number = 2")
    await by_owner(driver.pool, "update acts set state = 'received', delivered_at = null where act_id = $1", act)
    await driver.engine.hand_over(case_id, driver.patience)
    row = await driver.pool.fetchrow("select state, delivered_at from acts where act_id = $1", act)
    assert row
    assert (row["state"], row["delivered_at"]) == ("received", None)


class Telling(OutboundInterceptor):
    """Says when an update goes to the engine."""

    def __init__(self, then: OutboundInterceptor, begun: asyncio.Event) -> None:
        super().__init__(then)
        self._begun = begun

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:  # noqa: A002
        self._begun.set()
        return await super().start_workflow_update(input)


class Delivering(Interceptor):
    """Of a client whose updates can be waited for."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return Telling(next, self.begun)


class Falling(OutboundInterceptor):
    """Of an engine whose host falls with the first update that it was given: whoever asks what became of it hears that
    there is none."""

    def __init__(self, then: OutboundInterceptor) -> None:
        super().__init__(then)
        self._fallen = False

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:  # noqa: A002
        if not self._fallen:
            self._fallen = True
            raise RPCError("update not found", RPCStatusCode.NOT_FOUND, b"")
        return await super().start_workflow_update(input)


class WithAHostThatFalls(Interceptor):
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return Falling(next)


async def test_an_end_that_falls_with_a_host_of_the_engine_is_told_again(
    driver: Driver, worker: Worker, temporal: Client
) -> None:
    case_id = await driver.file("nanning")
    for stage, outcome in TO_A_GRANT:
        assert await driver.decide(case_id, stage, outcome) == "accepted"
    access = access_case_id(case_id)
    await driver.engine.hand_over(access, driver.patience)
    renounce = a.Renounce(id=str(uuid.uuid4()), case_id=access, by=a.Actor(account="acc_applicant"), received_at=AT)
    assert await driver.do(renounce, hand_over=False) == "accepted"
    config = temporal.config()
    config["interceptors"] = [WithAHostThatFalls()]
    engine = Engine(driver.pool, Client(**config), driver.task_queue)
    await engine.hand_over(access, driver.patience)
    assert await waiting(driver) == 1, "the log is closed, and the engine does not know"
    await engine.hand_over(access, driver.patience)
    assert await temporal.get_workflow_handle(access).result() == "renounced"
    assert await waiting(driver) == 0


class Late(OutboundInterceptor):
    """Of an engine that a case reaches late: something else happens before."""

    def __init__(self, then: OutboundInterceptor, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__(then)
        self._meanwhile = meanwhile

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        await self._meanwhile()
        return await super().start_workflow(input)


class ThatIsReachedLate(Interceptor):
    def __init__(self, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._meanwhile = meanwhile

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return Late(next, self._meanwhile)


async def test_a_case_that_is_closed_while_it_enters_the_engine_does_not_stay_there(
    driver: Driver, worker: Worker, temporal: Client
) -> None:
    case_id = await driver.file("nanning")
    for stage, outcome in TO_A_GRANT:
        assert await driver.decide(case_id, stage, outcome) == "accepted"
    access = access_case_id(case_id)
    renounce = a.Renounce(id=str(uuid.uuid4()), case_id=access, by=a.Actor(account="acc_applicant"), received_at=AT)
    config = temporal.config()
    config["interceptors"] = [ThatIsReachedLate(lambda: driver.do(renounce))]
    await Engine(driver.pool, Client(**config), driver.task_queue).hand_over(access, driver.patience)
    assert await waiting(driver) == 0
    described = await temporal.get_workflow_handle(access).describe()
    assert described.status is not WorkflowExecutionStatus.RUNNING


class Failing(Late):
    """Reached late as well, and its host falls with the first call that ends a case: whoever made it hears so."""

    def __init__(self, then: OutboundInterceptor, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__(then, meanwhile)
        self._fallen = False

    async def terminate_workflow(self, input: TerminateWorkflowInput) -> None:  # noqa: A002
        if not self._fallen:
            self._fallen = True
            raise RPCError("its host fell", RPCStatusCode.UNAVAILABLE, b"")
        await super().terminate_workflow(input)


class WithoutAnAnswer(Late):
    """What happens meanwhile comes first; the case gets there, and whoever brought it does not hear so."""

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        await super().start_workflow(input)
        raise RPCError("the answer was lost", RPCStatusCode.UNAVAILABLE, b"")


@dataclass
class Reached(Interceptor):
    """An engine that is reached in one of these ways."""

    by: type[Late]
    meanwhile: Callable[[], Awaitable[object]]

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return self.by(next, self.meanwhile)


@pytest.mark.parametrize("by", [Failing, WithoutAnAnswer])
async def test_a_case_closed_on_its_way_is_told_so_again_after_a_host_fell(
    by: type[Late], driver: Driver, worker: Worker, temporal: Client
) -> None:
    case_id = await driver.file("nanning")
    for stage, outcome in TO_A_GRANT:
        assert await driver.decide(case_id, stage, outcome) == "accepted"
    access = access_case_id(case_id)
    renounce = a.Renounce(id=str(uuid.uuid4()), case_id=access, by=a.Actor(account="acc_applicant"), received_at=AT)
    config = temporal.config()
    config["interceptors"] = [Reached(by, lambda: driver.do(renounce))]
    await Engine(driver.pool, Client(**config), driver.task_queue).hand_over(access, driver.patience)
    described = await temporal.get_workflow_handle(access).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    assert await waiting(driver) == 1, "others had found nobody to tell"
    await driver.engine.hand_over(access, driver.patience)
    described = await temporal.get_workflow_handle(access).describe()
    assert described.status is not WorkflowExecutionStatus.RUNNING
    assert await waiting(driver) == 0


async def test_who_is_told_to_stop_while_an_act_is_being_delivered_stops(driver: Driver, temporal: Client) -> None:
    case_id = await driver.file("nanning")
    await driver.decide(case_id, "formal_review", "pass", hand_over=False)
    delivering = Delivering()
    config = temporal.config()
    config["interceptors"] = [delivering]
    engine = Engine(driver.pool, Client(**config), driver.task_queue)
    handing_over = asyncio.create_task(engine.hand_over(case_id, PATIENCE))
    await delivering.begun.wait()  # and no worker answers
    handing_over.cancel()
    await asyncio.wait([handing_over])
    assert handing_over.cancelled()
    assert await waiting(driver) == 1
