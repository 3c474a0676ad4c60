"""A case with a clock that cannot be read is given the notice all the same, and goes on; one that cannot be given it
is left alone for a while, and holds up nobody behind it."""

from __future__ import annotations

import itertools

import pytest
from temporalio.worker import Worker

from activities.clock import DatabaseClock
from activities.notices.moving import Steps, move_all
from models import acts as a
from models.restrictions import RestrictionKind
from tests.activities.test_moving import kinds, moves_of, moving, notice_of_the_week, recorded
from tests.driving import Driver

UNREADABLE = """
update tasks set clock = clock || '{"calendar_version": "of a newer version"}' where case_id = any($1)
"""
COPIES = """
with copied as (
  insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, rules_digest, number,
    engine_number)
  select case_id || '-' || n, case_number || '-' || n, city, procedure, dataset_id, party, received_at, rules_digest,
    number, engine_number
  from cases, generate_series(1, $2::int) n where case_id = $1 returning case_id
), with_tasks as (
  insert into tasks select task.* from copied, tasks, jsonb_populate_record(tasks, jsonb_build_object(
    'task_id', copied.case_id || tasks.task_id, 'case_id', copied.case_id,
    'clock', tasks.clock || '{"calendar_version": "of a newer version"}'
  )) as task where tasks.case_id = $1
)
insert into cases_to_move (case_id, position, ends_at)
select copied.case_id, listed.position, listed.ends_at - interval '1 day' from copied, cases_to_move listed
where listed.case_id = $1
"""
"""So many more like a case that is listed, which cannot be read; none has a log, nor an inbox to put anything into."""
AN_INBOX = """
insert into acts select with_it.* from acts, jsonb_populate_record(
  acts, jsonb_build_object('act_id', acts.act_id || '-1', 'case_id', acts.case_id || '-1')
) as with_it where acts.case_id = $1 and acts.kind = 'file'
"""
"""Of the one copy of a case."""
AT_ONCE_AGAIN = "update cases_to_move set retry_at = clock_timestamp()"
PAUSES = """
select case_id, failed, extract(epoch from retry_at - clock_timestamp())::float as pause from cases_to_move
order by case_id
"""


async def listed(driver: Driver) -> None:
    """Whom the notice on record may move is on the list."""
    async with driver.pool.acquire() as connection, connection.transaction():
        assert (await Steps(driver.log, driver.clock).next(connection)).did


async def left(driver: Driver) -> int:
    count: int = await driver.pool.fetchval("select count(*) from cases_to_move")
    return count


async def test_what_cannot_be_read_is_given_the_notice_and_is_on_the_list_no_longer(
    driver: Driver, worker: Worker
) -> None:
    cases = sorted([await driver.file("nanning") for _ in range(3)])
    await driver.pool.execute(UNREADABLE, cases[:1])
    published = await recorded(driver, await notice_of_the_week(driver))

    async with driver.pool.acquire() as connection:
        await move_all(connection, driver.log, DatabaseClock())

    assert await left(driver) == 0
    assert [await kinds(driver, each) for each in cases] == [["file", "apply_notice"]] * 3
    act = await driver.waiting_act(cases[0])
    assert isinstance(act, a.ApplyNotice)
    assert act.tasks is None, "whoever can read the case finds out what it moves"
    for each in cases:
        await driver.engine.hand_over(each, driver.patience)
        (moved,) = await moves_of(driver, each)
        assert moved.clock.calendar_version == published.position


@pytest.mark.parametrize("is_listed", [False, True])
async def test_an_act_to_a_case_with_an_unreadable_clock_is_received_beside_a_notice(
    driver: Driver, worker: Worker, *, is_listed: bool
) -> None:
    case_id = await driver.file("nanning")
    await driver.pool.execute(UNREADABLE, [case_id])
    await recorded(driver, await notice_of_the_week(driver))
    if is_listed:
        await listed(driver)

    assert await driver.on_task(a.Claim, case_id, "formal_review") == "accepted"
    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"

    assert await kinds(driver, case_id) == ["file", "apply_notice", "claim", "decide"]
    assert len(await moves_of(driver, case_id)) == 1
    await moving(driver).work_off()
    assert len(await moves_of(driver, case_id)) == 1
    assert await left(driver) == 0


async def test_an_objection_stops_the_data_although_a_request_for_it_cannot_be_read(driver: Driver) -> None:
    requests = [await driver.file("nanning", hand_over=False) for _ in range(2)]
    await driver.pool.execute(UNREADABLE, requests[:1])
    await recorded(driver, await notice_of_the_week(driver))

    objection = await driver.object_to("nanning", "privacy", evidence=1, hand_over=False)

    held = await driver.restrictions("nanning-transport-example")
    assert held[objection].kind is RestrictionKind.HOLD
    assert [await kinds(driver, each) for each in requests] == [["file", "apply_notice", "restrict"]] * 2


async def test_more_that_can_be_given_nothing_than_are_taken_at_once_hold_up_nobody(driver: Driver) -> None:
    """They end first, so they are taken first, and fail; then those behind have their turn."""
    cases = [await driver.file("nanning", hand_over=False) for _ in range(4)]
    await recorded(driver, await notice_of_the_week(driver))
    await listed(driver)
    await driver.pool.execute(COPIES, cases[0], 150)

    assert set(await moving(driver).work_off()) == set(cases)

    rows = await driver.pool.fetch(PAUSES)
    assert len(rows) == 150
    assert all(row["failed"] == 1 and 0 < row["pause"] <= 10 for row in rows)
    given = [await kinds(driver, each) for each in cases]
    assert given == [["file", "apply_notice"]] * 4, "beside such cases they get the act, and are judged in their turn"


async def test_what_fails_again_is_left_alone_for_longer(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    await recorded(driver, await notice_of_the_week(driver))
    await listed(driver)
    await driver.pool.execute(COPIES, case_id, 1)
    pauses = []
    for times in range(1, 12):
        assert await moving(driver).work_off() == ((case_id,) if times == 1 else ())
        (row,) = await driver.pool.fetch(PAUSES)
        assert row["failed"] == times
        pauses.append(row["pause"])
        assert await moving(driver).work_off() == (), "it is left alone meanwhile"
        await driver.pool.execute(AT_ONCE_AGAIN)
    assert all(later > earlier for earlier, later in itertools.pairwise(pauses[:8]))
    assert 3500 < max(pauses) <= 3600
    await driver.pool.execute(AN_INBOX, case_id)
    assert await moving(driver).work_off() == (f"{case_id}-1",)
    assert await left(driver) == 0
