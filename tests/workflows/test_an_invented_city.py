"""A sixth city is a file: other stages in another order, three reviews side by side, another way back."""

from __future__ import annotations

import pytest
from temporalio.worker import Worker

from models import acts as a
from tests.driving import Driver
from tests.rules.cuts import invented_pack

CITY = "yunmeng"


@pytest.fixture
def in_yunmeng(driver: Driver, worker: Worker) -> Driver:
    driver.packs = {CITY: invented_pack()}
    return driver


async def test_a_city_that_no_code_names_runs_its_own_procedure_to_the_grant(in_yunmeng: Driver) -> None:
    case_id = await in_yunmeng.file(CITY)
    assert await in_yunmeng.decide(case_id, "pledge", "sign") == "accepted"
    side_by_side = {task.stage: task for task in (await in_yunmeng.state(case_id)).open_tasks()}
    assert set(side_by_side) == {"custody", "ethics", "technique"}
    assert side_by_side["custody"].clock.period == "4wd"
    assert side_by_side["technique"].clock.period == "3wd"
    assert side_by_side["ethics"].clock.promptly
    for stage, outcome in (("technique", "feasible"), ("ethics", "clear"), ("custody", "agree")):
        assert await in_yunmeng.decide(case_id, stage, outcome) == "accepted"
    decision = await in_yunmeng.task(case_id, "decision")
    assert (decision.body, decision.clock.period) == ("yunmeng.authority", "1wd")
    assert await in_yunmeng.decide(case_id, "decision", decision.outcomes[0]) == "accepted"
    assert (await in_yunmeng.state(case_id)).closed == "granted"


async def test_one_of_three_side_by_side_sends_the_case_back_and_voids_the_others(in_yunmeng: Driver) -> None:
    case_id = await in_yunmeng.file(CITY, choices={"urgency": "urgent"})
    await in_yunmeng.decide(case_id, "pledge", "sign")
    await in_yunmeng.decide(case_id, "technique", "feasible")
    assert await in_yunmeng.decide(case_id, "ethics", "send_back") == "accepted"
    state = await in_yunmeng.state(case_id)
    assert [task.stage for task in state.open_tasks()] == ["pledge"]
    assert state.tasks[f"{case_id}.custody.1"].ended == "cancelled"
    await in_yunmeng.decide(case_id, "pledge", "sign")
    assert (await in_yunmeng.task(case_id, "technique")).round == 2
    assert await in_yunmeng.decide(case_id, "ethics", "send_back") == "accepted"
    assert (await in_yunmeng.state(case_id)).closed == "refused"


async def test_a_supplement_stops_the_clock_where_the_law_of_the_city_says_so(in_yunmeng: Driver) -> None:
    case_id = await in_yunmeng.file(CITY)
    await in_yunmeng.decide(case_id, "pledge", "sign")
    before = (await in_yunmeng.task(case_id, "custody")).clock
    assert await in_yunmeng.on_task(a.AskSupplement, case_id, "custody") == "accepted"
    stopped = (await in_yunmeng.task(case_id, "custody")).clock
    assert (stopped.due_at, stopped.stopped_at is not None) == (None, True)
    assert await in_yunmeng.by_applicant(a.Supply, case_id) == "accepted"
    again = (await in_yunmeng.task(case_id, "custody")).clock
    assert (again.due_at, again.stopped_at) == (before.due_at, None), "no working day was lost on one and the same day"
    assert len(again.stops) == 1
