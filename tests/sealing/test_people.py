"""Who somebody is and where somebody is reached lies sealed, is found again, and is sealed once where it lay plain."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.database import Pool, open_pool
from activities.directory import sealing_anew, sessions
from activities.directory.account_record import By
from activities.directory.links import by_link, waiting
from activities.directory.officers import NewOfficer, enrol_and_invite
from activities.directory.people import Invitation, Person, arrived
from activities.directory.personal import opened, opened_name, place_in_account, place_in_channel
from activities.directory.sealing_anew import Sealed, seal_what_is_plain
from activities.idempotency import IdempotencyKeyReused
from activities.sealing.key_files import KeyFiles
from activities.sealing.key_service import KeyServiceAway
from activities.sealing.ring import Ring
from activities.sealing.seals import Seals
from activities.telling.channels import Wanted, open_channel, open_channels
from tests.owning import by_owner, owner_url

ISSUER = "https://issuer.example"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
ZHANG = Person(ISSUER, "s-1", "张三", "张氏数据", "zhang@people.example", "zhang@people.example")
OFFICER = NewOfficer("wang.wu@nanning.transport", "王五", "Wang Wu", "nanning.transport", frozenset({"reviewer"}))
HOOK = Wanted("webhook", "https://hooks.people.example/secret", "en")
# Nothing that the base64 of what is sealed could hold by chance.
PERSONAL = ("张三", "张氏数据", "people.example", "王五", "Wang Wu", "whsec_", "issuer-said")


class Service(KeyFiles):
    """Key files that can be away, as an HSM can."""

    is_away = False

    def current(self) -> str:
        if self.is_away:
            raise KeyServiceAway("away")
        return super().current()

    def unwrap(self, name: str, wrapped: bytes, key_id: str) -> bytes:
        if self.is_away:
            raise KeyServiceAway("away")
        return super().unwrap(name, wrapped, key_id)


async def everything(pool: Pool) -> str:
    """All that the database holds, as a backup has it."""
    async with await open_pool(await owner_url(pool)) as owner:
        tables = await owner.fetch("select tablename from pg_tables where schemaname = 'public'")
        rows = [
            str(row[0])
            for table in tables
            for row in await owner.fetch(f"select t::text from {table['tablename']} t")  # noqa: S608
        ]
    return "\n".join(rows)


async def people_come(pool: Pool, seals: Seals | None) -> str:
    """Somebody logs in, opens channels, and an officer is invited; the account of whoever came."""
    account = await arrived(pool, ZHANG, NOW, seals=seals)
    await sessions.begin(
        pool, account, NOW, idle=timedelta(hours=1), browser="b", id_token="issuer-said.once", seals=seals
    )
    async with pool.acquire() as connection, connection.transaction():
        await open_channel(connection, "hook", account, HOOK, NOW, seals=seals)
        mail = Wanted("mail", "zhang@people.example", "zh")
        await open_channel(connection, "mail", account, mail, NOW, seals=seals)
    invitation = Invitation(ISSUER, email="wang@people.example")
    await enrol_and_invite(pool, OFFICER, invitation, NOW, By(), seals=seals)
    return account


async def read(pool: Pool, seals: Seals, account: str) -> tuple[object, ...]:
    """What is known of whoever came, as it is read."""
    row = await pool.fetchrow("select name, organisation, contact from accounts where account_id = $1", account)
    assert row is not None
    async with pool.acquire() as connection:
        channels = await open_channels(connection, account, seals)
    return (
        opened_name(seals, account, json.loads(row["name"])),
        opened(seals, place_in_account(account, "organisation"), row["organisation"]),
        opened(seals, place_in_account(account, "contact"), row["contact"]),
        [each.address for each in channels],
    )


READ = (
    {"zh": "张三", "en": "张三"},
    "张氏数据",
    "zhang@people.example",
    ["https://hooks.people.example/secret", "zhang@people.example"],
)


async def test_nobodys_name_contact_or_channel_lies_plain_in_any_table(pool: Pool, seals: Seals) -> None:
    account = await people_come(pool, seals)

    held = await everything(pool)
    assert [each for each in PERSONAL if each in held] == []
    assert await read(pool, seals, account) == READ
    assert await arrived(pool, ZHANG, NOW, seals=seals) == account, "who is known is found"
    assert [each for each in PERSONAL if each in await everything(pool)] == [], "nor after another login"


async def test_what_lay_plain_is_read_and_then_sealed_once(pool: Pool, seals: Seals) -> None:
    account = await people_come(pool, None)
    assert await read(pool, seals, account) == READ, "it is read before"
    held = await everything(pool)
    assert [each for each in PERSONAL if each not in held] == []

    done = await seal_what_is_plain(pool, seals)

    assert (done.channels, done.sessions, done.invitations) == (2, 1, 1)
    assert done.accounts == await pool.fetchval("select count(*) from accounts"), "the samples too"
    assert await pool.fetchval("select count(*) from accounts where not name ? 'sealed' or key_id is null") == 0
    assert [each for each in PERSONAL if each in await everything(pool)] == []
    assert await read(pool, seals, account) == READ
    before = await everything(pool)
    assert await seal_what_is_plain(pool, seals) == Sealed()
    assert await everything(pool) == before
    wang = Person(ISSUER, "s-2", mailbox="wang@people.example")
    taken = await arrived(pool, wang, NOW, seals=seals)
    assert await pool.fetchval("select login from accounts where account_id = $1", taken) == OFFICER.login


async def test_sealing_that_is_broken_off_is_finished_by_the_next(
    pool: Pool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(folder)
    seals = Seals(Ring.open(folder, service))
    await people_come(pool, None)
    monkeypatch.setattr(sealing_anew, "A_TURN", 5)
    text = Seals.text

    def breaks(it: Seals, key: object, place: str, plain: str) -> str:
        if place == place_in_channel("mail", "address"):
            raise KeyServiceAway("away")
        return text(it, key, place, plain)  # type: ignore[arg-type]

    monkeypatch.setattr(Seals, "text", breaks)
    with pytest.raises(KeyServiceAway):
        await seal_what_is_plain(pool, seals)
    monkeypatch.setattr(Seals, "text", text)
    assert "王五" not in await everything(pool), "what came before stays sealed"
    assert "zhang@people.example" in await everything(pool)

    left = await seal_what_is_plain(pool, seals)

    assert (left.accounts, left.channels, left.sessions, left.invitations) == (0, 2, 1, 1)
    assert [each for each in PERSONAL if each in await everything(pool)] == []
    seals.ring.close()


async def test_an_invitation_of_before_is_taken_by_its_mailbox(pool: Pool, seals: Seals) -> None:
    await people_come(pool, None)
    wang = Person(ISSUER, "s-2", mailbox="wang@people.example")

    taken = await arrived(pool, wang, NOW, seals=seals)

    assert await pool.fetchval("select login from accounts where account_id = $1", taken) == OFFICER.login


async def test_a_link_says_whose_account_it_leads_to(pool: Pool, seals: Seals) -> None:
    await enrol_and_invite(pool, OFFICER, by_link(ISSUER, "token"), NOW, By(), seals=seals)

    it = await waiting(pool, "token", ISSUER, NOW, seals=seals)

    assert it is not None
    assert it.name == {"zh": "王五", "en": "Wang Wu"}


async def test_who_is_known_logs_in_while_the_key_service_is_away_and_nobody_new_comes(
    pool: Pool, folder: Path
) -> None:
    service = Service(folder)
    first = Seals(Ring.open(folder, service))
    account = await people_come(pool, first)
    service.is_away = True
    seals = Seals(Ring.open(folder, service))

    assert await arrived(pool, Person(ISSUER, "s-1", "Zhang"), NOW, seals=seals) == account
    cookie = await sessions.begin(
        pool, account, NOW, idle=timedelta(hours=1), browser="b", id_token="issuer-said.again", seals=seals
    )
    session = await sessions.find(pool, cookie, NOW)
    assert isinstance(session, sessions.Session)
    assert await sessions.id_token_of(pool, session, seals) is None
    with pytest.raises(KeyServiceAway):
        await arrived(pool, Person(ISSUER, "new", "Zhao"), NOW, seals=seals)
    assert await pool.fetchval("select count(*) from accounts where subject = 'new'") == 0

    service.is_away = False
    assert (await read(pool, seals, account))[0] == {"zh": "张三", "en": "张三"}
    assert await arrived(pool, Person(ISSUER, "s-1", "Zhang"), NOW, seals=seals) == account
    assert (await read(pool, seals, account))[0] == {"zh": "Zhang", "en": "Zhang"}
    first.ring.close()
    seals.ring.close()


async def test_the_same_channel_again_is_the_same_and_another_address_is_not(pool: Pool, seals: Seals) -> None:
    account = await people_come(pool, seals)
    async with pool.acquire() as connection, connection.transaction():
        assert await open_channel(connection, "hook", account, HOOK, NOW, seals=seals) is None
        with pytest.raises(IdempotencyKeyReused):
            await open_channel(
                connection, "hook", account, replace(HOOK, address="https://b.example"), NOW, seals=seals
            )


async def test_what_is_sealed_for_one_account_is_not_read_as_anothers(pool: Pool, seals: Seals) -> None:
    account = await people_come(pool, seals)
    await by_owner(
        pool,
        "update accounts set name = of.name from accounts of where of.login = $1 and accounts.account_id = $2",
        OFFICER.login,
        account,
    )

    name = (await read(pool, seals, account))[0]

    assert "王五" not in str(name)
