"""Reminders leave by PostgreSQL's clock, once for each point, to those who have the task."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import datetime

import pytest

from activities.calendar.record import RecordOfNotices
from activities.database import present
from activities.record.log import lock
from activities.telling import reminding
from activities.telling.reminding import Reminding
from models import acts as a
from models import events as e
from rules.deadlines import SHANGHAI
from rules.seed_notices import read_scopes
from tests.beside import beside
from tests.driving import AT, Driver

OFFICERS = ["reviewer2@nanning.operator", "reviewer@nanning.operator"]
SUPERVISOR = "supervisor@nanning.authority"
MONDAY, TUESDAY, WEDNESDAY = "2026-11-23T10:00", "2026-11-24T09:00", "2026-11-25T09:00"
"""A formal review has two working days: filed on Monday it is due at the midnight that ends Wednesday."""
THURSDAY, NEXT_MONDAY, NEXT_WEDNESDAY = "2026-11-26T09:00", "2026-11-30T09:00", "2026-12-02T09:00"


@pytest.fixture(autouse=True)
async def nobody_on_file(driver: Driver) -> None:
    await driver.pool.execute("delete from posts")


async def it_is(driver: Driver, text: str) -> None:
    """Sets the clock of the system, Asia/Shanghai."""
    async with driver.pool.acquire() as connection:
        driver.clock.shift = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) - await present(connection)


def reminder(driver: Driver) -> Reminding:
    return Reminding(driver.pool, RecordOfNotices(read_scopes()), driver.clock)


async def filed(driver: Driver, at: str = MONDAY, city: str = "nanning", urgency: str = "normal") -> str:
    await it_is(driver, at)
    return await driver.file(city, choices={"urgency": urgency}, hand_over=False)


async def remind(driver: Driver, at: str) -> list[tuple[str, str]]:
    """What one look at that time tells: kind and login of each new message."""
    await it_is(driver, at)
    before = await driver.pool.fetchval("select coalesce(max(number), 0) from messages")
    await reminder(driver).remind()
    rows = await driver.pool.fetch(
        "select m.kind, login from messages m join accounts using (account_id) where number > $1 order by 1, 2",
        before,
    )
    return [(row["kind"], row["login"]) for row in rows]


async def until_told(driver: Driver, kind: str) -> None:
    """Returns when somebody has been told so."""
    async with asyncio.timeout(30):
        while True:
            if await driver.pool.fetchval("select exists (select from messages where kind = $1)", kind):
                return
            await asyncio.sleep(0.02)


def all_of(kind: str, logins: list[str]) -> list[tuple[str, str]]:
    return [(f"reminder_{kind}", login) for login in logins]


@pytest.mark.duty("NN-6.5")
async def test_the_officers_of_a_body_are_reminded_before_the_end_at_the_end_and_after_it(driver: Driver) -> None:
    await filed(driver)

    assert await remind(driver, "2026-11-24T08:00") == []
    assert await remind(driver, TUESDAY) == all_of("due_soon", OFFICERS)
    assert await remind(driver, WEDNESDAY) == []
    assert await remind(driver, "2026-11-26T00:00") == [], "nobody is at work at the midnight when it is due"
    assert await remind(driver, THURSDAY) == all_of("due", OFFICERS)


@pytest.mark.duty("NN-32")
async def test_after_the_first_reminder_it_escalates_to_posts_and_supervisors(
    driver: Driver,
) -> None:
    await filed(driver)
    await driver.pool.execute(
        "update accounts set body = 'nanning.operator', roles = '{}' where login = 'reviewer@nanning.experts'"
    )
    await driver.pool.execute(
        "insert into posts (body, post, account_id, filed_at, filed_by) "
        "select 'nanning.operator', 'leader', account_id, now(), account_id from accounts "
        "where login = 'reviewer@nanning.experts'"
    )
    await remind(driver, THURSDAY)

    expected = all_of("overdue", ["reviewer2@nanning.operator", "reviewer@nanning.experts"])
    expected += all_of("overdue", ["reviewer@nanning.operator", SUPERVISOR])
    assert await remind(driver, NEXT_MONDAY) == expected
    assert await remind(driver, NEXT_WEDNESDAY) == expected


async def test_who_claimed_the_task_is_reminded_alone(driver: Driver) -> None:
    case_id = await filed(driver)
    account = await driver.pool.fetchval("select account_id from accounts where login = $1", OFFICERS[0])
    claim = a.Claim(
        id="claim",
        case_id=case_id,
        by=a.Actor(account=account, body="nanning.operator"),
        received_at=AT,
        task_id=f"{case_id}.formal_review.1",
    )
    assert await driver.do(claim) == "accepted"

    assert await remind(driver, TUESDAY) == all_of("due_soon", OFFICERS[:1])


async def test_who_is_away_is_not_reminded_but_the_substitute_is(driver: Driver) -> None:
    await filed(driver)
    await driver.pool.execute(
        "insert into absences select 'a', o.account_id, s.account_id, '2026-11-20', '2026-12-20', now() "
        "from accounts o, accounts s where o.login = $1 and s.login = $2",
        *OFFICERS,
    )
    assert await remind(driver, TUESDAY) == all_of("due_soon", OFFICERS[1:])


async def test_nobody_is_told_twice_of_a_point_however_often_the_task_is_looked_at(driver: Driver) -> None:
    await filed(driver)
    assert await remind(driver, TUESDAY)
    await driver.pool.execute("update tasks set remind_at = '2020-01-01'")
    assert await remind(driver, "2026-11-24T12:00") == []


async def test_nobody_is_told_twice_by_two_workers(driver: Driver) -> None:
    for _ in range(5):
        await filed(driver)
    await it_is(driver, TUESDAY)

    await asyncio.gather(*(reminder(driver).remind() for _ in range(4)))
    await reminder(driver).remind()

    rows = await driver.pool.fetch("select task_id, account_id from messages where kind = 'reminder_due_soon'")
    assert set(Counter((row["task_id"], row["account_id"]) for row in rows).values()) == {1}
    assert len(rows) == 10


async def test_after_a_week_without_a_worker_one_reminder_is_told_for_all_that_were_missed(driver: Driver) -> None:
    await filed(driver)
    kinds = {kind for kind, _ in await remind(driver, NEXT_WEDNESDAY)}
    assert kinds == {"reminder_overdue"}
    assert (
        await driver.pool.fetchval("select min(facts ->> 'nth') from messages where kind = 'reminder_overdue'") == "2"
    )


@pytest.mark.parametrize("at", ["2026-11-28T10:00", "2026-11-26T20:00", "2026-11-27T08:59"])
async def test_a_reminder_that_is_late_waits_for_a_working_day_and_its_hours(driver: Driver, at: str) -> None:
    await filed(driver)
    assert await remind(driver, at) == []
    assert await remind(driver, NEXT_MONDAY)


async def test_hours_are_reminded_of_at_night_and_on_days_off(driver: Driver) -> None:
    await filed(driver, "2026-11-28T20:00", urgency="urgent")
    assert await remind(driver, "2026-11-29T05:01") == all_of("due_soon", OFFICERS)
    assert await remind(driver, "2026-11-29T08:01") == all_of("due", OFFICERS)


async def test_what_is_owed_at_once_is_reminded_of_at_any_hour(driver: Driver) -> None:
    await it_is(driver, "2026-11-27T23:00")
    await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    kinds = {kind for kind, _ in await remind(driver, "2026-11-28T23:30")}
    assert kinds == {"reminder_at_once"}


async def test_a_task_that_was_answered_in_time_is_not_called_overdue_while_the_act_waits(driver: Driver) -> None:
    case_id = await filed(driver)
    await it_is(driver, "2026-11-25T23:00")
    await driver.decide(case_id, "formal_review", "pass", hand_over=False)

    assert await remind(driver, NEXT_WEDNESDAY) == []
    assert await driver.pool.fetchval("select remind_at > $1 from tasks", datetime(2026, 12, 2, tzinfo=SHANGHAI))


async def test_a_clock_that_was_moved_is_reminded_of_anew(driver: Driver) -> None:
    case_id = await filed(driver)
    assert await remind(driver, THURSDAY) == all_of("due", OFFICERS)
    async with driver.pool.acquire() as connection, connection.transaction():
        record = await driver.log.notices.under_share_lock(connection, "CN-GX")
        case = await lock(connection, case_id, driver.clock)
        state = await driver.state(case_id)
        (task,) = state.open_tasks()
        unset = {"period": "4wd", "due_at": None, "last_day": None}
        moved = e.ClockMoved(
            number=state.number + 1,
            at=case.now,
            task_id=task.task_id,
            clock=task.clock.model_copy(update=unset),
            because="test",
            due_before=task.clock.due_at,
        )
        await driver.log.write(connection, case, state, [moved], engine_number=0, record=record)

    assert await remind(driver, "2026-11-26T09:30") == all_of("due_soon", OFFICERS), (
        "two days later, it is due tomorrow"
    )
    assert await remind(driver, NEXT_MONDAY) == all_of("due", OFFICERS)


async def test_a_reminder_writes_no_event_and_decides_nothing(driver: Driver) -> None:
    case_id = await filed(driver)
    before = await driver.state(case_id)
    await remind(driver, NEXT_MONDAY)
    assert await driver.state(case_id) == before
    assert await driver.pool.fetchval("select count(*) from acts where case_id = $1", case_id) == 1


async def test_tasks_without_an_end_are_not_looked_at(driver: Driver) -> None:
    await filed(driver, city="yulin")
    assert await driver.pool.fetchval("select count(*) from tasks where remind_at is null") == 2


async def test_a_case_that_is_being_written_to_is_not_waited_for(driver: Driver) -> None:
    busy, idle = await filed(driver), await filed(driver)
    await it_is(driver, TUESDAY)
    async with driver.pool.acquire() as connection, connection.transaction():
        await lock(connection, busy, driver.clock)
        async with asyncio.timeout(60):
            assert await reminder(driver).remind() == 1
    told = "select distinct case_id from messages where kind = 'reminder_due_soon'"
    assert [row["case_id"] for row in await driver.pool.fetch(told)] == [idle]

    await reminder(driver).remind()
    assert len(await driver.pool.fetch(told)) == 2


async def test_a_task_that_cannot_be_read_holds_up_no_other(driver: Driver) -> None:
    bad, _ = await filed(driver), await filed(driver)
    await driver.pool.execute("update tasks set clock = $2 where case_id = $1", bad, json.dumps({"of": "the future"}))
    assert await remind(driver, TUESDAY) == all_of("due_soon", OFFICERS)


async def test_a_round_goes_set_by_set_until_nothing_is_left(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding, "A_SET", 2)
    for _ in range(5):
        await filed(driver)
    await it_is(driver, TUESDAY)
    one = reminder(driver)
    assert [await one.remind() for _ in range(4)] == [2, 2, 1, 0]


async def test_the_loop_reminds_by_itself_until_it_is_cancelled(driver: Driver) -> None:
    await filed(driver)
    await it_is(driver, TUESDAY)
    async with beside(reminder(driver).run()) as loop:
        await until_told(driver, "reminder_due_soon")
    assert loop.cancelled()


async def test_what_is_wrong_with_one_task_holds_up_no_reminder_of_another(driver: Driver) -> None:
    broken = await filed(driver)
    await filed(driver)
    await driver.pool.execute('update tasks set clock = clock || \'{"period": "a while"}\' where case_id = $1', broken)
    assert await remind(driver, TUESDAY) == all_of("due_soon", OFFICERS)


async def test_the_loop_outlives_a_look_that_fails(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    await filed(driver)
    await it_is(driver, TUESDAY)
    failed = asyncio.Event()
    whole = reminding.CASES_TO_LOOK_AT
    monkeypatch.setattr(reminding, "CASES_TO_LOOK_AT", "select no_such_column from cases limit $2 offset $1")
    it = Reminding(driver.pool, RecordOfNotices(read_scopes()), driver.clock, every=0.02)
    monkeypatch.setattr(reminding.LOG, "exception", lambda *_: failed.set())
    async with beside(it.run()):
        await failed.wait()
        monkeypatch.setattr(reminding, "CASES_TO_LOOK_AT", whole)
        await until_told(driver, "reminder_due_soon")


async def test_an_outcome_that_has_a_period_of_its_own_is_reminded_of_before_the_stage(driver: Driver) -> None:
    """A demand in Guangzhou is declined within five working days, and answered within twenty."""
    await it_is(driver, MONDAY)
    case_id = await driver.file("guangzhou", procedure="demand", hand_over=False)
    officers = ["reviewer2@guangzhou.transport", "reviewer@guangzhou.transport"]

    assert await remind(driver, "2026-11-27T09:00") == all_of("outcome_due_soon", officers)
    assert await driver.pool.fetchval(
        "select distinct facts ->> 'outcomes' from messages where kind like '%due_soon'"
    ) == ("decline")
    assert await remind(driver, "2026-11-30T09:00") == []
    assert await driver.decide(case_id, "assessment", "decline", hand_over=False) == "received"
    assert await remind(driver, "2026-12-01T09:00") == [], "an answer waits that was received in time"
