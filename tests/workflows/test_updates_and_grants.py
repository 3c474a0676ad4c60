"""A grant and a publication that change the same data meanwhile: whichever is worked off first, the record is right."""

from __future__ import annotations

from typing import Any

from temporalio.worker import Worker

from models.act_contents import Amendment, Measure
from models.granting import access_case_id
from tests.driving import WHATEVER_IS_ASKED, Driver
from tests.models.updates import EVERY_FIELD, answers_for
from tests.workflows.test_catalogue_updates import agree, entry, ordered, reviewed


async def conditional_dataset(driver: Driver) -> str:
    """A conditional dataset of Nanning's transport department."""
    found: str = await driver.pool.fetchval(
        "select dataset_id from datasets where provider = 'nanning.transport' and openness = 'conditional' order by 1"
    )
    return found


async def update_under_way(driver: Driver, dataset_id: str) -> str:
    """An update that an objection has ordered, known to the engine."""
    update = await ordered(driver, dataset_id=dataset_id)
    for case_id in (update.removesuffix("-entry"), update):
        await driver.engine.hand_over(case_id, driver.patience)
    return update


async def drafted(driver: Driver, update: str, openness: str, **draft: Any) -> None:
    """A draft of that class is submitted and reviewed; nobody has decided about its publication."""
    answers = answers_for(await driver.rules_of(update), {"openness": openness})
    items = tuple(each["item"] for each in draft.get("items", ()))
    told: dict[str, Any] = {
        "measure": Measure(entry_fields=EVERY_FIELD, entry_items=items),
        "amends": Amendment(choices=answers, given=frozenset(answers)),
        "content": {"entry": draft},
    }
    given = WHATEVER_IS_ASKED | set(answers)
    assert await driver.decide(update, "compilation", "submit", given=given, **told) == "accepted"
    await reviewed(driver, update)


async def request_before_the_last_signature(driver: Driver, dataset_id: str, items: tuple[str, ...] = ()) -> str:
    request = await driver.file("nanning", dataset_id=dataset_id, items=items)
    for stage, outcome in (
        ("formal_review", "pass"),
        ("provider_review", "agree"),
        ("approval", "approve"),
        ("provider_signature", "sign"),
    ):
        assert await driver.decide(request, stage, outcome) == "accepted", stage
    return request


async def gate_knows(driver: Driver, access: str) -> str | None:
    """How the gate's row of a grant ended."""
    ended: str | None = await driver.pool.fetchval("select ended from grants where case_id = $1", access)
    return ended


async def test_what_was_signed_before_its_data_was_closed_is_granted_and_then_ends(
    driver: Driver, worker: Worker
) -> None:
    dataset_id = await conditional_dataset(driver)
    update = await update_under_way(driver, dataset_id)
    await drafted(driver, update, "closed", basis={"zh": "某法", "en": "Some law"})
    request = await request_before_the_last_signature(driver, dataset_id)
    assert await driver.decide(request, "applicant_signature", "sign", hand_over=False) == "received"

    assert await driver.decide(update, "review", "publish") == "accepted"
    await driver.engine.hand_over(request, driver.patience)

    assert (await driver.state(request)).closed == "granted"
    access = access_case_id(request)
    await driver.engine.hand_over(access, driver.patience)
    assert (await driver.state(access)).closed == "data_closed"
    assert await gate_knows(driver, access) == "data_closed"
    assert [event.by_case for event in await driver.events(access) if event.type == "AccessEnded"] == [update]
    assert await agree(driver) == []


async def test_what_was_signed_before_its_items_were_dropped_loses_those_alone(driver: Driver, worker: Worker) -> None:
    dataset_id = await conditional_dataset(driver)
    items = (await entry(driver, dataset_id))["items"]
    first, second = items[0]["item"], items[1]["item"]
    update = await update_under_way(driver, dataset_id)
    await drafted(driver, update, "conditional", items=items[:1])
    both = await request_before_the_last_signature(driver, dataset_id, (first, second))
    kept = await request_before_the_last_signature(driver, dataset_id, (first,))
    gone = await request_before_the_last_signature(driver, dataset_id, (second,))
    for request in (both, kept, gone):
        assert await driver.decide(request, "applicant_signature", "sign", hand_over=False) == "received"

    assert await driver.decide(update, "review", "publish") == "accepted"
    for request in (both, kept, gone):
        await driver.engine.hand_over(request, driver.patience)
        await driver.engine.hand_over(access_case_id(request), driver.patience)

    states = [await driver.state(access_case_id(request)) for request in (both, kept, gone)]
    assert [state.closed for state in states] == [None, None, "items_removed"]
    assert [state.entry_items for state in states] == [(first,), None, (first,)]
    assert await agree(driver) == []


async def test_a_grant_hears_nothing_of_an_update_that_changes_nothing_for_it(driver: Driver, worker: Worker) -> None:
    dataset_id = await conditional_dataset(driver)
    update = await update_under_way(driver, dataset_id)
    await drafted(driver, update, "conditional", title={"zh": "新", "en": "New"})
    assert await driver.decide(update, "review", "publish") == "accepted"
    request = await request_before_the_last_signature(driver, dataset_id)
    assert await driver.decide(request, "applicant_signature", "sign") == "accepted"
    access = access_case_id(request)
    kinds = await driver.pool.fetch("select kind from acts where case_id = $1", access)
    assert [row["kind"] for row in kinds] == ["file"]
    assert await gate_knows(driver, access) is None
