"""Messages that need not be kept go, once each; what nobody has had stays, and nobody is told the same again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from activities.clock import DatabaseClock
from activities.database import Pool, present
from activities.outbox.letting_go import Kept, LettingGo
from activities.outbox.outbox import put_out
from activities.settings import Settings
from models.tellings import Account, Telling
from tests.activities.telling import account
from tests.api.gate import put_grant
from tests.driving import ShiftedClock
from tests.owning import by_owner

LONG_AGO = datetime(2015, 3, 2, 1, tzinfo=UTC)
KEPT = Kept(5, "NN 40")
PINNED = "insert into pinned_rules (digest, rules) values ('pinned', '{}') on conflict do nothing"
A_CASE = """
insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, closed_at, rules_digest,
  number, engine_number)
values ($1, $1, 'nanning', 'request', 'd', $2, $3, $4, 'pinned', 0, 0)
"""
A_CHANNEL = """
insert into channels (channel_id, account_id, kind, address, language, created_at, next_at, failures, given_up)
values ('ch', $1, 'webhook', '', 'en', $2, $2, 0, 0)
"""
DELIVERED = """
insert into deliveries (message_id, channel_id, number, state, attempts, next_at, sent_at)
select message_id, 'ch', number, $2::text, 1, created_at, case $2::text when 'sent' then created_at end
from messages where message_id = $1
"""


def letting_go(pool: Pool, kept: Kept | None = KEPT) -> LettingGo:
    return LettingGo(pool, DatabaseClock(), kept)


async def told(
    pool: Pool,
    of: str,
    *,
    at: datetime = LONG_AGO,
    case_id: str | None = None,
    handed_out: bool = True,
    read: bool = True,
    owner: str = "applicant@demo",
) -> str:
    """The id of a message that was written then."""
    to = Account(await account(pool, owner))
    async with pool.acquire() as connection:
        await put_out(connection, [Telling("case_received", of, to, case_id=case_id, city="nanning")], at)
    message_id: str = await pool.fetchval("select message_id from messages order by number desc limit 1")
    await pool.execute(
        "update messages set handed_out_at = case when $2 then created_at end, "
        "read_at = case when $3 then created_at end where message_id = $1",
        message_id,
        handed_out,
        read,
    )
    return message_id


async def a_case(pool: Pool, case_id: str, closed_at: datetime | None) -> str:
    await pool.execute(PINNED)
    await pool.execute(A_CASE, case_id, await account(pool), LONG_AGO, closed_at)
    return case_id


async def now(pool: Pool) -> datetime:
    async with pool.acquire() as connection:
        return await present(connection)


async def left(pool: Pool) -> list[str]:
    return [row["message_id"] for row in await pool.fetch("select message_id from messages order by number")]


async def test_a_message_that_was_read_goes_once_it_is_old_and_that_is_on_record(pool: Pool) -> None:
    await told(pool, "old")
    young = await told(pool, "young", at=await now(pool))
    assert await letting_go(pool).look() == 1
    assert await left(pool) == [young]
    record = await pool.fetch("select basis, messages, deliveries from messages_let_go")
    assert [tuple(row) for row in record] == [("NN 40", 1, 0)]


async def test_without_a_setting_nothing_goes(pool: Pool) -> None:
    old = await told(pool, "old")
    assert await letting_go(pool, None).look() == 0
    assert await left(pool) == [old]


async def test_what_nobody_has_had_stays_however_old_it_is(pool: Pool) -> None:
    await pool.execute(A_CHANNEL, await account(pool), LONG_AGO)
    stays = [
        await told(pool, "in nobody's hands", handed_out=False),
        await told(pool, "waits", read=True),
        await told(pool, "given up", read=False),
        await told(pool, "without a channel", read=False),
    ]
    await pool.execute(DELIVERED, stays[1], "waiting")
    await pool.execute(DELIVERED, stays[2], "given_up")
    sent = await told(pool, "taken by a receiver", read=False)
    await pool.execute(DELIVERED, sent, "sent")
    of_an_officer = await told(pool, "to an officer", read=False, owner="reviewer@nanning.operator")
    assert of_an_officer
    assert await letting_go(pool).look() == 2
    assert await left(pool) == stays
    assert await pool.fetchval("select array_agg(state order by state) from deliveries") == ["given_up", "waiting"]


async def test_five_years_are_counted_from_when_somebody_was_told_of_it(pool: Pool) -> None:
    """A message that was written long ago and read of late is what shows from when a decision was known."""
    await pool.execute(A_CHANNEL, await account(pool), LONG_AGO)
    stays = [await told(pool, "read of late"), await told(pool, "taken by a receiver of late", read=False)]
    await pool.execute("update messages set read_at = now() where message_id = $1", stays[0])
    await pool.execute(DELIVERED, stays[1], "sent")
    await pool.execute("update deliveries set sent_at = now()")
    assert await letting_go(pool).look() == 0
    assert await left(pool) == stays
    await pool.execute("update deliveries set sent_at = $1", LONG_AGO)
    assert await letting_go(pool).look() == 1
    assert await left(pool) == stays[:1]


async def test_what_concerns_a_case_stays_until_its_end_is_as_old(pool: Pool) -> None:
    stays = [
        await told(pool, "open", case_id=await a_case(pool, "open", None)),
        await told(pool, "ended lately", case_id=await a_case(pool, "ended lately", await now(pool))),
    ]
    await told(pool, "ended", case_id=await a_case(pool, "ended", LONG_AGO + timedelta(days=9)))
    assert await letting_go(pool).look() == 1
    assert await left(pool) == stays


async def test_nobody_is_told_the_same_again_because_its_row_went(pool: Pool) -> None:
    await told(pool, "old")
    assert await letting_go(pool).look() == 1
    async with pool.acquire() as connection:
        again = Telling("case_received", "old", Account(await account(pool)), city="nanning")
        assert await put_out(connection, [again], LONG_AGO) == 0
    assert await left(pool) == []


async def test_batches_go_past_what_stays_and_many_workers_take_each_once(pool: Pool) -> None:
    for number in range(12):
        await told(pool, f"of {number}", read=number % 3 != 0)
    workers = [letting_go(pool) for _ in range(3)]
    assert sum(await asyncio.gather(*(each.look(a_batch=2) for each in workers))) == 8
    assert len(await left(pool)) == 4
    assert await pool.fetchval("select sum(messages) from messages_let_go") == 8
    assert await pool.fetchval("select count(*) from messages_gone") == 8


async def test_a_batch_that_is_undone_leaves_everything_as_it_was(pool: Pool) -> None:
    old = await told(pool, "old")
    async with pool.acquire() as connection:
        batch = connection.transaction()
        await batch.start()
        took = "select gone from let_messages_go(now() - interval '6 years', 'NN 40', 0, 10)"
        assert await connection.fetchval(took) == 1
        await batch.rollback()
    assert await left(pool) == [old]
    assert await pool.fetchval("select count(*) from messages_gone") == 0
    assert await letting_go(pool).look() == 1


async def test_nothing_younger_than_five_years_goes_whatever_the_database_is_told(pool: Pool) -> None:
    await told(pool, "of late", at=await now(pool) - timedelta(days=4 * 365))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="five years"):
        await LettingGo(pool, ShiftedClock(timedelta(days=2 * 365)), KEPT).look()
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="named"):
        await pool.fetch("select let_messages_go(now() - interval '6 years', '', 0, 10)")
    assert len(await left(pool)) == 1


async def test_that_few_accesses_are_left_stays_as_long_as_the_delegation(pool: Pool) -> None:
    """Whether somebody was told so is asked of the messages themselves."""
    message_id = await told(pool, "a delegation")
    grant, _ = await put_grant(pool)
    await by_owner(pool, 'update messages set facts = \'{"delegation_id": "let"}\'')
    await by_owner(
        pool,
        "insert into delegations (delegation_id, case_id, delegate, accesses, delegated_at, until_at) "
        "values ('let', $1, 'x', 1, now(), now() + interval '1 day')",
        grant,
    )
    assert await letting_go(pool).look() == 0
    await by_owner(pool, "update delegations set ended = 'revoked'")
    assert await letting_go(pool).look() == 1
    assert message_id not in await left(pool)


def test_years_are_named_with_their_reason_and_are_five_at_least() -> None:
    with pytest.raises(ValueError, match="basis"):
        Settings(database_url="postgresql://", messages_kept_years=5)
    with pytest.raises(ValueError, match="greater than or equal to 5"):
        Settings(database_url="postgresql://", messages_kept_years=4, messages_kept_by="NN 40")
    settings = Settings(database_url="postgresql://", messages_kept_years=6, messages_kept_by="NN 40")
    assert Kept.of(settings) == Kept(6, "NN 40")
    assert Kept.of(Settings(database_url="postgresql://")) is None


def test_years_go_back_to_a_midnight_in_shanghai_and_over_a_leap_day() -> None:
    assert KEPT.before(datetime(2028, 2, 29, 3, tzinfo=UTC)) == datetime(2023, 2, 27, 16, tzinfo=UTC)
    assert KEPT.before(datetime(2026, 11, 29, 17, tzinfo=UTC)) == datetime(2021, 11, 29, 16, tzinfo=UTC)
