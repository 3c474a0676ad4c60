"""Rules by which bodies serve reach cases that were received before packs had such rules."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime, timedelta
from importlib import import_module

from temporalio.worker import Worker

from activities.calendar.record import RecordOfNotices
from activities.database import present
from activities.record.log import LockedCase, open_case
from activities.telling.reminding import Reminding
from models import acts as a
from models import events as e
from models.state import CaseState
from rules.procedure_rules import ProcedureRules
from rules.seed_notices import read_scopes
from tests import recorded
from tests.driving import AT, Driver

OLD = [name for name in recorded.names() if not recorded.log(name).rules.were_pinned_with("reminders")]
"""Recorded before packs had reminders."""
BY_THE_AUTHORITY = a.Actor(account="acc_nanning.authority_1", body="nanning.authority")


async def keep(driver: Driver, name: str = "nanning-granted", **pinned_too: object) -> e.TaskOpened:
    """The beginning of a case as it was recorded, with the rules as they were stored then; its open task."""
    log = recorded.log(name)
    filed, opened = log.events[:2]
    assert isinstance(filed, e.Filed)
    assert isinstance(opened, e.TaskOpened)
    stored = log.rules.model_dump(mode="json", exclude_unset=True)
    async with driver.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "insert into pinned_rules (digest, rules) values ($1, $2)",
            filed.rules_digest,
            json.dumps(stored | pinned_too),
        )
        await open_case(connection, driver.log.chain, filed, content=None, request_digest="")
        case = LockedCase(filed.case_id, 0, 0, filed.at)
        await driver.log.write(connection, case, CaseState(), [filed, opened], engine_number=0)
    return opened


async def it_is(driver: Driver, instant: datetime) -> None:
    async with driver.pool.acquire() as connection:
        driver.clock.shift = instant - await present(connection)


async def reminded(driver: Driver) -> set[str]:
    await Reminding(driver.pool, RecordOfNotices(read_scopes()), driver.clock).remind()
    rows = await driver.pool.fetch("select kind from messages where kind like 'reminder_%'")
    return {row["kind"] for row in rows}


def on_the_morning_after(task: e.TaskOpened) -> datetime:
    """When work begins on the working day after the last; none of these ends before a day off."""
    assert task.clock.due_at
    return task.clock.due_at + timedelta(hours=10)


def test_there_are_logs_from_before_packs_had_reminders() -> None:
    assert "nanning-granted" in OLD
    rules = recorded.log("nanning-granted").rules
    assert (rules.reminders, rules.urging) == (None, ())


def test_stored_rules_show_whether_they_were_pinned_with_reminders() -> None:
    without_reminders = recorded.log("nanning-granted").rules.model_dump(mode="json")
    assert ProcedureRules.model_validate(without_reminders).were_pinned_with("reminders"), (
        "they say that there are none"
    )


async def test_an_old_case_is_reminded_of_by_the_rules_of_the_day(driver: Driver) -> None:
    task = await keep(driver)
    await it_is(driver, on_the_morning_after(task))
    assert await reminded(driver) == {"reminder_due"}


async def test_a_case_whose_rules_say_that_nobody_is_reminded_is_left_alone(driver: Driver) -> None:
    task = await keep(driver, reminders=None)
    await it_is(driver, on_the_morning_after(task))
    assert await reminded(driver) == set()


async def test_the_upgrade_lets_the_reminder_look_at_what_it_never_looked_at(driver: Driver) -> None:
    """What `migrations/versions/0008` does to a task from before."""
    task = await keep(driver)
    await driver.pool.execute("update tasks set remind_at = null")
    await it_is(driver, on_the_morning_after(task))
    assert await reminded(driver) == set()
    await driver.pool.execute(import_module("migrations.versions.0008_claims_that_lapse").LOOK_AT_THE_OLD)
    assert await reminded(driver) == {"reminder_due"}


def urging(task: e.TaskOpened, case_id: str, by: a.Actor = BY_THE_AUTHORITY) -> a.Urge:
    return a.Urge(
        id=str(uuid.uuid4()),
        case_id=case_id,
        by=by,
        received_at=AT,
        task_id=task.task_id,
        roles=frozenset({"supervisor"}),
    )


async def case_of(driver: Driver) -> str:
    return str(await driver.pool.fetchval("select case_id from cases"))


async def test_who_may_urge_today_urges_in_an_old_case_and_the_log_says_by_which_rule(driver: Driver) -> None:
    task = await keep(driver)
    case_id = await case_of(driver)
    assert await driver.do(urging(task, case_id), hand_over=False) == "accepted"

    urged = (await driver.events(case_id))[-1]
    assert isinstance(urged, e.TaskUrged)
    in_force = driver.log.law("nanning", "access_request", date(2026, 11, 21)).urging
    rule = next(each for each in in_force if each.body == "authority")
    assert (urged.article, urged.basis) == (rule.citation.article, rule.citation.basis)


async def test_who_may_not_urge_today_does_not_urge_in_an_old_case(driver: Driver) -> None:
    task = await keep(driver)
    provider = a.Actor(account="acc_nanning.transport_1", body="nanning.transport")
    assert await driver.do(urging(task, await case_of(driver), provider), hand_over=False) == "UrgingNotYours"


async def test_a_case_whose_rules_say_that_nobody_urges_is_not_urged(driver: Driver) -> None:
    task = await keep(driver, urging=[])
    assert await driver.do(urging(task, await case_of(driver)), hand_over=False) == "UrgingNotYours"


async def test_an_urging_of_an_old_case_that_waits_for_earlier_acts_is_judged_alike(
    driver: Driver, worker: Worker
) -> None:
    """The engine has the rules as the case keeps them, and the act brings the others."""
    task = await keep(driver)
    case_id = await case_of(driver)
    await driver.engine.hand_over(case_id, driver.patience)
    officer = a.Actor(account=f"acc_{task.body}_1", body=task.body)
    asking = a.AskSupplement(id="ask", case_id=case_id, by=officer, received_at=AT, task_id=task.task_id)
    assert await driver.do(asking, hand_over=False) == "received"
    it = urging(task, case_id)
    assert await driver.do(it, hand_over=False) == "received"

    await driver.engine.hand_over(case_id, driver.patience)

    assert await driver.pool.fetchval("select state from acts where act_id = $1", it.id) == "accepted"
