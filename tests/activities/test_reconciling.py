"""`kaifang reconcile` finds what does not agree with the log, and nothing where all agree."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.worker import Worker

from activities.engine.reconciling import Wanted, agrees, batches, listed_among, of_the_other_side, reconcile
from activities.engine.restoring import Restored, restore
from models import acts as a
from models.act_contents import Amendment
from tests.driving import Driver
from tests.owning import by_owner, owner_of


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
        ("update cases set city = 'yulin'", "cases:"),
        ("update tasks set urgings = 1", "tasks:"),
        ("""update tasks set clock = clock || '{"period": "9wd"}'""", "tasks:"),
        ("update acts set state = 'refused'", "acts:"),
        (
            "update acts set delivered_at = null, received_at = received_at - interval '2 minutes' where kind = 'file'",
            "acts:",
        ),
        ("delete from tasks", "tasks:"),
    ],
)
async def test_a_read_model_that_says_something_else_is_named(
    driver: Driver, worker: Worker, tampering: str, named: str
) -> None:
    await driver.file("nanning")
    await by_owner(driver.pool, tampering)
    assert [what.split(" ")[0] for what in await differences(driver)] == [named]


async def test_an_open_case_that_the_engine_does_not_have_is_named_until_it_is_restored(
    driver: Driver, worker: Worker
) -> None:
    await driver.file("nanning", hand_over=False)
    await by_owner(driver.pool, "update acts set delivered_at = received_at")
    assert [what.split(":")[0] for what in await differences(driver)] == ["engine"]
    assert await restore(driver.pool, driver.engine) == Restored(1, {})
    assert await differences(driver) == []


async def test_a_case_that_is_being_filed_is_no_difference_until_it_was_overlooked(driver: Driver) -> None:
    await driver.file("nanning", hand_over=False)
    assert await differences(driver) == []
    await by_owner(driver.pool, "update acts set received_at = received_at - interval '2 minutes'")
    assert [what.split(":")[0] for what in await differences(driver)] == ["acts", "engine"]


async def test_what_was_taken_of_a_grant_is_compared_too(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    await by_owner(
        driver.pool,
        "insert into curtailments (case_id, city, dataset_id, grant_case_id, effect, data_items, body, stage, outcome, "
        "source, article, basis, since) select case_id, city, dataset_id, case_id, 'close', '{}', 'nanning.transport', "
        "'verification', 'close', 'measures', '27.2', 'law', received_at from cases",
    )
    assert await differences(driver) == ["curtailments: the log knows nothing of it"], case_id


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
        ("update objections set upheld = true", "objections:"),
        ("delete from objections", "objections:"),
    ],
)
async def test_data_that_is_served_although_the_log_keeps_it_back_is_named(
    driver: Driver, worker: Worker, tampering: str, named: str
) -> None:
    await driver.object_to("nanning", "privacy", evidence=1)
    assert await differences(driver) == []
    await by_owner(driver.pool, tampering)
    assert [what.split(" ")[0] for what in await differences(driver)] == [named]


async def test_what_another_case_keeps_back_without_a_log_that_says_so_is_named(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    await driver.pool.execute(
        "insert into restrictions (case_id, dataset_id, kind, data_items, since) "
        "values ($1, 'nanning-transport-bus-lines', 'hold', '{}', clock_timestamp())",
        case_id,
    )
    assert [what.split(" ")[0] for what in await differences(driver)] == ["restrictions:"]


async def test_a_grant_that_gives_more_than_the_log_is_named(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("yulin")
    for stage, outcome in (("authority_review", "pass"), ("provider_review", "pass")):
        await driver.decide(case_id, stage, outcome)
    for stage in ("provider_signature", "applicant_signature"):
        await driver.decide(case_id, stage, "sign")
    # The access case that it opened waits for the sweeper, which does not run here.
    assert [what for what in await differences(driver) if not what.startswith("engine:")] == []
    await by_owner(
        driver.pool, "update grants set data_items = array['more'], valid_until = valid_until + interval '1 day'"
    )
    assert "grants: data_items, valid_until" in await differences(driver)


async def test_a_message_about_an_unknown_task_and_one_never_handed_out_are_named(
    driver: Driver, worker: Worker
) -> None:
    case_id = await driver.file("nanning")
    put = (
        "insert into messages (message_id, account_id, kind, case_id, task_id, facts, created_at, handed_out_at) "
        "select $1, account_id, 'task_opened', $2, $3, '{}', clock_timestamp() - interval '2 minutes', $4 "
        "from accounts limit 1"
    )
    task = await driver.task(case_id, "formal_review")
    await driver.pool.execute("update messages set handed_out_at = created_at")
    await driver.pool.execute(put, "m1", case_id, task.task_id, task.opened_at)
    assert await differences(driver) == []
    await driver.pool.execute(put, "m2", case_id, "no such task", task.opened_at)
    await driver.pool.execute(put, "m3", case_id, task.task_id, None)
    assert await differences(driver) == [
        "messages: 1 are about a task that the log does not know",
        "messages: 1 are not handed out",
    ]


async def test_an_engine_that_shows_another_due_instant_than_the_log_is_named(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    await driver.decide(case_id, "formal_review", "pass")
    assert await differences(driver) == []
    await by_owner(
        driver.pool,
        "update events set event = jsonb_set(event, '{clock,due_at}', '\"2030-01-01T00:00:00Z\"') "
        "where type = 'TaskOpened' and event ->> 'stage' = 'provider_review'",
    )
    tasks, engine = await differences(driver)
    assert tasks.startswith("tasks:")
    assert engine.startswith("engine: shows provider_review due ")


async def test_a_case_that_runs_in_the_engine_without_a_log_is_named(driver: Driver, worker: Worker) -> None:
    case_id, other = await driver.file("nanning"), await driver.file("nanning")

    async def unknown() -> list[str]:
        return [each.case_id async for each in of_the_other_side(driver.pool, driver.temporal, driver.task_queue)]

    assert await unknown() == []
    async with owner_of(driver.pool) as connection, connection.transaction():
        for table in ("messages", "acts", "events", "tasks", "cases"):
            await connection.execute(f"delete from {table} where case_id = $1", case_id)  # noqa: S608 - constants
    async with asyncio.timeout(30):
        # The engine's own lists are a moment behind.
        while True:
            if (found := await unknown()) == [case_id]:
                break
            assert other not in found
            await asyncio.sleep(0.1)


async def test_batches_hold_every_wanted_case_once_and_draw_the_sample_among_the_open(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = sorted([await driver.file("nanning", hand_over=False) for _ in range(5)])
    other = await driver.file("yulin", hand_over=False)
    monkeypatch.setattr("activities.engine.reconciling.A_BATCH", 2)
    monkeypatch.setattr("activities.engine.reconciling.A_PAGE", 3)

    async def of(wanted: Wanted) -> tuple[list[str], int]:
        found = [batch async for batch in batches(driver.pool, wanted)]
        assert all(len(batch.cases) <= 2 and batch.drawn <= set(batch.cases) for batch in found)
        return [each for batch in found for each in batch.cases], sum(len(batch.drawn) for batch in found)

    assert await of(Wanted()) == (sorted([*cases, other]), 6)
    assert await of(Wanted(city="yulin", sample=0)) == ([other], 0)
    assert await of(Wanted(city="nanning", sample=3)) == (cases, 3)
    now = await driver.pool.fetchval("select clock_timestamp()")
    assert await of(Wanted(since=now)) == ([], 0)
    assert await driver.on_task(a.Claim, cases[3], "formal_review") == "accepted"
    assert await of(Wanted(since=now)) == ([cases[3]], 1)


async def test_a_log_that_cannot_be_read_is_named_and_hides_no_other(driver: Driver) -> None:
    case_id, _ = [await driver.file("nanning", hand_over=False) for _ in range(2)]
    await by_owner(driver.pool, "update events set event = '{}' where case_id = $1", case_id)
    await by_owner(driver.pool, "update tasks set round = 7")
    found = [
        (each.case_id == case_id, each.what.split(":")[0]) async for each in reconcile(driver.pool, driver.temporal)
    ]
    assert sorted(found) == [(False, "tasks"), (True, "events")]


async def test_the_history_of_a_case_that_agrees_is_read_where_it_was_drawn_alone(
    driver: Driver, worker: Worker
) -> None:
    """A claim shows in no list of the engine: only the history says that the engine is ahead."""
    case_id = await driver.file("nanning")
    await driver.decide(case_id, "formal_review", "pass")
    await in_step_with_its_list(driver, case_id)
    await by_owner(driver.pool, "update events set at = at - interval '1 day' where case_id = $1", case_id)
    assert [each async for each in reconcile(driver.pool, driver.temporal, Wanted(sample=0))] == []
    (told,) = await differences(driver)
    assert told.startswith("engine: ahead of the log")


async def in_step_with_its_list(driver: Driver, case_id: str) -> None:
    """The engine's own lists are a moment behind."""
    async with asyncio.timeout(30):
        while True:
            listed = await listed_among(driver.temporal, [case_id])
            if agrees(listed.get(case_id), await driver.state(case_id)):
                return
            await asyncio.sleep(0.05)
