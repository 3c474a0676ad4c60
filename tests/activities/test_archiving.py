"""Logs and inboxes of closed cases lie in the archive of their year, and everything goes on with them as before."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from temporalio.worker import Worker

from activities.database import Pool
from activities.engine.reconciling import reconcile
from activities.idempotency import IdempotencyKeyReused
from activities.record.log import LockedCase, lock, read_log
from models import acts as a
from models import events as e
from models.state import CaseState, fold
from tests.archiving import archive
from tests.driving import AT, Driver, ShiftedClock
from tests.owning import by_owner, by_server, owner_of
from tests.proof.tampering import found

LONG_AGO = ShiftedClock(timedelta(days=-400))
ROWS = {
    "events": "select to_jsonb(t) - 'archive_year' as row from events t order by case_id, number",
    "acts": "select to_jsonb(t) - 'archive_year' as row from acts t order by case_id, seq",
}
WHERE = """
select coalesce(array_agg(distinct archive_year order by archive_year), '{}')
from (select case_id, archive_year from events union all select case_id, archive_year from acts) as every
where case_id = $1
"""


async def ended(driver: Driver) -> str:
    """A case that ended 400 days ago, by its log too."""
    driver.clock.shift = LONG_AGO.shift
    case_id = await driver.file("nanning", hand_over=False)
    assert await driver.by_applicant(a.Withdraw, case_id) == "accepted"
    driver.clock.shift = timedelta()
    assert (await driver.state(case_id)).closed
    return case_id


async def rows(pool: Pool) -> dict[str, list[str]]:
    return {table: [row["row"] for row in await pool.fetch(statement)] for table, statement in ROWS.items()}


async def years(pool: Pool, case_id: str) -> list[int]:
    """In which partitions something of a case lies."""
    found: list[int] = await pool.fetchval(WHERE, case_id)
    return found


async def year_of(pool: Pool, case_id: str) -> int:
    year: int = await pool.fetchval(
        "select extract(year from closed_at at time zone 'Asia/Shanghai')::int from cases where case_id = $1", case_id
    )
    return year


async def test_a_case_that_ended_long_ago_goes_row_by_row_as_it_is(driver: Driver, worker: Worker) -> None:
    case_id, running = await ended(driver), await driver.file("yulin")
    await driver.pool.execute("update messages set handed_out_at = created_at")
    before, log = await rows(driver.pool), await driver.events(case_id)
    assert await archive(driver.pool) == 1
    assert await years(driver.pool, case_id) == [await year_of(driver.pool, case_id)]
    assert await years(driver.pool, running) == [0]
    assert await rows(driver.pool) == before
    assert await driver.events(case_id) == log
    assert await found(driver.pool) == []
    assert [each async for each in reconcile(driver.pool, driver.temporal)] == []
    assert await archive(driver.pool) == 0


async def test_a_case_stays_that_is_open_ended_lately_or_has_something_to_hear(driver: Driver, worker: Worker) -> None:
    waiting = await ended(driver)
    await by_owner(driver.pool, "update acts set delivered_at = null where case_id = $1 and seq = 2", waiting)
    await driver.file("nanning", hand_over=False)
    lately = await driver.file("nanning", hand_over=False)
    assert await driver.by_applicant(a.Withdraw, lately) == "accepted"
    assert await archive(driver.pool) == 0
    assert await driver.pool.fetchval("select count(*) from events where archive_year > 0") == 0


async def test_none_goes_before_thirty_days_whatever_the_database_is_told(driver: Driver, worker: Worker) -> None:
    await ended(driver)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="30 days"):
        await archive(driver.pool, timedelta(days=29))
    assert await driver.pool.fetchval("select count(*) from events where archive_year > 0") == 0


async def test_a_row_leaves_its_table_only_where_the_same_row_lies_in_an_archive(
    driver: Driver, worker: Worker
) -> None:
    case_id = await ended(driver)
    await archive(driver.pool)
    back = (
        "insert into {0} select (jsonb_populate_record(t, '{{\"archive_year\": 0}}')).* from {0} t where case_id = $1"
    )
    for table in ROWS:
        await by_owner(driver.pool, back.format(table), case_id)
    taken = "delete from {} where archive_year = 0"
    async with owner_of(driver.pool) as owner:
        await owner.execute("update acts set problem = '{}' where archive_year = 0 and seq = 1")
        await owner.execute("update events set hash = 'other' where archive_year = 0 and number = 1")
        await owner.execute("set kaifang.rewriting = ''")
        for table in ROWS:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match=f"what is on record stays: delete of {table}"):
                await owner.execute(taken.format(table))
        await owner.execute(taken.format("events") + " and number > 1")
        await owner.execute(taken.format("acts") + " and seq > 1")
        for table in ROWS:
            for rewriting in (
                f"delete from {table} where archive_year > 0",  # noqa: S608
                f"update {table} set archive_year = 0 where archive_year > 0",  # noqa: S608
                f"truncate {table}",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="what is on record stays"):
                    await owner.execute(rewriting)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="what is on record stays: truncate of events"):
            await owner.execute(f"truncate years.events_{await year_of(driver.pool, case_id)}")


async def test_who_is_killed_in_the_middle_leaves_whole_cases(driver: Driver, worker: Worker) -> None:
    case_id = await ended(driver)
    before = await rows(driver.pool)
    async with owner_of(driver.pool) as owner:
        await owner.execute("select make_archives(now() - interval '180 days')")
        await owner.execute("begin")
        assert await owner.fetchval("select archive_cases(now() - interval '180 days', 10)") == 1
        pid = owner.get_server_pid()
        await by_server(driver.pool, f"select pg_terminate_backend({pid}, 10000)")
        owner.terminate()
    assert await rows(driver.pool) == before
    assert await years(driver.pool, case_id) == [0]
    assert await archive(driver.pool) == 1
    assert await rows(driver.pool) == before


async def test_many_workers_archive_each_case_once_and_wait_for_no_writer(driver: Driver, worker: Worker) -> None:
    cases = [await ended(driver) for _ in range(7)]
    before = await rows(driver.pool)
    async with driver.pool.acquire() as connection, connection.transaction():
        await lock(connection, cases[0], driver.clock)
        assert sum(await asyncio.gather(*(archive(driver.pool) for _ in range(3)))) == 6
    assert await years(driver.pool, cases[0]) == [0]
    assert await archive(driver.pool) == 1
    assert await rows(driver.pool) == before
    assert await found(driver.pool) == []


async def test_what_is_written_to_an_archived_case_follows_its_log_and_goes_after_it(
    driver: Driver, worker: Worker
) -> None:
    case_id = await ended(driver)
    await archive(driver.pool)
    async with driver.pool.acquire() as connection, connection.transaction():
        case = await lock(connection, case_id, driver.clock)
        state = fold(CaseState(), await read_log(connection, case_id))
        event = e.DataRestored(number=case.number + 1, at=case.now, by_case="another")
        at_its_head = LockedCase(case_id, case.number, case.engine_number, case.now, head=case.head)
        await driver.log.write(connection, at_its_head, state, [event], engine_number=event.number)
    assert await years(driver.pool, case_id) == [0, await year_of(driver.pool, case_id)]
    assert (await driver.types(case_id))[-1] == "DataRestored"
    assert [each.number for each in await driver.events(case_id)] == list(range(1, event.number + 1))
    assert await found(driver.pool) == []
    assert await archive(driver.pool) == 1
    assert await years(driver.pool, case_id) == [await year_of(driver.pool, case_id)]
    assert await found(driver.pool) == []


async def test_an_act_on_an_archived_case_is_answered_as_before(driver: Driver, worker: Worker) -> None:
    case_id = await ended(driver)
    await archive(driver.pool)
    note = a.Note(id="a-note", case_id=case_id, by=a.Actor(account="acc_applicant"), received_at=AT)
    answered = await driver.do(note)
    assert answered not in ("received", "accepted")
    assert await driver.do(note) == answered, "the same act again"
    assert await driver.pool.fetchval("select max(seq) from acts where case_id = $1", case_id) == 3
    assert await found(driver.pool) == []
    assert await archive(driver.pool) == 1
    assert await driver.do(note) == answered, "the same act again, from the archive"
    assert await years(driver.pool, case_id) == [await year_of(driver.pool, case_id)]


async def test_a_filing_that_comes_again_is_answered_from_the_archive(driver: Driver, worker: Worker) -> None:
    case_id = await ended(driver)
    await archive(driver.pool)
    assert await driver.file("nanning", case_id=case_id, hand_over=False) == case_id
    assert driver.filed
    assert driver.filed.state.closed
    with pytest.raises(IdempotencyKeyReused):
        await driver.file("nanning", case_id=case_id, content={"purpose": "another"}, hand_over=False)
    assert await driver.pool.fetchval("select count(*) from acts where case_id = $1", case_id) == 2


async def test_tampering_with_an_archive_is_found(driver: Driver, worker: Worker) -> None:
    case_id = await ended(driver)
    await archive(driver.pool)
    await by_owner(driver.pool, "update events set event = event || '{\"x\": 1}' where number = 1")
    assert [finding.case_id for finding in await found(driver.pool)] == [case_id]


async def test_what_waits_is_not_looked_for_in_archives(driver: Driver, worker: Worker) -> None:
    """They say themselves that nothing of them waits, so the sweeper never opens one."""
    await ended(driver)
    await archive(driver.pool)
    plan = await driver.pool.fetch(
        "explain (costs off) select case_id from acts where delivered_at is null and kind <> 'apply_notice'"
    )
    assert not any("acts_2" in row[0] for row in plan)
    assert any("acts_current" in row[0] for row in plan)


async def test_the_table_that_partitions_make_up_is_known_to_the_planner(pool: Pool) -> None:
    await archive(pool)
    looked_at = await pool.fetch("select relname from pg_class where relname in ('events', 'acts') and reltuples >= 0")
    assert {row["relname"] for row in looked_at} == {"events", "acts"}
