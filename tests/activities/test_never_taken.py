"""What PostgreSQL will never take is refused by name and holds nothing up; what it may take later is tried again."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest
from temporalio.worker import Worker

from activities.database import Pool
from activities.evidence.refused import EvidenceUnknown
from activities.record.append import Append
from activities.record.failing import Why, failing, failures_of
from activities.record.refusing import refuse as refuse_act
from migrations.filling_after import fill_in_after
from migrations.waiting import Attempt
from models import acts as a
from models.messages import Write
from models.refusals import CannotBeStored
from tests.activities.test_append import passing
from tests.breaking_the_database import (
    ANOTHER_VERSION_MAY_TAKE_IT,
    MAY_TAKE_IT_LATER,
    WILL_NEVER_TAKE_IT,
    forget,
    refuse,
)
from tests.driving import AT, Driver
from tests.owning import by_owner, owner_url

PROVIDER, NOBODY = '"body": "provider"', '"body": "nobody"'
PASSED = "new.outcome = 'pass'"


@pytest.mark.parametrize("code", WILL_NEVER_TAKE_IT)
async def test_an_act_that_can_never_be_stored_is_refused_by_name_and_the_case_goes_on(
    driver: Driver, worker: Worker, code: str
) -> None:
    case_id = await driver.file("nanning")
    before = await driver.types(case_id)
    await refuse(driver.pool, "tasks", PASSED, code)

    assert await driver.decide(case_id, "formal_review", "pass") == "CannotBeStored"

    assert await driver.types(case_id) == before
    assert await driver.decide(case_id, "formal_review", "return") == "accepted"
    assert await failing(driver.pool) == dict.fromkeys(Why, 0)


@pytest.mark.parametrize("code", MAY_TAKE_IT_LATER)
async def test_an_act_that_may_be_stored_later_is_stored_later(driver: Driver, worker: Worker, code: str) -> None:
    case_id = await driver.file("nanning")
    await refuse(driver.pool, "tasks", PASSED, code, times=4)
    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    assert "provider_review" in [task.stage for task in (await driver.state(case_id)).open_tasks()]


async def test_what_somebody_else_wrote_at_the_same_time_is_no_refusal(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    await refuse(driver.pool, "tasks", PASSED, "23505", times=1)
    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"


async def test_an_act_that_was_settled_so_before_the_engine_knew_is_answered_so(driver: Driver, worker: Worker) -> None:
    """The worker died between the refusal and the history."""
    case_id = await driver.file("nanning")
    act = str(uuid.uuid4())
    await refuse(driver.pool, "tasks", PASSED, "54000")
    assert await driver.decide(case_id, "formal_review", "pass", act_id=act) == "CannotBeStored"
    await driver.pool.execute("update acts set delivered_at = null where act_id = $1", act)
    await driver.engine.start_anew(case_id, driver.patience)
    await driver.engine.hand_over(case_id, driver.patience)
    row = await driver.pool.fetchrow("select state, delivered_at from acts where act_id = $1", act)
    assert row
    assert (row["state"], row["delivered_at"] is None) == ("refused", False)
    assert await driver.decide(case_id, "formal_review", "return") == "accepted"


@pytest.mark.parametrize("code", WILL_NEVER_TAKE_IT)
async def test_a_claim_that_can_never_be_stored_is_refused_by_name_at_receipt(driver: Driver, code: str) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    await driver.pool.execute("update acts set state = 'accepted'")
    await refuse(driver.pool, "tasks", "new.claimed_by is not null", code)
    assert await driver.on_task(a.Claim, case_id, "formal_review") == "CannotBeStored"
    await forget(driver.pool, "tasks")
    assert await driver.on_task(a.Claim, case_id, "formal_review") == "accepted"


@pytest.mark.parametrize("code", WILL_NEVER_TAKE_IT)
async def test_a_decision_that_can_never_be_stored_is_refused_by_name_at_receipt(driver: Driver, code: str) -> None:
    case_id = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    await refuse(driver.pool, "tasks", "new.outcome is not null", code)
    (task, *_) = (await driver.state(case_id)).open_tasks()
    outcome = task.outcomes[0]
    assert await driver.decide(case_id, task.stage, outcome, hand_over=False) == "CannotBeStored"
    await forget(driver.pool, "tasks")
    assert await driver.decide(case_id, task.stage, outcome, hand_over=False) == "accepted"


@pytest.mark.parametrize("code", WILL_NEVER_TAKE_IT)
async def test_a_filing_that_can_never_be_stored_is_refused_and_leaves_nothing(driver: Driver, code: str) -> None:
    counted = "select (select count(*) from cases) + (select count(*) from acts) + (select count(*) from events)"
    await refuse(driver.pool, "tasks", "true", code)
    with pytest.raises(CannotBeStored):
        await driver.file("nanning", hand_over=False)
    assert await driver.pool.fetchval(counted) == 0
    assert await driver.pool.fetchval("select count(*) from case_numbers") == 0


async def test_an_act_whose_own_text_can_never_be_stored_is_not_received(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    act = a.Note(id=str(uuid.uuid4()), case_id=case_id, by=a.Actor(account="acc_applicant"), received_at=AT)
    for text in ("a\0b", "\ud800"):
        with pytest.raises(CannotBeStored):
            await driver.inbox.receive_act(act, {"text": text})
    assert await driver.pool.fetchval("select count(*) from acts where kind = 'note'") == 0


async def test_what_time_brings_about_and_cannot_be_stored_is_on_record_and_tried_again(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    due_at, events = await passing(driver, case_id)
    await by_owner(driver.pool, "alter table events add constraint never check (type <> 'ClockPassed')")
    driver.clock.shift = due_at - (await driver.task(case_id, "formal_review")).opened_at
    door = Append(driver.pool, driver.log, driver.clock)
    write = Write(case_id=case_id, after=2, events=tuple(events), passing=due_at)

    for _ in range(2):
        assert (await door.append(write)).events == ()
    async with driver.pool.acquire() as connection:
        (failure,) = await failures_of(connection, case_id)
    assert (failure.act_id, failure.why, failure.times) == ("", "not_written", 2)

    await by_owner(driver.pool, "alter table events drop constraint never")
    assert [event.type for event in (await door.append(write)).events] == ["ClockPassed"]
    assert await failing(driver.pool) == dict.fromkeys(Why, 0)


async def file_long_ago(driver: Driver) -> str:
    """A case whose first review should have ended before now, of which the engine has not heard yet."""
    driver.clock.shift = timedelta(days=-40)
    case_id = await driver.file("nanning", hand_over=False)
    driver.clock.shift = timedelta()
    return case_id


async def until_time_has_failed(driver: Driver) -> None:
    async with asyncio.timeout(30):
        while True:
            if (await failing(driver.pool))[Why.NOT_WRITTEN] == 1:
                return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("code", ["23514", *ANOTHER_VERSION_MAY_TAKE_IT])
async def test_what_time_cannot_write_keeps_no_act_from_being_judged(driver: Driver, worker: Worker, code: str) -> None:
    case_id = await file_long_ago(driver)
    await refuse(driver.pool, "events", "new.type = 'ClockPassed'", code)
    await driver.engine.hand_over(case_id, driver.patience)
    await until_time_has_failed(driver)
    async with asyncio.timeout(30):
        assert await driver.decide(case_id, "formal_review", "pass") == "accepted"


async def withdraw(driver: Driver, case_id: str) -> str:
    act = a.Withdraw(id=str(uuid.uuid4()), case_id=case_id, by=a.Actor(account="acc_objector"), received_at=AT)
    return await driver.do(act, hand_over=False)


async def test_an_act_that_cannot_be_read_waits_with_its_reason_and_holds_up_the_rest(
    driver: Driver, pool: Pool
) -> None:
    case_id = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    (task, *_) = (await driver.state(case_id)).open_tasks()
    assert await driver.decide(case_id, task.stage, task.outcomes[0], hand_over=False) == "accepted"
    await by_owner(
        pool,
        "update acts set state = 'received', delivered_at = null, act = jsonb_set(act, '{kind}', '\"of_tomorrow\"') "
        "where kind = 'decide'",
    )
    assert await withdraw(driver, case_id) == "received"
    async with pool.acquire() as connection:
        assert {failure.why for failure in await failures_of(connection, case_id)} == {"not_read"}


async def behind_an_act_nobody_can_read(driver: Driver) -> tuple[str, str]:
    """An objection whose latest act is none that this version can read: the case, and that act."""
    case_id = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    (task, *_) = (await driver.state(case_id)).open_tasks()
    act_id = str(uuid.uuid4())
    assert await driver.decide(case_id, task.stage, task.outcomes[0], act_id=act_id, hand_over=False) == "accepted"
    await by_owner(
        driver.pool,
        "update acts set state = 'received', delivered_at = null, act = jsonb_set(act, '{kind}', '\"of_tomorrow\"') "
        "where kind = 'decide'",
    )
    return case_id, act_id


async def submit_evidence(driver: Driver, case_id: str, *evidence: str, act_id: str | None = None) -> str:
    by = a.Actor(account="acc_objector")
    act = a.SubmitEvidence(id=act_id or str(uuid.uuid4()), case_id=case_id, by=by, received_at=AT, evidence=evidence)
    return await driver.do(act, hand_over=False)


async def case_of(pool: Pool, evidence_id: str) -> str | None:
    """The case to which a file of evidence belongs."""
    found: str | None = await pool.fetchval("select case_id from evidence where evidence_id = $1", evidence_id)
    return found


async def test_evidence_that_waited_behind_what_nobody_could_read_belongs_to_its_case(
    driver: Driver, pool: Pool
) -> None:
    case_id, unread = await behind_an_act_nobody_can_read(driver)
    file = await driver.upload("acc_objector")
    assert await submit_evidence(driver, case_id, file) == "received"
    await refuse_act(pool, unread, "Nobody can read it")
    assert await withdraw(driver, case_id) == "accepted"
    assert file in (await driver.state(case_id)).evidence
    assert await case_of(pool, file) == case_id


async def test_evidence_that_waited_under_the_last_release_belongs_to_its_case_once_judged(
    driver: Driver, pool: Pool
) -> None:
    """So that its migration finds it while it waits; and where it was judged in the meantime, afterwards."""
    case_id, unread = await behind_an_act_nobody_can_read(driver)
    file, beside = await driver.upload("acc_objector"), await driver.upload("acc_objector")
    assert await submit_evidence(driver, case_id, file) == "received"

    async def upgraded_from_the_last_release() -> str | None:
        await by_owner(pool, "update evidence set case_id = null")
        await fill_in_after(await owner_url(pool), Attempt(3))
        return await case_of(pool, file)

    assert await upgraded_from_the_last_release() == case_id
    await refuse_act(pool, unread, "Nobody can read it")
    assert await withdraw(driver, case_id) == "accepted"
    assert file in (await driver.state(case_id)).evidence
    assert await upgraded_from_the_last_release() == case_id
    assert await case_of(pool, beside) is None


async def test_evidence_that_is_refused_after_it_waited_belongs_to_no_case(driver: Driver, pool: Pool) -> None:
    case_id, _ = await behind_an_act_nobody_can_read(driver)
    filed = (await driver.state(case_id)).evidence[0]
    file, twice = [await driver.upload("acc_objector") for _ in range(2)]
    assert await submit_evidence(driver, case_id, file, twice, filed, act_id="refused") == "received"
    assert await submit_evidence(driver, case_id, twice) == "received"
    assert [await case_of(pool, each) for each in (file, twice)] == [case_id, case_id]
    await refuse_act(pool, "refused", "Nobody can judge it")
    assert [await case_of(pool, each) for each in (file, twice, filed)] == [None, case_id, case_id]


async def test_evidence_that_nobody_uploaded_is_not_received_to_wait(driver: Driver) -> None:
    case_id, _ = await behind_an_act_nobody_can_read(driver)
    with pytest.raises(EvidenceUnknown):
        await submit_evidence(driver, case_id, str(uuid.uuid4()))
    assert await driver.pool.fetchval("select count(*) from acts where kind = 'submit_evidence'") == 0


async def test_an_act_that_cannot_be_judged_waits_with_its_reason(driver: Driver, pool: Pool) -> None:
    case_id = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    assert await driver.decide(case_id, "suspension", "suspend", hand_over=False) == "accepted"
    await by_owner(pool, "update pinned_rules set rules = replace(rules::text, $1, $2)::jsonb", PROVIDER, NOBODY)
    fresh = Driver(pool, driver.temporal, driver.task_queue)
    assert await fresh.decide(case_id, "verification", "process", hand_over=False) == "received"
    assert await withdraw(fresh, case_id) == "received"
    async with pool.acquire() as connection:
        assert {failure.why for failure in await failures_of(connection, case_id)} == {"not_judged"}
