"""`kaifang reconcile` finds what does not agree with the log, and nothing where all agree."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.worker import Worker

from activities.reconciling import reconcile
from activities.restoring import Restored, restore
from models.acts import Amendment
from tests.driving import Driver


async def differences(driver: Driver) -> list[str]:
    return [difference.what async for difference in reconcile(driver.pool, driver.temporal)]


async def test_nothing_differs_when_nothing_was_tampered_with(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("yulin")
    for stage, outcome in (("authority_review", "pass"), ("provider_review", "pass")):
        await driver.decide(case_id, stage, outcome)
    assert await differences(driver) == []


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        ("update tasks set body = 'nanning.health'", "tasks:"),
        ("update tasks set due_at = due_at + interval '1 day'", "tasks:"),
        ("update cases set outcome = 'granted'", "cases:"),
        ("delete from tasks", "tasks:"),
    ],
)
async def test_a_read_model_that_says_something_else_is_named(
    driver: Driver, worker: Worker, tampering: str, named: str
) -> None:
    await driver.file("nanning")
    await driver.pool.execute(tampering)
    assert [what.split(" ")[0] for what in await differences(driver)] == [named]


async def test_an_open_case_that_the_engine_does_not_have_is_named_until_it_is_restored(
    driver: Driver, worker: Worker
) -> None:
    await driver.file("nanning", hand_over=False)
    assert [what.split(":")[0] for what in await differences(driver)] == ["engine"]
    assert await restore(driver.pool, driver.engine) == Restored(1, {})
    assert await differences(driver) == []


async def test_an_open_case_whose_workflow_was_terminated_is_named(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    await driver.temporal.get_workflow_handle(case_id).terminate("as an operator might")
    assert [what for what in await differences(driver) if what.startswith("engine: TERMINATED")]


@pytest.mark.parametrize("how", ["terminate", "cancel"])
async def test_an_open_case_that_somebody_ended_in_the_engine_is_restored_and_goes_on(
    driver: Driver, worker: Worker, how: str
) -> None:
    case_id = await driver.file("nanning")
    handle = driver.temporal.get_workflow_handle(case_id)
    await getattr(handle, how)()
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    await restore(driver.pool, driver.engine)
    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    assert await differences(driver) == []


async def test_nothing_differs_after_a_resubmission_of_another_urgency(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    await driver.decide(case_id, "formal_review", "return")
    urgent = Amendment(choices={"urgency": "urgent"})
    assert await driver.decide(case_id, "resubmission", "resubmit", amends=urgent) == "accepted"
    assert await differences(driver) == []


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        ("update restrictions set ended_at = since", "restrictions:"),
        ("update restrictions set data_items = array['name']", "restrictions:"),
        ("delete from restrictions", "restrictions:"),
        ("update objections set disputed = not disputed", "objections:"),
        ("delete from objections", "objections:"),
    ],
)
async def test_data_that_is_served_although_the_log_keeps_it_back_is_named(
    driver: Driver, worker: Worker, tampering: str, named: str
) -> None:
    await driver.object_to("nanning", "privacy", evidence=1)
    assert await differences(driver) == []
    await driver.pool.execute(tampering)
    assert [what.split(" ")[0] for what in await differences(driver)] == [named]


async def test_what_another_case_keeps_back_without_a_log_that_says_so_is_named(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    await driver.pool.execute(
        "insert into restrictions (case_id, dataset_id, kind, data_items, since) "
        "values ($1, 'nanning-transport-bus-lines', 'hold', '{}', clock_timestamp())",
        case_id,
    )
    assert [what.split(" ")[0] for what in await differences(driver)] == ["restrictions:"]
