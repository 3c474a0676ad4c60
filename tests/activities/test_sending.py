"""The sender: at least once, in order for a case, and whatever is wrong with one receiver holds up no other."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from activities.database import Pool
from activities.directory.sealing_anew import seal_what_is_plain
from activities.sealing.seals import Seals
from activities.telling import sending
from activities.telling.channels import end_channel
from activities.telling.sending import Sender
from activities.telling.ways import Ways
from tests.activities.telling import BASE, NOW, account, all_is_due, channel, sender, settings, tell
from tests.beside import beside
from tests.driving import Driver
from tests.owning import by_owner
from tests.receiving import HttpReceiver, Mailbox, Request


async def test_a_webhook_has_what_the_text_says_and_a_signature_that_the_library_accepts(
    driver: Driver, receiver: HttpReceiver, tmp_path: Path
) -> None:
    _, secret = await channel(driver.pool, receiver.url)
    case_id = await driver.file("nanning", party=await account(driver.pool), hand_over=False)

    async with sender(driver.pool, tmp_path) as it:
        assert await it.send() == 1

    (request,) = receiver.taken
    sent = Webhook(secret).verify(request.body, request.headers)
    number = await driver.pool.fetchval("select case_number from cases")
    assert request.path == "/hook?token=secret-in-the-address"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert sent["type"] == "case_received"
    assert sent["data"]["case_id"] == case_id
    assert number in sent["data"]["subject"]
    assert sent["data"]["link"] == f"{BASE}/en/cases/{number}"
    assert "Nanning" in sent["data"]["law"]
    assert sent["data"]["message_id"] == request.headers["webhook-id"]
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(secret).verify(request.body.replace("case_received", "case_closed"), request.headers)


async def test_a_mail_has_the_law_the_day_the_link_and_a_header_by_which_a_repeat_is_known(
    driver: Driver, mailbox: Mailbox, tmp_path: Path
) -> None:
    await channel(driver.pool, "officer@example.org", "mail", owner="reviewer@nanning.operator")
    case_id = await driver.file("nanning", hand_over=False)
    server = SecretStr(f"mailto://127.0.0.1:{mailbox.port}?from=kaifang@example.org")

    async with sender(driver.pool, tmp_path, mail_url=server) as it:
        assert await it.send() == 1

    (mail,) = mailbox.taken
    text = mail.get_content()
    due_on = (await driver.task(case_id, "formal_review")).clock.last_day
    number = await driver.pool.fetchval("select case_number from cases")
    assert mail["To"] == "officer@example.org"
    assert mail["Subject"].startswith("New task: ")
    assert f"the end of {due_on}" in text
    assert "Nanning article 20(2)" in text
    assert f"{BASE}/en/desk/{number}/formal_review.1" in text
    told = await driver.pool.fetchval(
        "select message_id from messages where account_id = $1", await account(driver.pool, "reviewer@nanning.operator")
    )
    assert mail["X-Kaifang-Message"] == told
    assert told in text


async def test_a_sealed_channel_is_sent_to_and_one_that_cannot_be_read_is_not(
    driver: Driver, receiver: HttpReceiver, another: HttpReceiver, tmp_path: Path
) -> None:
    seals = Seals.open(settings(tmp_path))
    channel_id, secret = await channel(driver.pool, receiver.url)
    await seal_what_is_plain(driver.pool, seals)
    other, _ = await channel(driver.pool, another.url)
    await by_owner(
        driver.pool,
        "update channels set address = of.address, secret = of.secret from channels of "
        "where of.channel_id = $1 and channels.channel_id = $2",
        channel_id,
        other,
    )
    await driver.file("nanning", party=await account(driver.pool), hand_over=False)

    async with sender(driver.pool, tmp_path, seals) as it:
        assert await it.send() == 1

    (request,) = receiver.taken
    Webhook(secret).verify(request.body, request.headers)
    said = await driver.pool.fetchval("select last_error from channels where channel_id = $1", other)
    assert said == "the address cannot be read", "it was sealed for another channel"
    assert another.taken == []
    seals.ring.close()


async def test_what_was_sent_is_not_sent_again_and_a_channel_has_only_what_came_after_it(
    pool: Pool, receiver: HttpReceiver, tmp_path: Path
) -> None:
    await tell(pool, "before the channel")
    await by_owner(pool, "update messages set created_at = $1", datetime(2026, 2, 1, tzinfo=UTC))
    await channel(pool, receiver.url)
    _, told = await tell(pool, "after it")

    async with sender(pool, tmp_path) as it:
        assert [await it.send(), await it.send()] == [1, 0]

    assert receiver.ids == [told]
    assert await pool.fetchval("select count(*) from messages where handed_out_at is null") == 0


async def test_two_senders_at_once_send_everything_once(pool: Pool, receiver: HttpReceiver, tmp_path: Path) -> None:
    await channel(pool, receiver.url)
    ids = await tell(pool, *map(str, range(40)))

    async with sender(pool, tmp_path) as one, sender(pool, tmp_path) as other:
        for _ in range(3):
            await asyncio.gather(one.send(), other.send())

    assert sorted(receiver.ids) == sorted(ids)


async def test_messages_arrive_in_order_though_two_send_and_the_receiver_fails(
    driver: Driver, receiver: HttpReceiver, tmp_path: Path
) -> None:
    case_id = await driver.file("nanning", hand_over=False)
    await channel(driver.pool, receiver.url)
    ids = await tell(driver.pool, *map(str, range(12)), case_id=case_id)
    failed: set[str] = set()

    def fails_the_first_time(request: Request) -> int:
        it = request.headers["webhook-id"]
        if ids.index(it) % 3 == 0 and it not in failed:
            failed.add(it)
            return 500
        return 200

    receiver.status = fails_the_first_time
    async with sender(driver.pool, tmp_path) as one, sender(driver.pool, tmp_path) as other:
        for _ in range(8):
            await asyncio.gather(one.send(), other.send())
            await all_is_due(driver.pool)

    taken = [it for n, it in enumerate(receiver.ids) if it not in failed or it in receiver.ids[:n]]
    assert taken == ids


async def test_who_is_killed_between_sending_and_marking_sends_again_under_the_same_number(
    pool: Pool, receiver: HttpReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await channel(pool, receiver.url)
    (told,) = await tell(pool, "one")
    receiver.hangs = True
    monkeypatch.setattr(sending, "STOPS_WITHIN", 0)
    async with sender(pool, tmp_path) as killed, beside(killed.run()):
        await receiver.arrived.wait()
    receiver.hangs = False

    async with sender(pool, tmp_path) as next_one:
        assert await next_one.send() == 0, "the lease of the one that was killed still runs"
        await all_is_due(pool)
        assert await next_one.send() == 1

    assert receiver.ids == [told, told]
    for request in receiver.taken:
        Webhook(secret).verify(request.body, request.headers)


async def test_no_webhook_into_a_private_network_is_called_whatever_was_stored(
    pool: Pool, receiver: HttpReceiver, tmp_path: Path
) -> None:
    await channel(pool, receiver.url)
    await tell(pool, "one")
    only_public = settings(tmp_path).model_copy(update={"private_receivers": False})
    async with Ways(only_public) as opened:
        assert await Sender(pool, opened, BASE).send() == 0

    assert receiver.taken == []
    assert await pool.fetchval("select last_error from channels") == "leads into a private network"


async def test_no_log_holds_an_address_or_a_secret(
    pool: Pool, receiver: HttpReceiver, mailbox: Mailbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.status = lambda _: 500
    _, secret = await channel(pool, receiver.url)
    await channel(pool, "somebody@example.org", "mail")
    await channel(pool, "json://user:secret-in-the-address@127.0.0.1:1/x", "apprise")
    await tell(pool, "one")
    server = SecretStr("mailto://user:secret-in-the-address@127.0.0.1:1?from=kaifang@example.org")

    async with sender(pool, tmp_path, mail_url=server) as it:
        assert await it.send() == 0

    errors = await pool.fetch("select last_error from channels order by created_at")
    said = caplog.text + json.dumps([row["last_error"] for row in errors])
    assert "attempt 1" in said
    for word in ("secret-in-the-address", secret, "somebody@example.org"):
        assert word not in said


async def test_ending_a_channel_and_marking_what_it_took_never_deadlock(
    pool: Pool,
) -> None:
    channel_id, _ = await channel(pool, "https://hooks.example.org/x")
    (message_id,) = await tell(pool, "1")
    await pool.execute(sending.HAND_OUT, 10)
    async with pool.acquire() as marking, pool.acquire() as ending:
        async with marking.transaction():
            await marking.execute("select from channels where channel_id = $1 for no key update", channel_id)
            ended = asyncio.create_task(end_channel(ending, channel_id, NOW))
            await waits_for_a_lock(pool)
            await marking.execute(sending.SENT, channel_id, message_id)
        await ended
    assert await pool.fetchval("select state from deliveries") == "sent"


async def waits_for_a_lock(pool: Pool) -> None:
    """Returns when somebody waits for a lock."""
    async with asyncio.timeout(20):
        while True:
            if await pool.fetchval(
                "select exists (select from pg_stat_activity where datname = current_database() "
                "and wait_event_type = 'Lock')"
            ):
                return
            await asyncio.sleep(0.02)
