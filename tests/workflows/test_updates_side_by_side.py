"""Updates of one entry that come at once, late, twice, or beside what an objection keeps back."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from temporalio.worker import Worker

from activities.engine.sweeping import Sweeper
from models import acts as a
from models.entries import update_case_id
from models.gate import DatasetFacts, Question, Reason, decide
from rules.procedure_names import CATALOGUE_UPDATE
from tests.archiving import archive_as_if_they_ended_long_ago
from tests.driving import Driver
from tests.owning import by_owner
from tests.proof.tampering import found as tampered
from tests.workflows.test_catalogue_updates import (
    BUS_LINES,
    TITLE,
    agree,
    entry,
    open_stages,
    reviewed,
    submitted,
    versions,
)
from tests.workflows.test_updates_and_grants import conditional_dataset, drafted, update_under_way

OTHER: dict[str, Any] = {"choices": {"trigger": "other"}, "given": ("trigger",)}


async def other_update(driver: Driver, dataset_id: str = BUS_LINES, **more: Any) -> str:
    """An update for another reason."""
    return await driver.file("nanning", procedure=CATALOGUE_UPDATE, dataset_id=dataset_id, **OTHER, **more)


async def gate_says(driver: Driver, dataset_id: str, *items: str) -> Reason:
    """The gate's answer for open data, by the rows that it reads."""
    row = await driver.pool.fetchrow("select openness, items from datasets where dataset_id = $1", dataset_id)
    assert row
    kept = await driver.restrictions(dataset_id)
    facts = DatasetFacts(
        row["openness"], tuple(row["items"]), tuple((each.kind.value, each.items) for each in kept.values())
    )
    now = await driver.pool.fetchval("select clock_timestamp()")
    return decide(Question(dataset_id, items), facts, None, now)


async def test_of_many_updates_that_are_filed_at_once_one_goes_first_and_each_has_its_turn(
    driver: Driver, worker: Worker
) -> None:
    updates = await asyncio.gather(*(other_update(driver, party=f"acc_{number}") for number in range(6)))
    waiting = {update for update in updates if (await driver.state(update)).behind}
    assert len(waiting) == len(updates) - 1
    done: list[str] = []
    while len(done) < len(updates):
        (turn,) = [update for update in updates if update not in done and not (await driver.state(update)).behind]
        await submitted(driver, turn, title={"zh": f"第{len(done)}", "en": f"Number {len(done)}"})
        await reviewed(driver, turn)
        assert await driver.decide(turn, "review", "publish") == "accepted"
        done.append(turn)
        for update in updates:
            await driver.engine.hand_over(update, driver.patience)
    assert await versions(driver) == [(1, None), *enumerate(done, 2)]
    assert (await entry(driver))["title"]["en"] == f"Number {len(done) - 1}"
    assert await agree(driver) == []


async def test_an_update_that_is_given_up_lets_the_next_one_go_on(driver: Driver, worker: Worker) -> None:
    first, second = await other_update(driver), await other_update(driver)
    assert await driver.decide(first, "compilation", "abandon") == "accepted"
    await driver.engine.hand_over(second, driver.patience)
    assert await open_stages(driver, second) == {"compilation"}
    assert await versions(driver) == []


async def test_a_turn_of_which_the_engine_was_not_told_is_taken_when_the_sweeper_comes(
    driver: Driver, worker: Worker
) -> None:
    first, second = await other_update(driver), await other_update(driver)
    assert await driver.decide(first, "compilation", "abandon") == "accepted"
    kinds = await driver.pool.fetch("select kind from acts where case_id = $1 order by seq", second)
    assert [row["kind"] for row in kinds] == ["file", "take_turn"], "it is there with the end of the first"
    await by_owner(driver.pool, "update acts set received_at = received_at - interval '1 minute'")
    await Sweeper(driver.pool, driver.engine).sweep()
    assert await open_stages(driver, second) == {"compilation"}


async def test_a_publication_that_is_delivered_twice_makes_one_version(driver: Driver, worker: Worker) -> None:
    update = await other_update(driver)
    await submitted(driver, update, title=TITLE)
    await reviewed(driver, update)
    act_id = str(uuid.uuid4())
    assert await driver.decide(update, "review", "publish", act_id=act_id) == "accepted"
    await driver.pool.execute("update acts set delivered_at = null where act_id = $1", act_id)
    await driver.engine.hand_over(update, driver.patience)
    assert await driver.decide(update, "review", "publish", act_id=act_id) == "accepted"
    assert await versions(driver) == [(1, None), (2, update)]


async def test_an_update_published_before_it_heard_of_the_next_one_lets_that_go_on(
    driver: Driver, worker: Worker
) -> None:
    first = await other_update(driver)
    await submitted(driver, first, title=TITLE)
    await reviewed(driver, first)
    assert await driver.decide(first, "review", "publish", hand_over=False) == "received"
    second = await other_update(driver, hand_over=False)
    assert (await driver.state(second)).behind == first
    await driver.engine.hand_over(first, driver.patience)
    await driver.engine.hand_over(second, driver.patience)
    assert await open_stages(driver, second) == {"compilation"}


async def test_data_held_under_an_item_that_an_earlier_publication_renames_is_not_served(
    driver: Driver, worker: Worker
) -> None:
    items = (await entry(driver))["items"]
    renamed = [{**items[0], "item": "renamed"}, *items[1:]]
    update = await update_under_way(driver, BUS_LINES)
    await drafted(driver, update, "unconditional", items=renamed)
    assert await driver.decide(update, "review", "publish", hand_over=False) == "received"
    objection = await driver.object_to(
        "nanning", "privacy", evidence=1, party="acc_later", dataset_id=BUS_LINES, items=(items[0]["item"],),
        hand_over=False,
    )  # fmt: skip
    assert await gate_says(driver, BUS_LINES, items[0]["item"]) is Reason.HELD

    await driver.engine.hand_over(update, driver.patience)

    assert (await driver.state(update)).published, "it was received before the objection"
    assert await gate_says(driver, BUS_LINES, "renamed") is Reason.HELD
    assert await driver.decide(objection, "suspension", "keep_open", hand_over=False) == "accepted"
    assert await gate_says(driver, BUS_LINES, "renamed") is Reason.UNCONDITIONAL


@pytest.mark.parametrize("archived", [False, True])
async def test_what_is_withdrawn_while_a_reopening_is_under_review_stays_withdrawn(
    driver: Driver, worker: Worker, *, archived: bool
) -> None:
    dataset_id = await conditional_dataset(driver)
    earlier = await withdrawn(driver, dataset_id, "acc_earlier")
    update = await driver.file(
        "nanning",
        procedure=CATALOGUE_UPDATE,
        dataset_id=dataset_id,
        choices={"trigger": "reopening"},
        given=("trigger",),
    )
    await drafted(driver, update, "conditional", title=TITLE)
    later = await withdrawn(driver, dataset_id, "acc_later")
    await driver.engine.hand_over(update, driver.patience)
    if archived:
        assert await archive_as_if_they_ended_long_ago(driver.pool) == 2

    assert await driver.decide(update, "review", "publish") == "accepted"

    assert set(await driver.restrictions(dataset_id)) == {later}
    assert (await driver.state(earlier)).strongest_restriction is None
    assert (await driver.types(earlier))[-1] == "DataRestored"
    waits = "select case_id from cases where archived_at is null and closed_at is not null order by received_at"
    assert earlier in [row["case_id"] for row in await driver.pool.fetch(waits)], "what was added goes there too"
    assert await gate_says(driver, dataset_id) is Reason.WITHDRAWN
    await by_owner(
        driver.pool, "update cases set closed_at = closed_at + interval '400 days' where archived_at is not null"
    )
    assert await agree(driver) == []
    assert await tampered(driver.pool) == []


async def withdrawn(driver: Driver, dataset_id: str, party: str) -> str:
    """An objection that has withdrawn a dataset and is closed."""
    objection = await driver.object_to("nanning", "privacy", evidence=1, party=party, dataset_id=dataset_id)
    assert await driver.decide(objection, "verification", "withdraw") == "accepted"
    assert (await driver.state(objection)).closed
    return objection


async def test_a_restriction_received_before_a_publication_stops_it(driver: Driver, worker: Worker) -> None:
    update = await update_under_way(driver, BUS_LINES)
    await drafted(driver, update, "unconditional", title=TITLE)
    await driver.object_to("nanning", "privacy", evidence=1, party="acc_other", dataset_id=BUS_LINES, hand_over=False)
    act_id = str(uuid.uuid4())
    assert await driver.decide(update, "review", "publish", act_id=act_id, hand_over=False) == "received"
    await driver.engine.hand_over(update, driver.patience)
    problem = await driver.pool.fetchval("select problem ->> 'code' from acts where act_id = $1", act_id)
    assert problem == "DataIsRestricted"
    assert await versions(driver) == []


async def test_a_demand_is_told_when_the_publication_was_received(driver: Driver, worker: Worker) -> None:
    demand = await driver.file("guangzhou", procedure="demand", given=("statement",))
    assert await driver.decide(demand, "assessment", "agree") == "accepted"
    update = update_case_id(demand)
    await driver.engine.hand_over(update, driver.patience)
    await drafted(driver, update, "unconditional", title=TITLE, items=(await entry(driver))["items"])
    assert await driver.decide(update, "review", "publish", hand_over=False) == "received"
    received_at = (await driver.waiting_act(update)).received_at

    await driver.engine.hand_over(update, driver.patience)

    told = await driver.waiting_act(demand)
    assert isinstance(told, a.EntryIsPublished)
    assert told.received_at > received_at
    assert told.published_at == received_at
