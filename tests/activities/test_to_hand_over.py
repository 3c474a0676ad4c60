"""What is to be handed over: the receipt names every case that an act concerns, and the engine's judgement likewise."""

from __future__ import annotations

import uuid
from typing import Any

from temporalio.worker import Worker

from activities.record.inbox import ActReceived
from models import acts as a
from models.act_contents import Measure
from models.entries import update_case_id
from models.granting import access_case_id
from rules.deadlines import to_shanghai
from tests.driving import AT, WHATEVER_IS_ASKED, Driver
from tests.workflows.test_catalogue_updates import TITLE, entry
from tests.workflows.test_updates_and_grants import (
    conditional_dataset,
    drafted,
    request_before_the_last_signature,
    update_under_way,
)
from tests.workflows.test_updates_side_by_side import other_update


async def received(driver: Driver, case_id: str, stage: str, outcome: str, **more: Any) -> ActReceived:
    """A decision as its receipt leaves it."""
    task = await driver.task(case_id, stage)
    by = await driver.party_or_officer(case_id, task, "1")
    said = {"id": str(uuid.uuid4()), "case_id": case_id, "by": by, "received_at": AT, "task_id": task.task_id}
    act = a.Decide.model_validate({**said, "outcome": outcome, "given": WHATEVER_IS_ASKED, **more})
    return await driver.receive(await driver.signing(act))


async def stored(driver: Driver, act: ActReceived) -> a.Act:
    """As the inbox has it."""
    return a.ACT.validate_json(await driver.pool.fetchval("select act from acts where act_id = $1", act.act_id))


async def open_request(driver: Driver) -> str:
    """A request that the engine has, on the data that is objected to here."""
    return await driver.file("nanning")


async def test_a_filing_names_its_case_and_whoever_wants_the_data_that_it_holds_back(
    driver: Driver, worker: Worker
) -> None:
    request = await open_request(driver)
    objection = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)

    assert driver.filed
    assert driver.filed.to_hand_over == (objection, request)


async def test_an_act_that_waits_for_the_engine_names_its_own_case(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)

    decided = await received(driver, case_id, "formal_review", "pass")

    assert (decided.state, decided.to_hand_over) == ("received", (case_id,))


async def test_an_act_is_all_there_is_to_tell_where_the_engine_knows_the_log(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    while_the_filing_waits = await received(driver, case_id, "formal_review", "pass")
    await driver.engine.hand_over(case_id, driver.patience)
    alone = await received(driver, case_id, "provider_review", "agree")
    assert alone.all_to_tell
    await driver.engine.deliver(alone.all_to_tell, driver.patience)
    assert await driver.on_task(a.Claim, case_id, "approval") == "accepted"
    after_a_claim_of_which_the_engine_has_not_heard = await received(driver, case_id, "approval", "approve")

    assert while_the_filing_waits.all_to_tell is None
    assert alone.all_to_tell == await stored(driver, alone)
    assert after_a_claim_of_which_the_engine_has_not_heard.all_to_tell is None


async def test_an_act_that_its_receipt_settles_for_good_names_no_case(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    task = await driver.task(case_id, "formal_review")
    said = {"id": "claim", "case_id": case_id, "by": driver.officer_of(task, "1"), "received_at": AT}

    claimed = await driver.receive(a.Claim(**said, task_id=task.task_id))

    assert (claimed.state, claimed.to_hand_over) == ("accepted", ())


async def test_a_decision_that_moves_data_names_its_case_and_whoever_wants_that_data(
    driver: Driver, worker: Worker
) -> None:
    request = await open_request(driver)
    objection = await driver.object_to("nanning", "privacy", evidence=1)
    await driver.engine.hand_over(request, driver.patience)

    suspended = await received(driver, objection, "suspension", "suspend")
    restored = await received(driver, objection, "verification", "restore")

    assert suspended.to_hand_over == (objection, request)
    assert restored.to_hand_over == (objection, request)


async def test_evidence_that_holds_data_back_names_whoever_wants_it(driver: Driver, worker: Worker) -> None:
    request = await open_request(driver)
    objection = await driver.object_to("nanning", "privacy")
    said = {"id": "files", "case_id": objection, "by": a.Actor(account="acc_objector"), "received_at": AT}

    added = await driver.receive(a.SubmitEvidence(**said, evidence=(await driver.upload("acc_objector"),)))

    assert added.to_hand_over == (objection, request)


async def test_a_processing_that_changes_the_entry_names_the_update_that_it_orders(
    driver: Driver, worker: Worker
) -> None:
    objection = await driver.object_to("nanning", "privacy", evidence=1)
    assert await driver.decide(objection, "verification", "process") == "accepted"
    filed = (await driver.events(objection))[0]
    measure = Measure(entry_changes=True, processed_on=to_shanghai(filed.at).date())

    processed = await received(driver, objection, "processing", "reopen", measure=measure)

    assert processed.to_hand_over == (objection, update_case_id(objection))


async def test_a_call_that_is_repeated_names_what_has_not_been_handed_over(driver: Driver, worker: Worker) -> None:
    request = await open_request(driver)
    objection = await driver.object_to("nanning", "privacy", evidence=1)
    await driver.engine.hand_over(request, driver.patience)

    first = await received(driver, objection, "suspension", "suspend", id="same")
    again = await received(driver, objection, "suspension", "suspend", id="same")
    for case_id in first.to_hand_over:
        await driver.engine.hand_over(case_id, driver.patience)
    at_last = await received(driver, objection, "suspension", "suspend", id="same")

    assert again.to_hand_over == first.to_hand_over == (objection, request)
    assert at_last.to_hand_over == ()


async def test_the_last_signature_concerns_the_access_case_once_the_engine_has_judged_it(
    driver: Driver, worker: Worker
) -> None:
    request = await request_before_the_last_signature(driver, await conditional_dataset(driver))

    signed = await received(driver, request, "applicant_signature", "sign")
    assert signed.to_hand_over == (request,)
    await driver.engine.hand_over(request, driver.patience)

    assert await driver.engine.concerned_by(request) == (access_case_id(request),)
    await driver.engine.hand_over(access_case_id(request), driver.patience)
    assert await driver.engine.concerned_by(request) == ()


async def test_a_yes_to_a_demand_concerns_the_update_that_it_orders(driver: Driver, worker: Worker) -> None:
    demand = await driver.file("guangzhou", procedure="demand", given=("statement",))

    assert await driver.decide(demand, "assessment", "agree") == "accepted"

    assert await driver.engine.concerned_by(demand) == (update_case_id(demand),)


async def test_a_publication_concerns_whoever_wants_the_data_and_the_next_in_turn(
    driver: Driver, worker: Worker
) -> None:
    dataset_id = await conditional_dataset(driver)
    request = await request_before_the_last_signature(driver, dataset_id)
    update = await update_under_way(driver, dataset_id)
    waiting = await other_update(driver, dataset_id)
    await drafted(driver, update, "closed", basis={"zh": "某法", "en": "Some law"})

    assert await driver.decide(update, "review", "publish") == "accepted"

    assert set(await driver.engine.concerned_by(update)) == {request, waiting}


async def test_a_publication_concerns_the_demand_for_which_it_was_ordered(driver: Driver, worker: Worker) -> None:
    demand = await driver.file("guangzhou", procedure="demand", given=("statement",))
    assert await driver.decide(demand, "assessment", "agree") == "accepted"
    update = update_case_id(demand)

    await driver.engine.hand_over(update, driver.patience)
    await drafted(driver, update, "unconditional", title=TITLE, items=(await entry(driver))["items"])
    assert await driver.decide(update, "review", "publish") == "accepted"

    assert await driver.engine.concerned_by(update) == (demand,)
