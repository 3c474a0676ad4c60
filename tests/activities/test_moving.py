"""The cases of a notice, moved many at a time: as one by one, byte for byte, and nothing is judged by an old clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from activities.clock import DatabaseClock
from activities.database import Connection
from activities.notices.moving import move_all
from activities.notices.publishing import Published, publish_in
from activities.record.append import Append
from activities.record.log import lock, read_log
from activities.record.touching import put_notices_first
from models import acts as a
from models.messages import Write
from models.procedures import BY_NAME
from models.state import CaseState, fold
from rules.calendar_notices import DaysOff, Notice
from rules.deadlines import to_shanghai
from tests.driving import Driver

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
        kept = await driver.pool.fetchval(
            "select act from acts where case_id = $1 and kind = 'apply_notice' and state = 'received'", case_id
        )
        if kept is None:
            continue
        async with driver.pool.acquire() as connection:
            state = fold(CaseState(), await read_log(connection, case_id))
            rules = await driver.log.rules_of(connection, state.rules_digest)
        events = BY_NAME[state.procedure].judge(rules, state, a.ACT.validate_json(kept))
        append = Append(driver.pool, driver.log, driver.clock)
        await append.append(Write(case_id=case_id, after=state.number, events=tuple(events)))


async def test_many_cases_are_moved_as_each_would_be_byte_for_byte(driver: Driver) -> None:
    cities = ("nanning", "yulin", "guangzhou", "lianyungang", "nanjing")
    cases = [await driver.file(city, hand_over=False) for city in cities for _ in range(2)]
    cases += [await driver.object_to(city, "errors", hand_over=False) for city in ("guangzhou", "lianyungang")]
    cases += [await driver.file("nanning", choices={"urgency": urgency}, hand_over=False) for urgency in ("urgent",)]
    await recorded(driver, await notice_of_the_week(driver))
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
        assert len(together["events"]) > len(before["events"]) + 5
