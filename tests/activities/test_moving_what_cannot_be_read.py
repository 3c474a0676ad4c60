"""A case that a notice cannot be given is left alone for a while, and holds up nobody behind it."""

from __future__ import annotations

import itertools

from activities.clock import DatabaseClock
from activities.notices.moving import Steps, move_all
from tests.activities.test_moving import kinds, moves_of, moving, notice_of_the_week, recorded
from tests.driving import Driver

UNREADABLE = """
update tasks set clock = clock || '{"calendar_version": "of a newer version"}' where case_id = any($1)
"""
READABLE = """
update tasks set clock = jsonb_set(clock, '{calendar_version}', to_jsonb($2::int)) where case_id = any($1)
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
"""So many more like a case that is listed, which cannot be read; none has a log."""
AT_ONCE_AGAIN = "update cases_to_move set retry_at = clock_timestamp()"
PAUSES = """
select case_id, failed, extract(epoch from retry_at - clock_timestamp())::float as pause from cases_to_move
order by case_id
"""


async def version_of(driver: Driver, case_id: str) -> int:
    kept = await driver.pool.fetchval("select clock ->> 'calendar_version' from tasks where case_id = $1", case_id)
    return int(kept)


async def test_what_cannot_be_given_the_notice_stays_listed_and_holds_up_no_other(driver: Driver) -> None:
    cases = sorted([await driver.file("nanning", hand_over=False) for _ in range(3)])
    version = await version_of(driver, cases[0])
    await driver.pool.execute(UNREADABLE, cases[:1])
    await recorded(driver, await notice_of_the_week(driver))

    async with driver.pool.acquire() as connection:
        await move_all(connection, driver.log, DatabaseClock())

    listed = await driver.pool.fetch("select case_id from cases_to_move")
    assert [row["case_id"] for row in listed] == cases[:1]
    assert [await kinds(driver, each) for each in cases[1:]] == [["file", "apply_notice"]] * 2
    await driver.pool.execute(READABLE, cases[:1], version)
    await driver.pool.execute(AT_ONCE_AGAIN)
    assert await moving(driver).work_off() == (cases[0],)
    assert len(await moves_of(driver, cases[0])) == 1


async def test_more_that_cannot_be_read_than_are_taken_at_once_hold_up_nobody_behind_them(driver: Driver) -> None:
    """They end first, so they are taken first, and fail; then those behind have their turn."""
    first = await driver.file("nanning", hand_over=False)
    readable = [await driver.file("nanning", hand_over=False) for _ in range(3)]
    await recorded(driver, await notice_of_the_week(driver))
    async with driver.pool.acquire() as connection, connection.transaction():
        assert (await Steps(driver.log, driver.clock).next(connection)).did, "they are listed"
    await driver.pool.execute(COPIES, first, 149)
    await driver.pool.execute(UNREADABLE, [first])
    unreadable = await driver.pool.fetchval("select count(*) from cases_to_move where case_id <> all($1)", readable)
    assert unreadable == 150

    assert set(await moving(driver).work_off()) == set(readable)

    left = await driver.pool.fetch(PAUSES)
    assert len(left) == 150
    assert all(row["failed"] == 1 and 0 < row["pause"] <= 10 for row in left)
    given = [await kinds(driver, each) for each in readable]
    assert given == [["file", "apply_notice"]] * 3, "beside such cases they get the act, and are judged in their turn"


async def test_what_fails_again_is_left_alone_for_longer(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    version = await version_of(driver, case_id)
    await driver.pool.execute(UNREADABLE, [case_id])
    await recorded(driver, await notice_of_the_week(driver))
    pauses = []
    for times in range(1, 12):
        assert await moving(driver).work_off() == ()
        (row,) = await driver.pool.fetch(PAUSES)
        assert row["failed"] == times
        pauses.append(row["pause"])
        assert await moving(driver).work_off() == (), "it is left alone meanwhile"
        await driver.pool.execute(AT_ONCE_AGAIN)
    assert all(later > earlier for earlier, later in itertools.pairwise(pauses[:8]))
    assert 3500 < max(pauses) <= 3600
    await driver.pool.execute(READABLE, [case_id], version)
    assert await moving(driver).work_off() == (case_id,)
    assert await driver.pool.fetchval("select count(*) from cases_to_move") == 0
