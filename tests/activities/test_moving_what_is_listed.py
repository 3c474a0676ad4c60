"""A notice is listed once, and what is listed for it is worked off."""

from __future__ import annotations

from datetime import timedelta

from activities.notices.moving import TO_LIST, Steps
from tests.activities.test_moving import kinds, moves_of, moving, notice_of_the_week, of_guangxi, recorded
from tests.driving import Driver

NEVER_SO_LONG = timedelta(seconds=10)


async def test_a_notice_listed_between_the_look_and_the_lock_is_not_listed_again(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    await recorded(driver, await notice_of_the_week(driver))
    async with driver.pool.acquire() as connection, connection.transaction():
        look = await connection.cursor(TO_LIST)  # what it sees is fixed, and nothing is locked
        await moving(driver).work_off()
        assert await look.fetchrow() is None
    assert await driver.pool.fetchval("select count(*) from cases_to_move") == 0
    assert len(await moves_of(driver, case_id)) == 1


async def test_a_case_listed_for_a_notice_that_is_done_is_taken_off_and_others_go_on(
    driver: Driver,
) -> None:
    cases = [await driver.file("nanning", hand_over=False) for _ in range(3)]
    notice = await notice_of_the_week(driver)
    done, behind = await recorded(driver, notice), await recorded(driver, of_guangxi(notice))
    steps = Steps(driver.log, driver.clock)
    for _ in (done, behind):
        async with driver.pool.acquire() as connection, connection.transaction():
            assert (await steps.next(connection)).did
    await driver.pool.execute(
        "update notices_moving set done_at = clock_timestamp() where position = $1", done.position
    )

    moved = await moving(driver, at_once=1).work_off(NEVER_SO_LONG)

    assert set(moved) == set(cases)
    assert await driver.pool.fetchval("select count(*) from cases_to_move") == 0
    for case_id in cases:
        assert [move.clock.calendar_version for move in await moves_of(driver, case_id)] == [
            done.position,
            behind.position,
        ]


async def test_a_case_that_is_left_on_the_list_when_all_notices_are_done_is_taken_off(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    await recorded(driver, await notice_of_the_week(driver))
    async with driver.pool.acquire() as connection, connection.transaction():
        assert (await Steps(driver.log, driver.clock).next(connection)).did
    await driver.pool.execute("update notices_moving set done_at = clock_timestamp() where done_at is null")

    assert await moving(driver).work_off(NEVER_SO_LONG) == (case_id,)

    assert await kinds(driver, case_id) == ["file", "apply_notice"]
    assert await driver.pool.fetchval("select count(*) from cases_to_move") == 0
