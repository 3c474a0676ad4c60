"""The outbox: what somebody is told lies there since the transaction in which it came about, once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.clock import DatabaseClock
from activities.database import Connection, Pool
from activities.outbox.outbox import PUT_OUT, put_out
from activities.record.log import lock
from models.refusals import CannotBeStored
from models.tellings import Account, Addressee, Officers, Posts, Supervisors, Telling
from tests.driving import Driver
from tests.owning import by_owner

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
OPERATOR = "nanning.operator"


def telling(to: Addressee, of: str = "case/1", kind: str = "task_opened", **more: Any) -> Telling:
    return Telling(kind=kind, of=of, to=to, **more)


async def accounts_of(connection: Connection | Pool, body: str) -> list[str]:
    rows = await connection.fetch(
        "select account_id from accounts where body = $1 and 'reviewer' = any(roles) order by 1", body
    )
    return [row["account_id"] for row in rows]


async def told_accounts(pool: Pool, *tellings: Telling, now: datetime = NOW) -> list[str]:
    async with pool.acquire() as connection:
        await put_out(connection, tellings, now)
        rows = await connection.fetch("select account_id from messages order by number")
    return [row["account_id"] for row in rows]


async def test_every_reviewer_of_its_body_and_nobody_else_is_told_of_an_unclaimed_task(pool: Pool) -> None:
    officers = await accounts_of(pool, OPERATOR)
    assert len(officers) > 1
    assert await told_accounts(pool, telling(Officers(OPERATOR))) == officers


async def test_a_claimed_task_is_told_to_whoever_claimed_it(pool: Pool) -> None:
    first, *_ = await accounts_of(pool, OPERATOR)
    assert await told_accounts(pool, telling(Officers(OPERATOR, first))) == [first]


async def test_the_whole_body_is_told_of_a_task_claimed_by_somebody_who_has_left(pool: Pool) -> None:
    first, *others = await accounts_of(pool, OPERATOR)
    await pool.execute("update accounts set body = 'yulin.operator' where account_id = $1", first)
    assert await told_accounts(pool, telling(Officers(OPERATOR, first))) == others


async def test_on_the_days_of_an_absence_in_shanghai_the_substitute_is_told(
    pool: Pool,
) -> None:
    officer, substitute, *_ = await accounts_of(pool, OPERATOR)
    await pool.execute(
        "insert into absences (absence_id, account_id, substitute, from_on, until_on, filed_at) "
        "values ('a', $1, $2, $3, $4, now())",
        officer,
        substitute,
        date(2026, 3, 2),
        date(2026, 3, 4),
    )
    days = {
        datetime(2026, 3, 1, 15, 59, tzinfo=UTC): officer,
        datetime(2026, 3, 1, 16, tzinfo=UTC): substitute,
        datetime(2026, 3, 3, 15, 59, tzinfo=UTC): substitute,
        datetime(2026, 3, 3, 16, tzinfo=UTC): officer,
    }
    for day in days:
        await told_accounts(pool, telling(Officers(OPERATOR, officer), of=day.isoformat()), now=day)
    rows = await pool.fetch("select account_id from messages order by number")
    assert [row["account_id"] for row in rows] == list(days.values())


async def test_posts_and_supervisors_are_resolved_when_it_is_put_out(pool: Pool) -> None:
    leader, *_ = await accounts_of(pool, OPERATOR)
    await pool.execute(
        "insert into posts (body, post, account_id, filed_at, filed_by) values ($1, 'leader', $2, now(), 'x')",
        OPERATOR,
        leader,
    )
    assert await told_accounts(pool, telling(Posts(OPERATOR))) == [leader]
    supervisors = await pool.fetch(
        "select account_id from accounts where city = 'nanning' and 'supervisor' = any(roles)"
    )
    found = await told_accounts(pool, telling(Supervisors("nanning"), of="another"))
    assert sorted(found[1:]) == sorted(row["account_id"] for row in supervisors)
    assert supervisors


async def test_whom_nobody_knows_is_not_told_and_fails_nothing(pool: Pool) -> None:
    assert await told_accounts(pool, telling(Account("case:another")), telling(Officers("no.such"))) == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["a", "b"]), st.integers(0, 3)), max_size=12))
async def test_nobody_is_told_twice_of_one_event_in_one_way_whoever_is_addressed_how_often(
    pool: Pool, put: list[tuple[int, str, int]]
) -> None:
    await by_owner(pool, "delete from messages")
    officer, *_ = await accounts_of(pool, OPERATOR)
    ways: list[Addressee] = [Account(officer), Officers(OPERATOR), Officers(OPERATOR, officer), Supervisors("nanning")]
    tellings = [telling(ways[way], of=f"case/{of}", kind=kind) for of, kind, way in put]

    async with pool.acquire() as connection:
        together = await put_out(connection, tellings, NOW)
        for each in tellings:
            assert await put_out(connection, [each], NOW + timedelta(days=1)) == 0
        ids = await connection.fetch("select message_id, account_id, kind from messages")

    assert together == len(ids) == len({row["message_id"] for row in ids})
    events = {of for of, *_ in put}
    most = Counter((row["account_id"], row["kind"]) for row in ids)
    assert all(times <= len(events) for times in most.values())


async def test_two_who_tell_the_same_at_once_tell_it_once(pool: Pool) -> None:
    async def put() -> None:
        async with pool.acquire() as connection:
            await put_out(connection, [telling(Officers(OPERATOR))], NOW)

    await asyncio.gather(*(put() for _ in range(6)))

    assert await pool.fetchval("select count(*) from messages") == len(await accounts_of(pool, OPERATOR))


async def test_what_tells_nobody_costs_no_statement_and_what_tells_many_one(pool: Pool) -> None:
    async with pool.acquire() as connection:
        asked: list[str] = []
        await put_out(
            connection, [telling(Officers(OPERATOR), of="first")], NOW
        )  # the driver learns the types that it meets first
        with connection.query_logger(lambda record: asked.append(record.query)):
            await put_out(connection, [], NOW)
            assert asked == []
            many = [telling(Officers(OPERATOR), of=f"case/{n}") for n in range(20)]
            assert await put_out(connection, many, NOW) == 20 * len(await accounts_of(pool, OPERATOR))
    assert len(asked) == 1


async def test_a_filing_tells_its_party_and_the_officers_in_its_own_transaction(driver: Driver) -> None:
    party = await driver.pool.fetchval("select account_id from accounts where login = 'applicant@demo'")
    case_id = await driver.file("nanning", party=party, hand_over=False)
    rows = await driver.pool.fetch("select account_id, kind, case_id, task_id from messages order by number")
    assert [row["kind"] for row in rows] == ["case_received", *["task_opened"] * (len(rows) - 1)]
    assert rows[0]["account_id"] == party
    assert {row["account_id"] for row in rows[1:]} == set(await accounts_of(driver.pool, OPERATOR))
    assert {row["case_id"] for row in rows} == {case_id}
    written = await driver.pool.fetch(
        "select distinct xmin::text from (select xmin from messages union all select xmin from tasks) as written"
    )
    assert len(written) == 1


async def test_what_is_rolled_back_told_nobody(driver: Driver) -> None:
    await by_owner(driver.pool, "alter table messages add constraint nobody check (kind <> 'task_opened')")
    with pytest.raises(CannotBeStored):
        await driver.file("nanning", hand_over=False)
    for table in ("messages", "cases", "events"):
        assert await driver.pool.fetchval(f"select count(*) from {table}") == 0  # noqa: S608 - constants


async def test_all_reviewers_are_told_of_a_task_whose_claimer_no_longer_reviews(pool: Pool) -> None:
    first, *others = await accounts_of(pool, OPERATOR)
    await pool.execute("update accounts set roles = '{}' where account_id = $1", first)
    assert await told_accounts(pool, telling(Officers(OPERATOR, first))) == others


async def test_who_holds_a_post_and_has_moved_to_another_body_is_not_told(pool: Pool) -> None:
    leader, other, *_ = await accounts_of(pool, OPERATOR)
    for post, holder in (("leader", leader), ("data_officer", other)):
        await pool.execute(
            "insert into posts (body, post, account_id, filed_at, filed_by) values ($1, $2, $3, now(), 'x') "
            "on conflict (body, post) do update set account_id = excluded.account_id",
            OPERATOR,
            post,
            holder,
        )
    await pool.execute("update accounts set body = 'yulin.operator', city = 'yulin' where account_id = $1", leader)
    assert leader not in await told_accounts(pool, telling(Posts(OPERATOR)))
    assert other in await told_accounts(pool, telling(Posts(OPERATOR), of="another"))


async def test_a_substitute_who_has_moved_to_another_body_is_not_told(pool: Pool) -> None:
    officer, substitute, *_ = await accounts_of(pool, OPERATOR)
    await pool.execute(
        "insert into absences (absence_id, account_id, substitute, from_on, until_on, filed_at) "
        "values ('a', $1, $2, '2026-03-01', '2026-03-10', now())",
        officer,
        substitute,
    )
    await pool.execute("update accounts set body = 'yulin.operator', city = 'yulin' where account_id = $1", substitute)
    assert await told_accounts(pool, telling(Officers(OPERATOR, officer))) == [officer]


async def test_what_the_record_tells_is_planned_once_and_a_search_as_before(driver: Driver) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    planned = "select sum(custom_plans) from pg_prepared_statements where statement = $1"
    async with driver.pool.acquire() as connection:
        async with connection.transaction():
            await lock(connection, case_id, DatabaseClock())
            before = await connection.fetchval(planned, PUT_OUT) or 0
            for n in range(3):
                await put_out(connection, [telling(Officers(OPERATOR), of=f"case/{n}")], NOW)
            assert await connection.fetchval(planned, PUT_OUT) == before
        assert await connection.fetchval("show plan_cache_mode") == "auto"
