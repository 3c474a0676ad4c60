"""Catalogue updates that a processing orders, through receipt, writer and engine, to a new version of the entry."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from temporalio.worker import Worker

from activities.engine.reconciling import reconcile
from activities.engine.sweeping import Sweeper
from models import events as e
from models.act_contents import Amendment, Measure
from models.entries import update_case_id
from rules.deadlines import to_shanghai
from rules.procedure_names import CATALOGUE_UPDATE
from tests.driving import WHATEVER_IS_ASKED, Driver
from tests.models.updates import EVERY_FIELD, answers_for
from tests.owning import by_owner

DATASETS = {
    "nanning": "nanning-transport-bus-lines",
    "yulin": "yulin-transport-rural-bus-lines",
    "guangzhou": "guangzhou-transport-metro-stations",
    "lianyungang": "lianyungang-transport-bus-lines",
    "nanjing": "nanjing-transport-ferry-and-bus-lines",
}
BUS_LINES = DATASETS["nanning"]
PROCESSED: Mapping[str, tuple[str, list[tuple[str, str]], tuple[str, str]]] = {
    "nanning": ("privacy", [("verification", "process")], ("processing", "reopen")),
    "yulin": ("privacy", [("verification", "process")], ("processing", "reopen")),
    "guangzhou": ("quality", [], ("verification", "process_and_reopen")),
    "lianyungang": ("error", [("forwarding", "forward")], ("handling", "correct")),
    "nanjing": (
        "error",
        [("forwarding", "forward"), ("department_review", "correct"), ("telling_correction", "tell")],
        ("correction", "correct"),
    ),
}
"""City to a ground, the decisions that come first, and the one that says that the entry changes."""
LAST_WORD = {
    "nanning": "review",
    "yulin": "city_compilation",
    "guangzhou": "review",
    "lianyungang": "publication",
    "nanjing": "review",
}
"""City to the stage that publishes once every review has found for the draft."""
TITLE = {"zh": "公交线路（脱敏）", "en": "Bus lines, masked"}
ANSWERED_WITH_EACH_DRAFT = ("priority", "sharing_class")
"""What an entry says because its draft answers it, as the driver answers."""


async def ordered(driver: Driver, city: str = "nanning", **more: Any) -> str:
    """The update that an objection orders by its processing, as the receipt of that decision leaves it."""
    ground, decisions, reopening = PROCESSED[city]
    evidence = 0 if ground == "error" else 1
    more.setdefault("dataset_id", DATASETS[city])
    case_id = await driver.object_to(city, ground, evidence=evidence, hand_over=False, **more)
    for stage, outcome in decisions:
        assert await driver.decide(case_id, stage, outcome, hand_over=False) == "accepted"
    received_at = (await driver.state(case_id)).received_at
    assert received_at
    measure = Measure(processed_on=to_shanghai(received_at).date(), entry_changes=True)
    assert await driver.decide(case_id, *reopening, hand_over=False, measure=measure) == "accepted"
    return update_case_id(case_id)


async def submitted(driver: Driver, update: str, **draft: object) -> None:
    """The provider submits a draft that states this, of the class that the data has; in Nanjing it reports it too."""
    assert await submitting(driver, update, **draft) == "accepted"
    if "report" in await open_stages(driver, update):
        assert await driver.decide(update, "report", "report") == "accepted"


async def submitting(driver: Driver, update: str, **draft: object) -> str:
    """The answer to such a draft."""
    dataset_id = (await driver.state(update)).dataset_id
    openness = await driver.pool.fetchval("select openness from datasets where dataset_id = $1", dataset_id)
    answers = answers_for(await driver.rules_of(update), {"openness": openness})
    measure = Measure(entry_fields=EVERY_FIELD | set(draft))
    amends = Amendment(choices=answers, given=frozenset(answers))
    told: dict[str, Any] = {"measure": measure, "amends": amends, "content": {"entry": draft}}
    given = WHATEVER_IS_ASKED | set(answers)
    return await driver.decide(update, "compilation", "submit", given=given, **told)


async def reviewed(driver: Driver, update: str) -> None:
    """Every review finds for the draft; whoever publishes it has not decided."""
    state = await driver.state(update)
    for stage in sorted(await open_stages(driver, update) - {LAST_WORD[state.city]}):
        done = Measure(processed_on=to_shanghai(state.at).date()) if stage == "processing_record" and state.at else None
        assert await driver.decide(update, stage, "pass", measure=done) == "accepted", stage
    assert await open_stages(driver, update) == {LAST_WORD[state.city]}


async def entry(driver: Driver, dataset_id: str = BUS_LINES) -> dict[str, Any]:
    """The entry as the catalogue has it now."""
    found: dict[str, Any] = json.loads(
        await driver.pool.fetchval("select entry from datasets where dataset_id = $1", dataset_id)
    )
    return found


async def versions(driver: Driver, dataset_id: str = BUS_LINES) -> list[tuple[int, str | None]]:
    """The number of each version and the case that made it."""
    rows = await driver.pool.fetch(
        "select number, case_id from dataset_versions where dataset_id = $1 order by number", dataset_id
    )
    return [(row["number"], row["case_id"]) for row in rows]


async def ended(driver: Driver, case_id: str) -> str:
    """What the workflow returned."""
    result: str = await driver.temporal.get_workflow_handle(case_id).result(rpc_timeout=timedelta(seconds=20))
    return result


async def agree(driver: Driver) -> list[str]:
    """Where log, read model and engine differ."""
    return [f"{each.case_number}: {each.what}" async for each in reconcile(driver.pool, driver.temporal)]


async def open_stages(driver: Driver, case_id: str) -> set[str]:
    return {task.stage for task in (await driver.state(case_id)).open_tasks()}


@pytest.mark.parametrize("city", sorted(PROCESSED))
async def test_the_update_is_open_with_the_decision_that_orders_it_and_needs_no_engine(
    driver: Driver, city: str
) -> None:
    update = await ordered(driver, city)
    row = await driver.pool.fetchrow(
        "select case_number, procedure, dataset_id, received_at from cases where case_id = $1", update
    )
    assert row
    assert (row["procedure"], row["dataset_id"]) == (CATALOGUE_UPDATE, DATASETS[city])
    assert "-CU-" in row["case_number"]
    cause = await driver.state(update.removesuffix("-entry"))
    assert cause.ordered
    assert row["received_at"] == cause.ordered.at
    assert await open_stages(driver, update) == {"compilation"}


async def test_the_update_says_which_case_ordered_it_and_by_whom(driver: Driver) -> None:
    update = await ordered(driver)
    state = await driver.state(update)
    assert state.caused_by == update.removesuffix("-entry")
    assert state.party == "acc_nanning.transport_1"
    assert state.choices == {"trigger": "processing"}


async def test_a_processing_that_leaves_the_entry_as_it_was_opens_nothing(driver: Driver) -> None:
    case_id = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False, dataset_id=BUS_LINES)
    await driver.decide(case_id, "verification", "process", hand_over=False)
    today = (await driver.state(case_id)).received_at
    assert today
    measure = Measure(processed_on=to_shanghai(today).date())
    assert await driver.decide(case_id, "processing", "reopen", hand_over=False, measure=measure) == "accepted"
    assert not await driver.pool.fetchval("select exists (select from cases where procedure = 'catalogue_update')")


async def test_the_clock_of_nanjing_is_set_with_the_decision_that_orders_the_update(driver: Driver) -> None:
    update = await ordered(driver, "nanjing")
    clock = (await driver.task(update, "compilation")).clock
    assert clock.period == "15wd"
    assert clock.due_at
    due = await driver.pool.fetchval("select due_at from tasks where case_id = $1 and stage = 'compilation'", update)
    assert due == clock.due_at


async def test_the_sweeper_tells_the_engine_of_an_update_that_nobody_handed_over(
    driver: Driver, worker: Worker
) -> None:
    update = await ordered(driver)
    await by_owner(driver.pool, "update acts set received_at = received_at - interval '1 minute'")
    await Sweeper(driver.pool, driver.engine).sweep()
    described = await driver.temporal.get_workflow_handle(update).describe()
    assert described.workflow_type == "CatalogueUpdate"
    assert await agree(driver) == []


@pytest.mark.parametrize("city", sorted(PROCESSED))
async def test_what_was_reviewed_is_the_entry_and_a_version_names_the_case(
    driver: Driver, worker: Worker, city: str
) -> None:
    update = await ordered(driver, city)
    before = await entry(driver, DATASETS[city])
    for case_id in (update.removesuffix("-entry"), update):
        await driver.engine.hand_over(case_id, driver.patience)
    await submitted(driver, update, title=TITLE)
    await reviewed(driver, update)
    assert await versions(driver, DATASETS[city]) == []
    assert await driver.decide(update, LAST_WORD[city], "publish") == "accepted"
    assert await ended(driver, update) == "published"
    after = await entry(driver, DATASETS[city])
    assert after["title"] == TITLE
    stays = before.keys() - {"title", *ANSWERED_WITH_EACH_DRAFT}
    assert {name: after.get(name) for name in stays} == {name: before[name] for name in stays}
    assert await versions(driver, DATASETS[city]) == [(1, None), (2, update)]
    assert await agree(driver) == []


async def test_the_version_before_the_first_update_is_kept_as_it_was(driver: Driver, worker: Worker) -> None:
    before = await entry(driver)
    update = await ordered(driver)
    await driver.engine.hand_over(update, driver.patience)
    await submitted(driver, update, title=TITLE)
    await reviewed(driver, update)
    await driver.decide(update, "review", "publish")
    rows = await driver.pool.fetch("select entry, published_at from dataset_versions order by number")
    assert [json.loads(row["entry"])["title"] for row in rows] == [before["title"], TITLE]
    published = (await driver.state(update)).published
    assert published
    assert [row["published_at"] for row in rows] == [None, published.at]


async def test_a_returned_draft_is_not_published_and_the_next_one_is(driver: Driver, worker: Worker) -> None:
    update = await ordered(driver)
    await driver.engine.hand_over(update, driver.patience)
    await submitted(driver, update, title={"zh": "不完整", "en": "Incomplete"}, domain=TITLE)
    await reviewed(driver, update)
    assert await driver.decide(update, "review", "return", given=()) == "RequirementMissing"
    assert await driver.decide(update, "review", "return") == "accepted"
    assert await open_stages(driver, update) == {"compilation"}
    await submitted(driver, update, title=TITLE)
    await reviewed(driver, update)
    assert await driver.decide(update, "review", "publish") == "accepted"
    after = await entry(driver)
    assert after["title"] == TITLE
    assert after["domain"] != TITLE, "what the returned draft stated and the published one does not is not taken over"
    assert await versions(driver) == [(1, None), (2, update)]
    assert await ended(driver, update) == "published"
    assert await agree(driver) == []


async def test_items_that_a_draft_drops_are_no_items_of_the_dataset_any_more(driver: Driver, worker: Worker) -> None:
    update = await ordered(driver)
    await driver.engine.hand_over(update, driver.patience)
    left = (await entry(driver))["items"][:1]
    await submitted(driver, update, items=left)
    await reviewed(driver, update)
    assert await driver.decide(update, "review", "publish") == "accepted"
    items = await driver.pool.fetchval("select items from datasets where dataset_id = $1", BUS_LINES)
    assert items == [item["item"] for item in left]


async def test_a_draft_without_an_entry_is_refused_and_leaves_nothing(driver: Driver, worker: Worker) -> None:
    update = await ordered(driver)
    await driver.engine.hand_over(update, driver.patience)
    assert await driver.decide(update, "compilation", "submit", given={"reason"}) == "RequirementMissing"
    assert (await driver.state(update)).draft is None


async def test_one_update_follows_another_and_the_versions_form_one_line(driver: Driver, worker: Worker) -> None:
    made = []
    for number, title in enumerate(({"zh": "一", "en": "One"}, {"zh": "二", "en": "Two"})):
        update = await ordered(driver, party=f"acc_objector_{number}")
        await driver.engine.hand_over(update, driver.patience)
        await submitted(driver, update, title=title)
        await reviewed(driver, update)
        assert await driver.decide(update, "review", "publish") == "accepted"
        made.append(update)
    assert await versions(driver) == [(1, None), (2, made[0]), (3, made[1])]
    assert (await entry(driver))["title"]["en"] == "Two"


async def test_a_decision_that_is_received_twice_orders_one_update(driver: Driver) -> None:
    case_id = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False, dataset_id=BUS_LINES)
    await driver.decide(case_id, "verification", "process", hand_over=False)
    received_at = (await driver.state(case_id)).received_at
    assert received_at
    again: dict[str, Any] = {
        "act_id": str(uuid.uuid4()),
        "hand_over": False,
        "measure": Measure(processed_on=to_shanghai(received_at).date(), entry_changes=True),
    }
    assert await driver.decide(case_id, "processing", "reopen", **again) == "accepted"
    assert await driver.decide(case_id, "processing", "reopen", **again) == "accepted"
    assert await driver.pool.fetchval("select count(*) from cases where procedure = 'catalogue_update'") == 1
    assert [type(event) for event in await driver.events(case_id)].count(e.EntryChangeOrdered) == 1


async def test_of_two_updates_of_one_entry_the_second_waits_for_its_turn(driver: Driver, worker: Worker) -> None:
    first = await ordered(driver, party="acc_first")
    second = await ordered(driver, party="acc_second")
    assert (await driver.state(second)).behind == first
    for update in (first, second):
        await driver.engine.hand_over(update, driver.patience)
    assert await open_stages(driver, second) == {"compilation"}, "its clock runs, and its provider knows"
    assert await submitting(driver, second, title=TITLE) == "NotItsTurn"
    await submitted(driver, first, title=TITLE)
    await reviewed(driver, first)
    assert await driver.decide(first, "review", "publish") == "accepted"
    await driver.engine.hand_over(second, driver.patience)
    assert await open_stages(driver, second) == {"compilation"}
    await submitted(driver, second, domain=TITLE)
    await reviewed(driver, second)
    assert await driver.decide(second, "review", "publish") == "accepted"
    after = await entry(driver)
    assert (after["title"], after["domain"]) == (TITLE, TITLE)
    assert await versions(driver) == [(1, None), (2, first), (3, second)]


async def test_an_entry_is_not_published_while_another_objection_keeps_the_data_back(
    driver: Driver, worker: Worker
) -> None:
    update = await ordered(driver, dataset_id=BUS_LINES)
    await driver.engine.hand_over(update, driver.patience)
    objection = await driver.object_to(
        "nanning", "trade_secret", evidence=1, party="acc_other", dataset_id=BUS_LINES, hand_over=False
    )
    await driver.engine.hand_over(update, driver.patience)
    await submitted(driver, update, title=TITLE)
    await reviewed(driver, update)
    assert await driver.decide(update, "review", "publish") == "DataIsRestricted"
    assert await driver.decide(objection, "suspension", "keep_open", hand_over=False) == "accepted"
    await driver.engine.hand_over(update, driver.patience)
    await reviewed(driver, update)
    assert await driver.decide(update, "review", "publish") == "accepted"
