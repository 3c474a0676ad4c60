"""Objections through receipt, writer and engine: what stops data waits for nobody, and the engine follows."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import Worker

from activities.engine.reconciling import reconcile
from activities.record.receipt_facts import ItemsAreGone
from models import acts as a
from models.act_contents import Measure
from models.granting import access_case_id
from models.restrictions import Restriction, RestrictionKind
from rules.deadlines import to_shanghai
from tests.driving import AT, Driver
from workflows.search_attributes import DUE_AT

HELD = Restriction(kind=RestrictionKind.HOLD)
SUSPENDED = Restriction(kind=RestrictionKind.SUSPENSION)
WITHDRAWN = Restriction(kind=RestrictionKind.WITHDRAWAL)
NANNING = "nanning-transport-example"


async def granted(driver: Driver, **more: object) -> str:
    """A request in Nanning that both have signed; its id."""
    case_id = await driver.file("nanning", choices={"access_mode": "api"}, **more)  # type: ignore[arg-type]  # passed on
    await agreed(driver, case_id)
    return case_id


async def agreed(driver: Driver, case_id: str) -> None:
    for stage, outcome in [("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve")]:
        assert await driver.decide(case_id, stage, outcome) == "accepted"
    for stage in ("provider_signature", "applicant_signature"):
        assert await driver.decide(case_id, stage, "sign") == "accepted"


async def ended(driver: Driver, case_id: str) -> str:
    """What the workflow returned."""
    result: str = await driver.temporal.get_workflow_handle(case_id).result(rpc_timeout=timedelta(seconds=20))
    return result


async def agree(driver: Driver) -> list[str]:
    """Where log, read model and engine differ."""
    return [f"{each.case_number}: {each.what}" async for each in reconcile(driver.pool, driver.temporal)]


async def test_without_any_engine_an_objection_with_evidence_holds_data_from_receipt(driver: Driver) -> None:
    case_id = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    assert await driver.restrictions(NANNING) == {case_id: HELD}


async def test_a_suspension_and_a_withdrawal_are_in_force_without_any_engine(driver: Driver) -> None:
    case_id = await driver.object_to("nanning", "other_right", hand_over=False)
    assert await driver.restrictions(NANNING) == {}
    assert await driver.decide(case_id, "suspension", "suspend", hand_over=False) == "accepted"
    assert await driver.restrictions(NANNING) == {case_id: SUSPENDED}
    assert await driver.decide(case_id, "verification", "withdraw", hand_over=False) == "accepted"
    assert await driver.restrictions(NANNING) == {case_id: WITHDRAWN}


async def test_what_receipts_decided_while_the_engine_was_away_it_learns_afterwards(
    driver: Driver, worker: Worker
) -> None:
    case_id = await driver.object_to("nanning", "privacy", evidence=1)
    assert await driver.decide(case_id, "suspension", "suspend", hand_over=False) == "accepted"
    assert await driver.decide(case_id, "verification", "restore", hand_over=False) == "accepted"
    await driver.engine.hand_over(case_id, driver.patience)
    assert await ended(driver, case_id) == "restored"
    assert await agree(driver) == []


async def test_an_objection_that_was_over_before_the_engine_heard_of_it_is_never_started(
    driver: Driver, worker: Worker
) -> None:
    case_id = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    assert await driver.decide(case_id, "verification", "restore", hand_over=False) == "accepted"
    await driver.engine.hand_over(case_id, driver.patience)
    assert not await driver.pool.fetchval("select exists (select from acts where delivered_at is null)")
    assert await agree(driver) == []


async def test_the_engine_counts_the_period_of_an_objection_and_says_when_it_has_passed(
    driver: Driver, worker: Worker
) -> None:
    case_id = await driver.object_to("guangzhou", "quality", evidence=1)
    clock = (await driver.task(case_id, "verification")).clock
    assert clock.period == "15wd"
    described = await driver.temporal.get_workflow_handle(case_id).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    assert described.typed_search_attributes.get(DUE_AT) == clock.due_at


async def test_data_is_served_again_only_when_no_case_holds_it(driver: Driver) -> None:
    first = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    second = await driver.object_to("nanning", "trade_secret", evidence=1, party="acc_other", hand_over=False)
    assert set(await driver.restrictions(NANNING)) == {first, second}
    await driver.decide(first, "verification", "restore", hand_over=False)
    assert set(await driver.restrictions(NANNING)) == {second}
    await driver.decide(second, "suspension", "keep_open", hand_over=False)
    assert await driver.restrictions(NANNING) == {}


async def test_a_second_objection_after_a_rejection_is_received_and_holds_nothing(driver: Driver) -> None:
    first = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    await driver.decide(first, "verification", "restore", hand_over=False)
    again = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    assert (await driver.state(again)).open_tasks()
    assert await driver.restrictions(NANNING) == {}
    other_person = await driver.object_to("nanning", "privacy", evidence=1, party="acc_other", hand_over=False)
    assert set(await driver.restrictions(NANNING)) == {other_person}


async def test_one_person_has_only_so_many_holds_open_and_may_object_all_the_same(driver: Driver) -> None:
    for n in range(3):
        await driver.object_to("nanning", "privacy", evidence=1, dataset_id=f"held-{n}", hand_over=False)
    fourth = await driver.object_to("nanning", "privacy", evidence=1, dataset_id="held-3", hand_over=False)
    assert await driver.restrictions("held-3") == {}
    assert "HoldWithheld" in await driver.types(fourth)


async def test_a_request_waits_while_its_data_is_held_and_is_granted_afterwards(driver: Driver, worker: Worker) -> None:
    request = await driver.file("nanning", choices={"access_mode": "api"})
    objection = await driver.object_to("nanning", "privacy", evidence=1)
    await driver.engine.hand_over(request, driver.patience)
    await agreed(driver, request)
    assert (await driver.state(request)).closed is None
    assert (await driver.state(request)).open_tasks() == []
    assert await driver.decide(objection, "suspension", "keep_open") == "accepted"
    await driver.engine.hand_over(request, driver.patience)
    assert (await driver.state(request)).closed == "granted"
    await driver.engine.hand_over(access_case_id(request), driver.patience)
    assert await agree(driver) == []


async def test_a_request_that_is_filed_while_its_data_is_held_knows_of_it(driver: Driver, worker: Worker) -> None:
    objection = await driver.object_to("nanning", "privacy", evidence=1, items=("name",))
    request = await driver.file("nanning", items=("name", "address"))
    assert set((await driver.state(request)).met_restrictions) == {objection}


async def test_a_hold_on_other_items_keeps_no_request_waiting(driver: Driver, worker: Worker) -> None:
    await driver.object_to("nanning", "privacy", evidence=1, items=("name",))
    assert (await driver.state(await granted(driver, items=("address",)))).closed == "granted"


async def test_what_was_signed_before_a_withdrawal_is_granted_and_ends_by_it(driver: Driver, worker: Worker) -> None:
    request = await driver.file("nanning", choices={"access_mode": "api"})
    for stage, outcome in [("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve")]:
        assert await driver.decide(request, stage, outcome) == "accepted"
    assert await driver.decide(request, "provider_signature", "sign") == "accepted"
    assert await driver.decide(request, "applicant_signature", "sign", hand_over=False) == "received"
    objection = await driver.object_to("nanning", "privacy", evidence=1)
    assert await driver.decide(objection, "verification", "withdraw") == "accepted"
    await driver.engine.hand_over(request, driver.patience)
    assert (await driver.state(request)).closed == "granted"
    access = access_case_id(request)
    await driver.engine.hand_over(access, driver.patience)
    assert (await driver.state(access)).closed == "data_withdrawn"


async def test_a_withdrawal_ends_grants_and_requests_and_the_record_says_by_which_case(
    driver: Driver, worker: Worker
) -> None:
    request = await granted(driver)
    access = access_case_id(request)
    await driver.engine.hand_over(access, driver.patience)
    running = await driver.file("nanning")
    objection = await driver.object_to("nanning", "privacy", evidence=1)
    assert await driver.decide(objection, "verification", "withdraw") == "accepted"
    for case_id in (access, running):
        await driver.engine.hand_over(case_id, driver.patience)
        assert (await driver.state(case_id)).closed == "data_withdrawn"
        assert set((await driver.state(case_id)).met_restrictions) == {objection}
    assert await driver.pool.fetchval("select ended from grants where case_id = $1", access) == "data_withdrawn"
    assert await agree(driver) == []


async def test_a_grant_on_other_items_outlives_a_withdrawal(driver: Driver, worker: Worker) -> None:
    request = await granted(driver, items=("name", "address"))
    access = access_case_id(request)
    objection = await driver.object_to("nanning", "privacy", evidence=1, items=("name",))
    assert await driver.decide(objection, "verification", "withdraw") == "accepted"
    await driver.engine.hand_over(access, driver.patience)
    assert (await driver.state(access)).closed is None
    assert (await driver.state(access)).met_restrictions[objection][0].data_items == ("name",)


async def test_reopening_after_a_processing_serves_the_data_again(driver: Driver) -> None:
    case_id = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    assert await driver.decide(case_id, "verification", "process", hand_over=False) == "accepted"
    assert await driver.restrictions(NANNING) == {case_id: SUSPENDED}
    today = (await driver.state(case_id)).received_at
    assert today
    measure = Measure(processed_on=to_shanghai(today).date())
    too_early = Measure(processed_on=date(2020, 1, 1))
    decide = ("processing", "reopen")
    refused = await driver.decide(case_id, *decide, hand_over=False, measure=too_early)
    assert refused == "ProcessedBeforeTheRestriction"
    assert await driver.restrictions(NANNING) == {case_id: SUSPENDED}
    assert await driver.decide(case_id, *decide, hand_over=False, measure=measure) == "accepted"
    assert await driver.restrictions(NANNING) == {}
    assert (await driver.state(case_id)).closed == "reopened"


@pytest.mark.parametrize("city", ["nanning", "yulin", "guangzhou", "lianyungang", "nanjing"])
async def test_evidence_that_comes_later_holds_the_data_from_its_receipt(driver: Driver, city: str) -> None:
    case_id = await driver.object_to(city, "privacy", hand_over=False)
    assert await driver.restrictions(f"{city}-transport-example") == {}
    file = await driver.upload("acc_objector")
    act = a.SubmitEvidence(
        id=str(uuid.uuid4()), case_id=case_id, by=a.Actor(account="acc_objector"), received_at=AT, evidence=(file,)
    )
    assert await driver.do(act, hand_over=False) == "accepted"
    assert await driver.restrictions(f"{city}-transport-example") == {case_id: HELD}


async def test_evidence_that_cannot_be_taken_is_left_unsubmitted(driver: Driver) -> None:
    case_id = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    await driver.decide(case_id, "verification", "restore", hand_over=False)
    file = await driver.upload("acc_objector")
    act = a.SubmitEvidence(
        id=str(uuid.uuid4()), case_id=case_id, by=a.Actor(account="acc_objector"), received_at=AT, evidence=(file,)
    )
    assert await driver.do(act, hand_over=False) == "CaseClosed"
    assert await driver.pool.fetchval("select case_id from evidence where evidence_id = $1", file) is None


async def test_a_revocation_ends_the_access_without_any_engine(driver: Driver, worker: Worker) -> None:
    access = access_case_id(await granted(driver))
    revoke = a.Revoke(
        id=str(uuid.uuid4()),
        case_id=access,
        by=a.Actor(account="acc_officer", body="nanning.transport"),
        received_at=AT,
        given=frozenset({"reason"}),
    )
    assert await driver.do(revoke, hand_over=False) == "accepted"
    assert await driver.pool.fetchval("select ended from grants where case_id = $1", access) == "revoked"


async def test_an_act_that_this_version_cannot_read_leaves_those_behind_it_received(driver: Driver) -> None:
    case_id = await driver.object_to("nanning", "other_right", hand_over=False)
    await driver.pool.execute(
        "insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, request_digest) "
        "values ('newer', $1, 2, 'newer', 'acc', clock_timestamp(), 'received', '{\"kind\": \"newer\"}', '')",
        case_id,
    )
    assert await driver.decide(case_id, "suspension", "suspend", hand_over=False) == "received"


async def test_what_is_withdrawn_stays_so_when_other_items_are_named_later(driver: Driver) -> None:
    dataset = "guangzhou-transport-example"
    case_id = await driver.object_to("guangzhou", "privacy", evidence=1, items=("name",), hand_over=False)
    assert await driver.decide(case_id, "verification", "withdraw_until_processed", hand_over=False) == "accepted"
    other = Measure(data_items=("address",))
    assert await driver.decide(case_id, "reopening", "stay_withdrawn", hand_over=False, measure=other) == "accepted"
    kept = (await driver.state(case_id)).own_restrictions
    assert {each.kind.value: each.data_items for each in kept} == {
        "withdrawal": ("address",),
        "withdrawal_until_processed": ("name",),
    }
    assert await driver.decide(case_id, "reopening", "stay_withdrawn", hand_over=False) == "accepted"
    assert set((await driver.restrictions(dataset))[case_id].data_items) == {"name", "address"}


async def test_an_item_that_the_entry_no_longer_has_cannot_be_objected_to(driver: Driver) -> None:
    with pytest.raises(ItemsAreGone):
        await driver.object_to(
            "nanning", "privacy", dataset_id="nanning-transport-bus-lines", items=("no_such_item",), hand_over=False
        )
