"""What is received is kept: stamped in order, once, and whole or not at all."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest

from activities.idempotency import IdempotencyKeyReused
from activities.record.log import CaseUnknown
from activities.record.receipt_facts import OpennessHasChanged
from models import acts as a
from rules.resolving import NotInForce
from tests.driving import AT, Driver


async def test_a_filing_is_a_case_with_its_first_task_and_clock_although_no_engine_runs(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    assert await driver.types(case_id) == ["Filed", "TaskOpened"]
    clock = (await driver.task(case_id, "formal_review")).clock
    assert (clock.period, clock.article, clock.calendar) == ("2wd", "20(2)", "CN-GX")
    assert clock.due_at


async def test_the_same_filing_again_is_the_same_case(driver: Driver) -> None:
    case_id = await driver.file("nanning", case_id="one", hand_over=False)
    assert await driver.file("nanning", case_id="one", hand_over=False) == case_id
    assert await driver.pool.fetchval("select count(*) from cases") == 1
    assert await driver.pool.fetchval("select last from case_numbers") == 1


async def test_another_filing_under_the_same_key_is_not_received(driver: Driver) -> None:
    await driver.file("nanning", case_id="one", hand_over=False)
    with pytest.raises(IdempotencyKeyReused):
        await driver.file("nanning", case_id="one", hand_over=False, content={"purpose": "another"})
    assert await driver.pool.fetchval("select count(*) from acts") == 1


async def test_the_same_filing_twice_at_once_is_one_case(driver: Driver) -> None:
    await asyncio.gather(*(driver.file("nanning", case_id="one", hand_over=False) for _ in range(8)))
    assert await driver.pool.fetchval("select count(*) from cases") == 1


async def test_case_numbers_of_a_city_run_without_gap_or_repetition(driver: Driver) -> None:
    await asyncio.gather(*(driver.file(city, hand_over=False) for city in ["nanning"] * 12 + ["yulin"] * 3))
    numbers = [row[0] for row in await driver.pool.fetch("select case_number from cases order by 1")]
    running = [number.split("-") for number in numbers]
    assert [int(n) for city, _, _, n in running if city == "NN"] == list(range(1, 13))
    assert [int(n) for city, _, _, n in running if city == "YL"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("openness", "procedure", "code"),
    [
        ("closed", "access_request", "closed"),
        ("unconditional", "access_request", "not_conditional"),
        ("closed", "objection", "not_open"),
    ],
)
async def test_data_whose_class_changed_since_the_judgement_of_a_filing_is_refused(
    driver: Driver, openness: str, procedure: str, code: str
) -> None:
    dataset = "nanning-transport-bus-lines"
    await driver.pool.execute("update datasets set openness = $2 where dataset_id = $1", dataset, openness)
    ground = {"ground": "privacy"} if procedure == "objection" else {}
    with pytest.raises(OpennessHasChanged) as fact:
        await driver.file("nanning", procedure=procedure, dataset_id=dataset, choices=ground, hand_over=False)
    assert fact.value.code == code
    assert await driver.pool.fetchval("select count(*) from cases") == 0


async def test_nothing_is_left_of_a_filing_that_no_law_governs(driver: Driver) -> None:
    driver.clock.shift = timedelta(days=-365 * 20)
    with pytest.raises(NotInForce):
        await driver.file("nanning", hand_over=False)
    for table in ("cases", "acts", "events", "tasks", "case_numbers", "pinned_rules"):
        assert await driver.pool.fetchval(f"select count(*) from {table}") == 0, table  # noqa: S608 - constants


async def test_an_act_is_never_stamped_before_the_act_ahead_of_it(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    driver.clock.shift = timedelta(hours=-3)
    await driver.decide(case_id, "formal_review", "pass", hand_over=False)
    stamps = [row[0] for row in await driver.pool.fetch("select received_at from acts order by seq")]
    assert stamps == sorted(stamps)
    assert stamps[0] == stamps[1]


async def test_a_claim_is_settled_by_its_receipt(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    assert await driver.on_task(a.Claim, case_id, "formal_review") == "accepted"
    assert (await driver.task(case_id, "formal_review")).state == "claimed"
    assert await driver.pool.fetchval("select state from tasks") == "claimed"


async def test_a_claim_does_not_overtake_a_decision_that_waits(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    await driver.decide(case_id, "formal_review", "pass", officer="A", hand_over=False)
    task = await driver.task(case_id, "formal_review")
    claim = a.Claim(
        id=str(uuid.uuid4()), case_id=case_id, by=driver.officer_of(task, "B"), received_at=AT, task_id=task.task_id
    )
    assert await driver.do(claim, hand_over=False) == "received"
    assert "TaskClaimed" not in await driver.types(case_id)


async def test_a_claim_made_twice_by_one_officer_is_one_claim(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    assert await driver.on_task(a.Claim, case_id, "formal_review") == "accepted"
    assert await driver.on_task(a.Claim, case_id, "formal_review") == "accepted"
    assert (await driver.types(case_id)).count("TaskClaimed") == 1


async def test_an_act_for_a_case_that_is_not_there_is_not_received(driver: Driver) -> None:
    withdrawal = a.Withdraw(id="w", case_id="no such case", by=a.Actor(account="acc_applicant"), received_at=AT)
    with pytest.raises(CaseUnknown):
        await driver.inbox.receive_act(withdrawal)
    assert await driver.pool.fetchval("select count(*) from acts") == 0


async def test_the_rules_of_a_case_are_kept_once_by_their_digest(driver: Driver) -> None:
    first = await driver.file("nanning", hand_over=False)
    second = await driver.file("nanning", hand_over=False)
    assert (await driver.state(first)).rules_digest == (await driver.state(second)).rules_digest
    assert await driver.pool.fetchval("select count(*) from pinned_rules") == 1
