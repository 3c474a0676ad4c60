"""The cases of a notice, moved many at a time: as one by one, byte for byte, and nothing is judged by an old clock."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.worker import Worker

from activities.calendar.record import with_due
from activities.clock import DatabaseClock
from activities.database import Connection
from activities.engine.reconciling import reconcile
from activities.notices.moving import Moving, Steps, move_all
from activities.notices.publishing import Published, publish_in
from activities.record.append import Append
from activities.record.log import lock
from activities.record.touching import put_notices_first
from activities.telling.reminding import Reminding
from models import acts as a
from models.clock import Clock
from models.events import ClockMoved
from models.messages import Write
from models.procedures import BY_NAME
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import to_shanghai
from tests.driving import AT, Driver
from tests.stopping import nanning

ADMIN = a.Actor(account="acc_admin")
A_DAY = timedelta(days=1)
ROWS = {
    "acts": "select act_id, case_id, seq, kind, account, received_at, act, content, request_digest, hash, "
    "content_digest from acts order by case_id, seq",
    "events": "select case_id, number, type, at, event, hash from events order by case_id, number",
    "cases": "select case_id, number, head, outcome, closed_at, urgency from cases order by case_id",
    "tasks": "select * from tasks order by task_id",
    "messages": "select message_id, account_id, kind, case_id, task_id, city, facts from messages order by message_id",
}
"""All that a write leaves, but for when it was written and what the engine knows of it."""


async def notice_of_the_week(driver: Driver, scope: str = "CN") -> Notice:
    """Every day of the next fortnight is off, so that every running period in working days ends later."""
    now = await driver.pool.fetchval("select clock_timestamp()")
    today = to_shanghai(now).date()
    return Notice(
        scope=scope,
        document="an invented notice",
        published_on=today,
        recorded_at=now,
        days_off=(DaysOff(today + A_DAY, today + 14 * A_DAY),),
    )


async def recorded(driver: Driver, notice: Notice) -> Published:
    """The notice is on record, and nobody has moved a case yet."""
    async with driver.pool.acquire() as connection, connection.transaction():
        return await publish_in(connection, driver.log.notices, driver.clock, notice, ADMIN)


async def rows(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {table: [tuple(row) for row in await connection.fetch(query)] for table, query in ROWS.items()}


class UndoneAgain(Exception):
    """What was tried is taken back."""


async def one_by_one(driver: Driver, cases: Sequence[str]) -> None:
    """Each case gets the act and is judged in its turn, as by the engine."""
    for case_id in cases:
        async with driver.pool.acquire() as connection, connection.transaction():
            case = await lock(connection, case_id, driver.clock)
            await put_notices_first(connection, driver.log.notices, {case_id: case.number})
        await judge_what_waits(driver, case_id)


async def judge_what_waits(driver: Driver, case_id: str) -> None:
    """The first act in the inbox of a case is judged, as by the engine."""
    kept = await driver.pool.fetchval(
        "select act from acts where case_id = $1 and state = 'received' order by seq limit 1", case_id
    )
    if kept is None:
        return
    state, rules = await driver.state(case_id), await driver.rules_of(case_id)
    events = BY_NAME[state.procedure].judge(rules, state, a.ACT.validate_json(kept))
    append = Append(driver.pool, driver.log, driver.clock)
    await append.append(Write(case_id=case_id, after=state.number, events=tuple(events)))


async def moved_together_as_apart(driver: Driver, cases: Sequence[str]) -> int:
    """The cases of the notice on record are moved at once, taken back, and moved one by one: byte for byte the same.
    How many events that adds."""
    before: dict[str, list[tuple[Any, ...]]] = {}
    together: dict[str, list[tuple[Any, ...]]] = {}
    with pytest.raises(UndoneAgain):
        async with driver.pool.acquire() as connection, connection.transaction():
            before |= await rows(connection)
            await move_all(connection, driver.log, DatabaseClock())
            assert not await connection.fetchval(
                "select exists (select from acts where state = 'received' and kind = 'apply_notice')"
            )
            together |= await rows(connection)
            raise UndoneAgain
    await one_by_one(driver, sorted(cases))
    async with driver.pool.acquire() as connection:
        apart = await rows(connection)
    for table in ROWS:
        assert together[table] == apart[table], table
    return len(together["events"]) - len(before["events"])


async def test_many_cases_are_moved_as_each_would_be_byte_for_byte(driver: Driver) -> None:
    cities = ("nanning", "yulin", "guangzhou", "lianyungang", "nanjing")
    cases = [await driver.file(city, hand_over=False) for city in cities for _ in range(2)]
    cases += [await driver.object_to(city, "errors", hand_over=False) for city in ("guangzhou", "lianyungang")]
    cases += [await driver.file("nanning", choices={"urgency": urgency}, hand_over=False) for urgency in ("urgent",)]
    await recorded(driver, await notice_of_the_week(driver))
    assert await moved_together_as_apart(driver, cases) > 5


async def stopped(driver: Driver, case_id: str, stage: str) -> Clock:
    """The body of the stage stops its clock by a decision; the clock then."""
    task = await driver.task(case_id, stage)
    await driver.receive(
        a.StopClock(
            id=str(uuid.uuid4()),
            case_id=case_id,
            by=driver.officer_of(task, "1"),
            received_at=AT,
            task_id=task.task_id,
            stop="inspection",
            given=frozenset({"text"}),
        )
    )
    await judge_what_waits(driver, case_id)
    return (await driver.task(case_id, stage)).clock


async def test_a_clock_that_stands_still_ends_later_by_a_notice_and_so_does_its_stop(driver: Driver) -> None:
    driver.packs["nanning"] = nanning("formal_review")
    cases = [await driver.file("nanning", hand_over=False) for _ in range(2)]
    before = await stopped(driver, cases[0], "formal_review")
    await recorded(driver, await notice_of_the_week(driver))

    assert await moved_together_as_apart(driver, cases) == len(cases)

    after = (await driver.task(cases[0], "formal_review")).clock
    (was,), (stop,) = before.open_stops, after.open_stops
    assert before.due_at and after.due_at and was.ends_at and stop.ends_at
    assert stop.ends_at > was.ends_at, "the most is in working days, of which there are fewer now"
    assert after.due_at > before.due_at
    async with driver.pool.acquire() as connection:
        assert after == with_due(before.unset(), await driver.log.notices.read(connection))


async def moves_of(driver: Driver, case_id: str) -> list[ClockMoved]:
    return [event for event in await driver.events(case_id) if isinstance(event, ClockMoved)]


async def due_of(driver: Driver, case_id: str) -> datetime:
    due_at = (await driver.task(case_id, "formal_review")).clock.due_at
    assert due_at
    return due_at


async def kinds(driver: Driver, case_id: str) -> list[str]:
    rows = await driver.pool.fetch("select kind from acts where case_id = $1 order by seq", case_id)
    return [row["kind"] for row in rows]


async def later(driver: Driver, instant: datetime) -> None:
    """It is a little later than that."""
    driver.clock.shift = instant - await driver.pool.fetchval("select clock_timestamp()") + timedelta(minutes=1)


def moving(driver: Driver, at_once: int = 100) -> Moving:
    return Moving(driver.pool, Steps(driver.log, driver.clock, at_once))


async def test_who_decides_before_the_case_is_moved_is_judged_by_the_notice(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    old_due_at = await due_of(driver, case_id)
    await recorded(driver, await notice_of_the_week(driver))
    await later(driver, old_due_at)

    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"

    assert not (await driver.task(case_id, "formal_review")).late
    types = await driver.types(case_id)
    assert types.index("ClockMoved") < types.index("TaskDecided")
    assert "ClockPassed" not in types
    await moving(driver).work_off()
    assert len(await moves_of(driver, case_id)) == 1


async def test_a_claim_before_the_case_is_moved_comes_behind_the_notice(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    await recorded(driver, await notice_of_the_week(driver))
    assert await driver.on_task(a.Claim, case_id, "formal_review") == "accepted"
    assert await kinds(driver, case_id) == ["file", "apply_notice", "claim"]
    assert (await driver.types(case_id))[-2:] == ["ClockMoved", "TaskClaimed"]


@pytest.mark.parametrize("listed", [False, True])
async def test_an_old_clock_does_not_pass_once_a_notice_is_on_record(driver: Driver, *, listed: bool) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    old_due_at = await due_of(driver, case_id)
    await recorded(driver, await notice_of_the_week(driver))
    if listed:
        async with driver.pool.acquire() as connection, connection.transaction():
            await Steps(driver.log, driver.clock).next(connection)
    await later(driver, old_due_at)
    state, rules = await driver.state(case_id), await driver.rules_of(case_id)
    passed = BY_NAME[state.procedure].passed(rules, state, old_due_at)
    assert [event.type for event in passed] == ["ClockPassed"]

    append = Append(driver.pool, driver.log, driver.clock)
    write = Write(case_id=case_id, after=state.number, events=tuple(passed), passing=old_due_at)
    assert (await append.append(write)).events == ()

    assert await kinds(driver, case_id) == ["file", "apply_notice"], "it is judged first"


async def test_nobody_is_reminded_by_a_clock_that_a_notice_has_moved(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    old_due_at = await due_of(driver, case_id)
    await recorded(driver, await notice_of_the_week(driver))
    await later(driver, old_due_at + timedelta(hours=10))
    reminding = Reminding(driver.pool, driver.log.notices, driver.clock)
    assert await reminding.remind() == 0
    await moving(driver).work_off()
    assert await reminding.remind() > 0
    told = "select count(*) from messages where case_id = $1 and kind = 'reminder_overdue'"
    assert await driver.pool.fetchval(told, case_id) == 0


async def test_what_another_case_sends_comes_behind_the_notice(driver: Driver) -> None:
    asked = await driver.file("nanning", hand_over=False)
    await recorded(driver, await notice_of_the_week(driver))
    await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)
    assert await kinds(driver, asked) == ["file", "apply_notice", "restrict"]


async def test_what_was_received_before_the_notice_is_judged_before_it(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    await driver.decide(case_id, "formal_review", "pass", hand_over=False)
    await recorded(driver, await notice_of_the_week(driver))

    assert await moving(driver).work_off() == (case_id,)

    assert await kinds(driver, case_id) == ["file", "decide", "apply_notice"]
    assert "ClockMoved" not in await driver.types(case_id), "the decision waits, and is first"
    await driver.engine.hand_over(case_id, driver.patience)
    assert await moves_of(driver, case_id) == []
    by_notice = (await driver.task(case_id, "provider_review")).clock.calendar_version
    async with driver.pool.acquire() as connection:
        assert by_notice == (await driver.log.notices.read(connection)).version


async def test_a_case_that_somebody_writes_to_is_waited_for_by_nobody(driver: Driver) -> None:
    cases = [await driver.file("nanning", hand_over=False) for _ in range(3)]
    await recorded(driver, await notice_of_the_week(driver))
    async with driver.pool.acquire() as connection, connection.transaction():
        await lock(connection, cases[0], driver.clock)
        assert await moving(driver).work_off() == tuple(sorted(cases[1:]))
        assert await driver.pool.fetchval("select count(*) from notices_moving where done_at is null") == 1
    assert await moving(driver).work_off() == (cases[0],)
    assert await driver.pool.fetchval("select count(*) from notices_moving where done_at is null") == 0


async def test_who_files_waits_neither_for_the_list_nor_for_cases_that_are_moved(driver: Driver) -> None:
    for _ in range(3):
        await driver.file("nanning", hand_over=False)
    await recorded(driver, await notice_of_the_week(driver))
    steps = Steps(driver.log, driver.clock)
    for done in ("listed", "moved"):
        async with driver.pool.acquire() as connection, connection.transaction():
            assert (await steps.next(connection)).did, done
            await driver.file("nanning", hand_over=False)
    new = await driver.pool.fetch("select clock ->> 'calendar_version' as version from tasks")
    assert len({row["version"] for row in new}) == 1, "who filed meanwhile has the clock of the notice"


async def test_several_move_the_cases_of_notices_together_and_none_twice(driver: Driver) -> None:
    cases = [await driver.file("nanning", hand_over=False) for _ in range(12)]
    notice = await notice_of_the_week(driver)
    published = [await recorded(driver, notice), await recorded(driver, of_guangxi(notice))]
    found = await asyncio.gather(*(moving(driver, at_once=2).work_off() for _ in range(3)))
    await moving(driver).work_off()
    assert {case_id for some in found for case_id in some} <= set(cases)
    for case_id in cases:
        moved = await moves_of(driver, case_id)
        assert [move.clock.calendar_version for move in moved] == [each.position for each in published]
    rows = await driver.pool.fetch(
        "select moved, done_at from notices_moving where position = any($1)", [each.position for each in published]
    )
    assert all(row["moved"] == len(cases) and row["done_at"] for row in rows)


def of_guangxi(notice: Notice) -> Notice:
    """Another fortnight behind it, there alone."""
    (off,) = notice.days_off
    more = DaysOff(off.last + A_DAY, off.last + 14 * A_DAY)
    return Notice.model_validate(dict(notice) | {"scope": "CN-GX", "document": "another", "days_off": (more,)})


async def test_the_engine_is_told_of_what_ends_sooner_and_finds_the_rest_itself(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    undelivered = "select count(*) from acts where case_id = $1 and delivered_at is null"
    notice = await notice_of_the_week(driver)
    await recorded(driver, notice)
    await moving(driver).work_off()
    assert await driver.pool.fetchval(undelivered, case_id) == 0
    assert [difference async for difference in reconcile(driver.pool, driver.temporal)] == []
    (off,) = notice.days_off
    worked = tuple(off.first + n * A_DAY for n in range(14))
    back = Notice.model_validate(dict(notice) | {"document": "worked", "days_off": (), "days_worked": worked})
    await recorded(driver, back)
    await moving(driver).work_off()
    assert await driver.pool.fetchval(undelivered, case_id) == 1

    await driver.engine.hand_over(case_id, driver.patience)

    known = await driver.engine.knows(case_id)
    assert known
    assert known.number == (await driver.state(case_id)).number
    assert [difference async for difference in reconcile(driver.pool, driver.temporal)] == []


async def test_a_clock_that_stands_still_with_a_most_is_moved_with_the_others(driver: Driver, worker: Worker) -> None:
    """It has a latest end, and an end of its stop, which count working days like any other."""
    driver.packs["nanning"] = nanning()
    case_id = await driver.file("nanning")
    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    stopped = await driver.on_task(
        a.StopClock, case_id, "provider_review", stop="inspection", given=frozenset({"text"})
    )
    assert stopped == "accepted"
    before = (await driver.task(case_id, "provider_review")).clock
    published = await recorded(driver, await notice_of_the_week(driver))

    assert await moving(driver).work_off() == (case_id,)

    clock = (await driver.task(case_id, "provider_review")).clock
    assert clock.calendar_version == published.position
    assert before.due_at
    assert clock.due_at
    assert clock.due_at > before.due_at
    (was,), (stop,) = before.open_stops, clock.open_stops
    assert was.ends_at
    assert stop.ends_at
    assert stop.ends_at > was.ends_at
    row = await driver.pool.fetchrow("select due_at from tasks where case_id = $1 and ended_at is null", case_id)
    assert row
    assert row["due_at"] == clock.due_at
    assert await moving(driver).work_off() == ()
