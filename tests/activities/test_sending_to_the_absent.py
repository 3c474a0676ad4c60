"""A sender whose receivers hang, fail or are gone: no other is held up."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from activities.database import Pool
from activities.telling import sending, ways
from tests.activities.telling import all_is_due, channel, sender, tell
from tests.beside import beside
from tests.owning import by_owner
from tests.receiving import HttpReceiver


async def test_a_receiver_that_hangs_holds_up_nobody_else(
    pool: Pool, receiver: HttpReceiver, another: HttpReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "STOPS_WITHIN", 0.05)
    receiver.hangs = True
    await channel(pool, receiver.url)
    await channel(pool, another.url, owner="applicant2@demo")
    await tell(pool, *map(str, range(5)))
    living = await tell(pool, *map(str, range(100, 130)), owner="applicant2@demo")

    async with sender(pool, tmp_path) as it, beside(it.run()):
        await receiver.arrived.wait()
        while len(another.taken) < len(living):
            another.arrived.clear()
            await another.arrived.wait()
        assert len(receiver.taken) == 1

    assert another.ids == living


async def test_a_channel_that_fails_is_left_alone_for_ever_longer_and_says_why(
    pool: Pool, receiver: HttpReceiver, tmp_path: Path
) -> None:
    receiver.status = lambda _: 503
    channel_id, _ = await channel(pool, receiver.url)
    await tell(pool, *map(str, range(4)))

    pauses = []
    async with sender(pool, tmp_path) as it:
        for _ in range(3):
            assert [await it.send(), await it.send()] == [0, 0], "one attempt, and then a pause"
            pauses.append(await pool.fetchval("select next_at - last_failed_at from channels"))
            await pool.execute("update channels set next_at = now()")

    assert len(receiver.taken) == 3
    assert pauses[0] < pauses[2]
    row = await pool.fetchrow("select failures, last_error from channels")
    assert row
    assert tuple(row) == (3, "HTTP 503")
    assert await pool.fetchval("select count(*) from deliveries where state = 'waiting'") == 4
    assert await pool.fetchval("select channel_id from channels") == channel_id


async def test_what_cannot_be_sent_for_three_days_is_given_up_and_counted(
    pool: Pool, receiver: HttpReceiver, tmp_path: Path
) -> None:
    receiver.status = lambda _: 500
    await channel(pool, receiver.url)
    await tell(pool, "old", "older")
    async with sender(pool, tmp_path) as it:
        await it.send()
        await pool.execute("update messages set handed_out_at = now() - interval '3 days 1 second'")
        (*_, new) = await tell(pool, "new")
        await all_is_due(pool)
        await it.send()
        receiver.status = lambda _: 200
        await all_is_due(pool)
        assert await it.send() == 1

    assert receiver.ids[-1] == new
    assert await pool.fetchval("select given_up from channels") == 2
    assert await pool.fetchval("select count(*) from deliveries where state = 'given_up'") == 2


async def test_a_receiver_that_is_gone_is_asked_no_more(pool: Pool, receiver: HttpReceiver, tmp_path: Path) -> None:
    receiver.status = lambda _: 410
    await channel(pool, receiver.url)
    await tell(pool, "one", "two")
    async with sender(pool, tmp_path) as it:
        await it.send()
        await tell(pool, "three")
        await all_is_due(pool)
        await it.send()

    assert len(receiver.taken) == 1
    row = await pool.fetchrow("select ended_at, address, secret from channels")
    assert row
    assert row["ended_at"]
    assert (row["address"], row["secret"]) == ("", None)


async def test_a_redirect_is_not_followed(pool: Pool, receiver: HttpReceiver, tmp_path: Path) -> None:
    receiver.status = lambda _: 307
    await channel(pool, receiver.url)
    await tell(pool, "one")
    async with sender(pool, tmp_path) as it:
        assert await it.send() == 0
    assert len(receiver.taken) == 1


async def test_what_nobody_can_put_into_words_holds_up_no_other_channel(
    pool: Pool, receiver: HttpReceiver, another: HttpReceiver, tmp_path: Path
) -> None:
    await channel(pool, receiver.url)
    await channel(pool, another.url, owner="applicant2@demo")
    await tell(pool, "one")
    await by_owner(pool, """update messages set facts = '{"due_on": "not a day"}'""")
    (living,) = await tell(pool, "two", owner="applicant2@demo")

    async with sender(pool, tmp_path) as it:
        assert await it.send() == 1

    assert another.ids == [living]


async def test_webhooks_have_places_of_their_own_when_the_mail_server_is_away(
    pool: Pool, receiver: HttpReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FEW_PLACES", (1, 1))
    for n in range(3):
        await channel(pool, f"somebody{n}@example.org", "mail")
    await channel(pool, receiver.url, owner="applicant2@demo")
    await tell(pool, "one")
    (living,) = await tell(pool, "two", owner="applicant2@demo")
    server = SecretStr("mailto://127.0.0.1:1?from=kaifang@example.org")

    async with sender(pool, tmp_path, mail_url=server) as it:
        assert await it.send() == 1

    assert receiver.ids == [living]
    assert await pool.fetchval("select count(*) from channels where failures = 1") == 1


async def test_a_receiver_has_only_so_long(
    pool: Pool, receiver: HttpReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "WITHIN", 0.2)
    receiver.hangs = True
    await channel(pool, receiver.url)
    await tell(pool, "one")
    async with sender(pool, tmp_path) as it:
        assert await it.send() == 0
    assert await pool.fetchval("select last_error from channels") == "timed out"
