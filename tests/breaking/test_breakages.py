"""What breaks where it hurts most: nothing is lost, nothing doubled, and every caller is told the truth."""

from __future__ import annotations

import asyncio
import signal
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError
from temporalio.worker import Replayer

from activities.database import AWAY
from activities.engine.restoring import restore
from activities.notices.publishing import publish
from models import acts as a
from models import events as e
from models.messages import Delivery
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import to_shanghai
from tests.breaking.ground import Ground, ground
from tests.driving import Driver
from tests.sealed_engine import CONVERTER
from worker import SANDBOX
from workflows.case import Case
from workflows.procedures import WORKFLOWS

NANNING = (("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve"))
BOTH_SIGN = (("provider_signature", "sign"), ("applicant_signature", "sign"))
SHORT_PATIENCE = timedelta(seconds=1)
KILLS = 10


@pytest.fixture(scope="module")
async def broken_ground() -> AsyncIterator[Ground]:
    """One ground for all: each test leaves its servers and its worker running."""
    async with ground() as it:
        yield it


async def test_a_claim_kept_at_receipt_stands_although_the_engine_never_heard_of_it(broken_ground: Ground) -> None:
    driver = broken_ground.driver
    case_id = await driver.file("nanning")
    assert await driver.on_task(a.Claim, case_id, "formal_review", "A") == "accepted"
    assert await driver.on_task(a.Claim, case_id, "formal_review", "B") == "TaskAlreadyClaimed"
    assert await driver.decide(case_id, "formal_review", "pass", officer="B") == "TaskAlreadyClaimed"
    assert await driver.decide(case_id, "formal_review", "pass", officer="A") == "accepted"


async def test_a_decision_committed_before_a_power_cut_stands_for_the_other_officer(
    broken_ground: Ground,
) -> None:
    driver = broken_ground.driver
    case_id = await driver.file("nanning")
    broken_ground.die.touch()
    driver.patience = SHORT_PATIENCE
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    await driver.decide(case_id, "formal_review", "pass", officer="A", act_id=first)
    await broken_ground.worker_died()
    broken_ground.restart_temporal()
    broken_ground.start_worker(NO_SWEEPER="1")
    broken_ground.driver = driver = await reconnected(broken_ground, driver)

    # An engine that has never heard of A's decision gets B's first, past the inbox's order.
    task = await driver.task(case_id, "formal_review")
    late = a.Decide(
        id=second,
        case_id=case_id,
        by=driver.officer_of(task, "B"),
        received_at=task.opened_at + timedelta(minutes=1),
        task_id=task.task_id,
        outcome="return",
        given=frozenset({"reason"}),
    )
    with pytest.raises(WorkflowUpdateFailedError) as told:
        await driver.temporal.get_workflow_handle(case_id).execute_update(
            Case.act, Delivery(act=late), id=second, rpc_timeout=timedelta(seconds=30)
        )
    assert getattr(told.value.cause, "type", None) == "TaskAlreadyDecided"

    await driver.engine.hand_over(case_id, driver.patience)
    decided = [event for event in await driver.events(case_id) if isinstance(event, e.TaskDecided)]
    assert [(event.by, event.outcome) for event in decided] == [("acc_nanning.operator_A", "pass")]
    assert await standing(driver, first) == "accepted"


async def test_a_decision_is_kept_though_a_worker_dies_writing_that_its_clock_passed(
    broken_ground: Ground,
) -> None:
    driver = broken_ground.driver
    broken_ground.die.touch()
    case_id = await urgent_request_due_in(driver, seconds=3)
    await broken_ground.worker_died()
    act = str(uuid.uuid4())
    await driver.decide(case_id, "formal_review", "pass", act_id=act, hand_over=False)
    broken_ground.start_worker()
    await broken_ground.settled()
    assert await standing(driver, act) == "accepted"
    assert (await driver.types(case_id)).count("ClockPassed") == 1
    assert (await driver.task(case_id, "formal_review")).late


async def test_a_decision_received_in_time_is_in_time_however_late_it_is_worked_off(
    broken_ground: Ground,
) -> None:
    driver = broken_ground.driver
    case_id = await urgent_request_due_in(driver, seconds=8)
    broken_ground.stop_worker()
    act = str(uuid.uuid4())
    # However long the worker took to stop: the receipt lies before the due instant, and after the filing.
    driver.clock.shift = -timedelta(hours=6)
    await driver.decide(case_id, "formal_review", "pass", act_id=act, hand_over=False)
    driver.clock.shift = timedelta()
    await broken_ground.until(lambda: is_past_due(driver, case_id, "formal_review"), "the due instant passes")
    broken_ground.start_worker()
    await broken_ground.settled()
    task = await driver.task(case_id, "formal_review")
    assert (task.outcome, task.late, task.passed) == ("pass", False, False)
    assert "ClockPassed" not in await driver.types(case_id)


async def test_of_two_officers_who_decide_at_once_one_wins_and_the_other_is_told(broken_ground: Ground) -> None:
    driver = broken_ground.driver
    for _ in range(20):
        case_id = await driver.file("nanning")
        told = await asyncio.gather(
            *(driver.decide(case_id, "formal_review", "pass", officer=officer) for officer in "AB")
        )
        assert sorted(told) == ["TaskAlreadyDecided", "accepted"]
        assert (await driver.types(case_id)).count("TaskDecided") == 1


async def test_two_bodies_that_decide_side_by_side_at_once_are_both_heard(broken_ground: Ground) -> None:
    driver = broken_ground.driver
    for _ in range(10):
        case_id = await driver.file("yulin")
        told = await asyncio.gather(
            driver.decide(case_id, "authority_review", "pass"), driver.decide(case_id, "provider_review", "pass")
        )
        assert set(told) == {"accepted"}
        assert {task.step for task in (await driver.state(case_id)).open_tasks()} == {"signing"}


async def test_of_a_refusal_and_a_pass_side_by_side_the_first_received_ends_or_stands(broken_ground: Ground) -> None:
    driver = broken_ground.driver
    for _ in range(10):
        case_id = await driver.file("yulin")
        told = await asyncio.gather(
            driver.decide(case_id, "authority_review", "refuse"), driver.decide(case_id, "provider_review", "pass")
        )
        assert told[0] == "accepted"
        assert told[1] in ("accepted", "CaseClosed")
        assert (await driver.state(case_id)).closed == "refused"


async def test_cases_go_on_from_their_logs_when_the_database_of_the_engine_is_lost(broken_ground: Ground) -> None:
    driver = broken_ground.driver
    case_id = await driver.file("nanning")
    await driver.decide(case_id, "formal_review", "pass")
    broken_ground.stop_worker()
    broken_ground.temporal.stop()
    for file in broken_ground.temporal.database.parent.glob(f"{broken_ground.temporal.database.name}*"):
        file.unlink()
    broken_ground.temporal.start()
    broken_ground.start_worker()
    driver = broken_ground.driver = await reconnected(broken_ground, driver)
    assert await driver.decide(case_id, "provider_review", "agree") == "received", "the engine does not know the case"
    assert (await restore(driver.pool, driver.engine)).failed == {}
    await broken_ground.settled()
    assert await driver.decide(case_id, "approval", "approve") == "accepted"


async def test_a_notice_reaches_each_case_that_it_touches_and_once(broken_ground: Ground) -> None:
    driver = broken_ground.driver
    cases = sorted([await driver.file("nanning") for _ in range(5)])
    untouched = await driver.file("nanning", choices={"urgency": "urgent"})
    before = (await driver.task(cases[0], "formal_review")).clock
    assert before.last_day
    notice = Notice(
        scope="CN",
        document="an invented notice",
        published_on=to_shanghai(before.started_at).date(),
        recorded_at=before.started_at,
        days_off=(DaysOff(before.last_day, before.last_day),),
    )
    admin = a.Actor(account="acc_admin")
    position = (await publish(driver.pool, driver.log, driver.clock, notice, admin)).position

    async def all_moved() -> bool:
        done = "select done_at is not null from notices_moving where position = $1"
        return bool(await driver.pool.fetchval(done, position))

    await broken_ground.until(all_moved, "every case is moved, by the test or by the worker")
    rows = await driver.pool.fetch("select case_id from acts where kind = 'apply_notice'")
    touched = {row["case_id"] for row in rows}
    assert set(cases) <= touched
    assert untouched not in touched
    assert (await publish(driver.pool, driver.log, driver.clock, notice, admin)).cases == ()
    await broken_ground.settled()
    for case_id in cases:
        after = (await driver.task(case_id, "formal_review")).clock
        assert after.due_at and before.due_at and after.due_at > before.due_at
        assert after.calendar_version == (before.calendar_version or 0) + 1
        assert (await driver.types(case_id)).count("ClockMoved") == 1
    assert "ClockMoved" not in await driver.types(untouched)


@pytest.mark.timeout(900)
async def test_forty_cases_lose_and_double_nothing_while_worker_and_engine_are_killed(
    broken_ground: Ground,
) -> None:
    driver = broken_ground.driver
    driver.patience = timedelta(seconds=2)
    finished = asyncio.Event()

    async def one(case_id: str) -> None:
        await patiently(lambda: driver.file("nanning", case_id=case_id))
        for stage, outcome in (*NANNING, *BOTH_SIGN):
            await one_task(case_id, stage, outcome)

    async def one_task(case_id: str, stage: str, outcome: str) -> None:
        await broken_ground.until(lambda: is_open(driver, case_id, stage), f"{stage} is put")
        if stage == "provider_review":
            await patiently(lambda: driver.on_task(a.Claim, case_id, stage))
        act = f"{case_id}.{stage}"
        await patiently(lambda: driver.decide(case_id, stage, outcome, act_id=act))
        await broken_ground.until(lambda: is_settled(driver, act), f"{stage} is settled")

    async def kill_in_turn() -> None:
        for turn in range(KILLS):
            await asyncio.sleep(1.5)
            if finished.is_set():
                break
            if turn % 2:
                await asyncio.to_thread(broken_ground.restart_temporal)
            else:
                broken_ground.kill_worker()
                broken_ground.start_worker()
            before = await delivered(driver)
            await broken_ground.until(partial(goes_on, before), "what was killed works again")

    async def goes_on(before: int) -> bool:
        # A machine on which a worker starts more slowly than it is killed would get nowhere.
        return finished.is_set() or await delivered(driver) > before

    cases = [str(uuid.uuid4()) for _ in range(40)]
    async with asyncio.TaskGroup() as group:
        group.create_task(kill_in_turn())
        await asyncio.gather(*(one(case_id) for case_id in cases))
        finished.set()
    await broken_ground.settled()
    expected = await driver.types(cases[0])
    assert expected.count("TaskDecided") == 5
    for case_id in cases:
        state = await driver.state(case_id)
        assert state.closed == "granted"
        assert (await driver.types(case_id)).count("TaskDecided") == 5
        assert (await driver.types(case_id)).count("TaskClaimed") == 1
        assert (await driver.types(case_id)).count("Granted") == 1
    temporal = await broken_ground.client()
    replayer = Replayer(
        workflows=list(WORKFLOWS),
        data_converter=CONVERTER,
        workflow_runner=SANDBOX,
        namespace=temporal.namespace,
    )
    for case_id in cases:
        handle = temporal.get_workflow_handle(case_id)
        assert await handle.result() == "granted"
        await replayer.replay_workflow(await handle.fetch_history())


async def test_a_decision_waits_for_postgresql_and_the_worker_can_still_be_stopped(
    broken_ground: Ground,
) -> None:
    driver = broken_ground.driver
    case_id = await driver.file("nanning")
    due = await urgent_request_due_in(driver, seconds=4)
    act = str(uuid.uuid4())
    await driver.decide(case_id, "formal_review", "pass", act_id=act, hand_over=False)
    stored = await driver.pool.fetchval("select act from acts where act_id = $1", act)
    broken_ground.postgres.stop(signal.SIGQUIT)
    update = asyncio.create_task(
        driver.temporal.get_workflow_handle(case_id).execute_update(
            Case.act, Delivery(act=a.ACT.validate_json(stored)), id=act, rpc_timeout=timedelta(seconds=90)
        )
    )
    await broken_ground.until(lambda: ordinary_append_is_tried(driver, case_id), "the write goes to the server")
    await broken_ground.until(lambda: ordinary_append_is_tried(driver, due), "so does that of the passed clock")
    began = time.monotonic()
    broken_ground.stop_worker()
    assert time.monotonic() - began < 20
    broken_ground.start_worker()
    broken_ground.postgres.start()
    await update
    await broken_ground.settled()
    assert await standing(driver, act) == "accepted"
    await broken_ground.until(lambda: has_passed(driver, due), "the passed clock is on record")
    history = await driver.temporal.get_workflow_handle(case_id).fetch_history()
    assert len(history.events) < 40


async def urgent_request_due_in(driver: Driver, seconds: float) -> str:
    """An urgent request whose twelve hours end in a moment, because it was received almost twelve hours ago."""
    driver.clock.shift = timedelta(seconds=seconds) - timedelta(hours=12)
    case_id = await driver.file("nanning", choices={"urgency": "urgent"})
    driver.clock.shift = timedelta()
    return case_id


async def reconnected(ground: Ground, driver: Driver) -> Driver:
    await driver.pool.close()
    return await ground.connected()


async def standing(driver: Driver, act_id: str) -> str:
    return str(await driver.pool.fetchval("select state from acts where act_id = $1", act_id))


async def delivered(driver: Driver) -> int:
    """How many acts the engine has worked off."""
    number: int = await driver.pool.fetchval("select count(*) from acts where delivered_at is not null")
    return number


async def is_settled(driver: Driver, act_id: str) -> bool:
    return await standing(driver, act_id) not in ("received", "None")


async def is_open(driver: Driver, case_id: str, stage: str) -> bool:
    return any(task.stage == stage for task in (await driver.state(case_id)).open_tasks())


async def is_past_due(driver: Driver, case_id: str, stage: str) -> bool:
    due_at = (await driver.task(case_id, stage)).clock.due_at
    return bool(await driver.pool.fetchval("select clock_timestamp() > $1", due_at))


async def has_passed(driver: Driver, case_id: str) -> bool:
    return "ClockPassed" in await driver.types(case_id)


async def ordinary_append_is_tried(driver: Driver, case_id: str) -> bool:
    """Whether the workflow has left the write to the server, which repeats it without end."""
    description = await driver.temporal.get_workflow_handle(case_id).describe()
    return len(description.raw_description.pending_activities) > 0


async def patiently(call: Callable[[], Awaitable[object]]) -> None:
    """As a caller that tries again while the engine is being killed."""
    while True:
        try:
            await call()
        except (RPCError, *AWAY):
            await asyncio.sleep(0.2)
        else:
            return
