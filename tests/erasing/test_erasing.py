"""Whoever is erased is erased everywhere, also in yesterday's backup; the record stands and is verified as before."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.database import Pool, open_pool
from activities.directory.account_record import By, note_login
from activities.directory.personal import opened, opened_name, place_in_account
from activities.directory.sealing_anew import seal_what_is_plain
from activities.directory.tokens import revoke_one
from activities.erasing.cases import Eraser, Ordered
from activities.erasing.person import CaseRuns, ErasedAlready, PersonUnknown, RecordIsKept, ServesABody, erase_person
from activities.erasing.retention import cases_due, erase_due
from activities.evidence.refused import EvidenceStoreAway
from activities.evidence.store import EvidenceStore
from activities.feedback import Answer, Feedback, answer, place_of, receive
from activities.proof.verifying import Seen
from activities.ratings import Rating, rate
from activities.sealing.ring import Ring
from activities.sealing.seals import Seals
from activities.settings import Settings
from activities.telling.channels import Wanted, open_channel, open_channels
from tests.archiving import archive_as_if_they_ended_long_ago
from tests.driving import AT, Driver, ShiftedClock
from tests.owning import by_owner, owner_url
from tests.proof.tampering import EVIDENCE, SECRET, found, work

PERSON = """
insert into accounts (account_id, login, name, roles, contact, organisation)
values ($1, $2, '{"zh": "李四", "en": "Li Si"}', '{applicant}', '138 0000 0000', 'Li & Sons')
"""
DATASET = """
with body as (insert into bodies (body, city, role, name) values ('lianyungang.parks', 'lianyungang', 'provider', '{}')
  on conflict (body) do update set city = excluded.city returning body)
insert into datasets (dataset_id, city, provider, openness, items, entry, sample)
select 'data-1', 'lianyungang', body, 'unconditional', '{}', '{}', true from body
"""
KEPT = timedelta(days=6 * 366)
"""Longer than any city has a record kept."""


@dataclass
class Record:
    """A record on which people have worked, and what erases in it."""

    driver: Driver
    owner: Pool
    seals: Seals
    store: EvidenceStore
    home: Path

    async def erase(self, who: str = "li@demo", later: timedelta = KEPT) -> Any:
        eraser = Eraser(self.seals, self.store)
        return await erase_person(self.owner, eraser, ShiftedClock(later), who, by="acc_admin", basis="PIPL 47")

    async def end_cases(self) -> None:
        """As if every case had come to its end."""
        await by_owner(self.driver.pool, "update cases set closed_at = clock_timestamp()")

    async def said(self, case_id: str) -> dict[str, Any]:
        """What was written with the filing, as it is read."""
        content = await self.driver.pool.fetchval("select content from acts where act_id = $1", f"{case_id}.file")
        return self.seals.opened(f"{case_id}.file", json.loads(content))

    async def everything(self) -> str:
        """All that the database holds, table by table, as a backup has it."""
        tables = await self.owner.fetch("select tablename from pg_tables where schemaname = 'public'")
        rows = [
            str(row[0])
            for table in tables
            for row in await self.owner.fetch(f"select t::text from {table['tablename']} t")  # noqa: S608
        ]
        return "\n".join(rows)


@pytest.fixture
async def record(driver: Driver, tmp_path: Path, database_url: str) -> AsyncIterator[Record]:
    settings = Settings(home=tmp_path, database_url=database_url)
    seals = Seals.open(settings)
    driver.log.seals = seals
    await driver.pool.execute(PERSON, "acc_objector", "li@demo")
    async with await open_pool(await owner_url(driver.pool)) as owner:
        yield Record(driver, owner, seals, EvidenceStore.open(settings, seals), tmp_path)
    seals.ring.close()


def files_of(home: Path) -> list[Path]:
    return [path for path in (home / "evidence").rglob("*") if path.is_file()]


async def test_nothing_that_people_wrote_or_uploaded_lies_anywhere_as_it_came(record: Record) -> None:
    objection, _ = await work(record.driver, record.store)

    everything = await record.everything()
    assert SECRET not in everything
    assert "a.txt" not in everything
    assert [EVIDENCE in file.read_bytes() for file in files_of(record.home)] == [False]
    assert await record.said(objection) == {"statement": SECRET}
    assert await found(record.driver.pool, record.store) == []


async def test_an_erased_person_is_nowhere_and_the_record_is_verified_as_before(record: Record) -> None:
    objection, request = await work(record.driver, record.store)
    heads = await record.driver.pool.fetch("select case_id, number, head from cases order by case_id")
    events = await record.driver.pool.fetch("select * from events order by case_id, number")
    await record.end_cases()
    await note_login(record.driver.pool, By("acc_objector", address="192.0.2.7"))
    await note_login(record.driver.pool, By("acc_another", address="192.0.2.8"))
    await revoke_one(record.driver.pool, "li@demo", "token-of-li", By("acc_objector", address="192.0.2.7"))

    erased = await record.erase()

    assert (erased.cases, erased.texts, erased.files) == (1, 2, 1)
    assert "erased on" in (await record.said(objection))["statement"]
    assert "已于" in (await record.said(objection))["statement"]
    assert (await record.said(request))["purpose"] == SECRET, "what others wrote stays"
    assert files_of(record.home) == []
    everything = await record.everything()
    for personal in ("li@demo", "李四", "Li Si", "138 0000 0000", "Li & Sons", "192.0.2.7"):
        assert personal not in everything
    assert "192.0.2.8" in everything, "from where others logged in stays for its six months"
    assert await record.driver.pool.fetchval("select count(*) from revoked_tokens") == 0
    logins = await record.driver.pool.fetch("select by_account from account_record where what = 'login'")
    assert [row["by_account"] for row in logins] == ["acc_objector", "acc_another"], "that somebody did is on record"
    seen = Seen()
    assert await found(record.driver.pool, record.store, seen) == []
    assert (seen.texts_erased, seen.files_erased) == (2, 1)
    assert await record.driver.pool.fetch("select case_id, number, head from cases order by case_id") == heads
    assert await record.driver.pool.fetch("select * from events order by case_id, number") == events
    assert (await record.driver.state(objection)).party == "acc_objector"


async def test_what_lies_in_an_archive_is_erased_like_everything_else(record: Record) -> None:
    objection, request = await work(record.driver, record.store)
    await record.end_cases()
    await record.driver.pool.execute("update acts set delivered_at = received_at")
    await archive_as_if_they_ended_long_ago(record.driver.pool)
    lies_in = "select bool_and(archive_year > 0) from acts where case_id = any($1)"
    assert await record.driver.pool.fetchval(lies_in, [objection, request])

    assert (await record.erase()).texts == 2
    assert "erased on" in (await record.said(objection))["statement"]
    assert (await record.said(request))["purpose"] == SECRET
    seen = Seen()
    assert await found(record.driver.pool, record.store, seen) == []
    assert (seen.texts_erased, seen.files_erased) == (2, 1)


async def test_feedback_of_an_erased_person_is_erased_and_what_it_rated_still_counts(record: Record) -> None:
    pool, clock = record.driver.pool, ShiftedClock()
    await by_owner(pool, DATASET)
    told = Feedback("fb-1", "lianyungang", "opinion", None, None, "acc_objector", SECRET, {"text": SECRET}, ())
    await receive(pool, clock, record.seals, told)
    await answer(pool, clock, record.seals, Answer("fb-1", "acc_officer", "lianyungang.operator", "To Li Si"))
    await rate(pool, clock, Rating("data-1", 1, "acc_objector", "lianyungang", {"accuracy": 2}))

    await record.erase()

    row = await pool.fetchrow("select text, answer from feedback")
    assert row
    for field in ("text", "answer"):
        assert "erased on" in record.seals.opened_text(place_of("fb-1", field), row[field])
    assert await pool.fetchval("select scores ->> 'accuracy' from ratings") == "2"
    assert await pool.fetchval("select count(*) from erasures where what = 'feedback' and id = 'fb-1'") == 1
    everything = await record.everything()
    assert [personal for personal in ("li@demo", "Li Si", SECRET) if personal in everything] == []


async def test_a_backup_of_the_day_before_brings_nothing_back(record: Record) -> None:
    objection, _ = await work(record.driver, record.store)
    await record.end_cases()
    pool, (file,) = record.driver.pool, files_of(record.home)
    kept = file.read_bytes()
    for table in ("acts", "cases", "evidence", "erasures"):
        await by_owner(pool, f"create table {table}_yesterday as select * from {table}")  # noqa: S608

    await record.erase()

    # The rows and the file of yesterday, as a restored backup has them; the ring is no part of it.
    await by_owner(pool, "delete from erasures")
    await by_owner(
        pool,
        "update acts set content = y.content, content_salt = y.content_salt, request_digest = y.request_digest "
        "from acts_yesterday y where acts.act_id = y.act_id",
    )
    await by_owner(
        pool, "update evidence set name = y.name from evidence_yesterday y where evidence.evidence_id = y.evidence_id"
    )
    file.write_bytes(kept)
    assert "erased on" in (await record.said(objection))["statement"]
    assert SECRET not in str([await record.said(objection), await record.everything()]).replace(
        json.dumps({"purpose": SECRET}), ""
    )
    seen = Seen()
    assert await found(pool, record.store, seen) == []
    assert seen.files_erased == 1


async def test_who_somebody_was_reads_as_erased_from_a_backup_of_the_day_before(record: Record) -> None:
    pool, seals = record.driver.pool, record.seals
    async with pool.acquire() as connection, connection.transaction():
        now = await connection.fetchval("select clock_timestamp()")
        mail = Wanted("mail", "li@people.example", "en")
        await open_channel(connection, "mail", "acc_objector", mail, now, seals=seals)
    await seal_what_is_plain(pool, seals)
    # Sealed under a key before the one that the account names.
    await by_owner(
        pool, "update accounts set key_id = $2 where account_id = $1", "acc_objector", seals.ring.take().key_id
    )
    for table in ("accounts", "channels"):
        await by_owner(pool, f"create table {table}_yesterday as select * from {table}")  # noqa: S608

    await record.erase()
    await by_owner(
        pool,
        "update accounts set name = y.name, contact = y.contact, organisation = y.organisation "
        "from accounts_yesterday y where accounts.account_id = y.account_id",
    )
    await by_owner(
        pool,
        "update channels set address = y.address, ended_at = null from channels_yesterday y "
        "where channels.channel_id = y.channel_id",
    )

    row = await pool.fetchrow("select * from accounts where account_id = 'acc_objector'")
    assert row is not None
    name = opened_name(seals, "acc_objector", json.loads(row["name"]))
    contact = opened(seals, place_in_account("acc_objector", "contact"), row["contact"])
    async with pool.acquire() as connection:
        (channel,) = await open_channels(connection, "acc_objector", seals)
    for read in (name["zh"], name["en"], contact, channel.address):
        assert read is not None
        assert "erased on" in read
    everything = await record.everything()
    for personal in ("李四", "Li Si", "138 0000 0000", "Li & Sons", "li@people.example"):
        assert personal not in everything


async def test_what_was_plain_before_there_were_keys_is_taken_out_and_read_as_erased(record: Record) -> None:
    driver, settings = record.driver, Settings(home=record.home, database_url="postgresql://nowhere")
    driver.log.seals = None
    objection, _ = await work(driver, EvidenceStore.open(settings))
    driver.log.seals = record.seals
    assert SECRET in await record.everything()
    assert await record.said(objection) == {"statement": SECRET}, "what is there stays as it is"
    await record.end_cases()

    await record.erase()

    assert "erased on" in (await record.said(objection))["statement"]
    row = await driver.pool.fetchrow("select * from acts where act_id = $1", f"{objection}.file")
    assert row is not None
    assert (row["content_salt"], row["request_digest"]) == (None, "")
    assert SECRET not in str(dict(row))
    assert files_of(record.home) == []
    seen = Seen()
    assert await found(driver.pool, record.store, seen) == []
    assert (seen.texts_erased, seen.files_erased) == (2, 1)


async def test_a_text_that_is_put_in_the_place_of_an_erased_one_shows(record: Record) -> None:
    objection, _ = await work(record.driver, record.store)
    await record.end_cases()
    await record.erase()

    await by_owner(
        record.driver.pool,
        'update acts set content = \'{"statement": "I agree"}\', content_salt = null where act_id = $1',
        f"{objection}.file",
    )

    assert [finding.fault for finding in await found(record.driver.pool)] == ["text_changed"]


async def test_nobody_is_erased_while_a_case_runs_or_its_record_is_kept(record: Record) -> None:
    await work(record.driver, record.store)
    before = await record.everything()

    with pytest.raises(CaseRuns):
        await record.erase()
    await record.end_cases()
    with pytest.raises(RecordIsKept) as kept:
        await record.erase(later=timedelta())
    (one,) = kept.value.kept
    assert (one.rule.years, one.rule.citation.basis.value) == (5, "service")
    await by_owner(record.driver.pool, "update cases set closed_at = null")
    assert await record.everything() == before


async def test_officers_and_strangers_are_not_erased_and_nobody_twice(record: Record) -> None:
    await work(record.driver, record.store)
    await record.end_cases()
    officer = await record.driver.pool.fetchval("select login from accounts where body is not null limit 1")

    with pytest.raises(ServesABody):
        await record.erase(officer)
    with pytest.raises(PersonUnknown):
        await record.erase("nobody@demo")
    await record.erase()
    with pytest.raises(ErasedAlready):
        await record.erase("acc_objector")


async def test_an_erasure_that_broke_off_is_finished_by_the_same_again(record: Record) -> None:
    objection, _ = await work(record.driver, record.store)
    await record.end_cases()
    # The keys were destroyed, and the transaction was not committed.
    keys = await record.driver.pool.fetch("select key_id from cases where party = 'acc_objector'")
    record.seals.ring.destroy(
        [row["key_id"] for row in keys], ShiftedClock().at(await record.driver.pool.fetchval("select now()"))
    )

    assert (await record.erase()).texts == 2
    assert "erased on" in (await record.said(objection))["statement"]
    assert await found(record.driver.pool, record.store) == []


@pytest.mark.duty("NJ-34b")
async def test_what_need_not_be_kept_is_due_and_erased_case_by_case(record: Record) -> None:
    objection, _ = await work(record.driver, record.store)
    await record.end_cases()
    pool, ring, later = record.driver.pool, record.seals.ring, ShiftedClock(KEPT)

    assert await cases_due(pool, ring, ShiftedClock()) == []
    due = await cases_due(pool, ring, later)
    assert [each.case_id for each in due] == [objection], "of people alone"

    await erase_due(record.owner, Eraser(record.seals, record.store), later, due, "acc_admin")

    assert await cases_due(pool, ring, later) == []
    assert "erased on" in (await record.said(objection))["statement"]
    assert await pool.fetchval("select basis from erasures limit 1") == "service keeping"
    assert await pool.fetchval("select login from accounts where account_id = 'acc_objector'") == "li@demo"
    assert await found(pool, record.store) == []


async def test_a_case_whose_erasing_broke_off_at_a_file_is_due_until_it_is_done(record: Record) -> None:
    objection, _ = await work(record.driver, record.store)
    await record.end_cases()
    pool, ring, later = record.driver.pool, record.seals.ring, ShiftedClock(KEPT)
    eraser, due = Eraser(record.seals, record.store), await cases_due(pool, ring, later)
    (file,) = files_of(record.home)
    file.unlink()
    file.mkdir()  # the store cannot remove it

    with pytest.raises(EvidenceStoreAway):
        await erase_due(record.owner, eraser, later, due, "acc_admin")
    assert "erased on" in (await record.said(objection))["statement"]
    assert [each.case_id for each in await cases_due(pool, ring, later)] == [objection]

    file.rmdir()
    await erase_due(record.owner, eraser, later, due, "acc_admin")
    assert await cases_due(pool, ring, later) == []
    assert await found(pool, record.store) == []


async def test_a_case_without_files_whose_erasing_broke_off_is_due_and_comes_on_record(
    record: Record,
) -> None:
    """The key is gone before the transaction that says so is committed."""
    pool, ring, later = record.driver.pool, record.seals.ring, ShiftedClock(KEPT)
    objection = await record.driver.object_to("nanning", "privacy", party="acc_objector", hand_over=False)
    await record.end_cases()
    eraser, due = Eraser(record.seals, record.store), await cases_due(pool, ring, later)
    assert [each.case_id for each in due] == [objection]
    async with record.owner.acquire() as connection:
        broken_off = connection.transaction()
        await broken_off.start()
        await eraser.erase(connection, [objection], Ordered("acc_admin", later.at(AT), "service keeping"))
        await broken_off.rollback()
    assert "erased on" in (await record.said(objection))["statement"]
    assert await pool.fetchval("select count(*) from erasures") == 0

    assert await cases_due(pool, ring, later) == due
    await erase_due(record.owner, eraser, later, due, "acc_admin")

    assert await cases_due(pool, ring, later) == []
    assert await pool.fetchval("select id from erasures where what = 'content'") == f"{objection}.file"
    assert await found(pool, record.store) == []


async def test_a_process_that_has_read_a_key_forgets_it_when_another_destroys_it(record: Record) -> None:
    objection, _ = await work(record.driver, record.store)
    await record.end_cases()
    reading = Seals(Ring.open(record.home / "keys"))
    content = json.loads(
        await record.driver.pool.fetchval("select content from acts where act_id = $1", f"{objection}.file")
    )
    assert reading.opened(f"{objection}.file", content) == {"statement": SECRET}

    await record.erase()

    assert "erased on" in reading.opened(f"{objection}.file", content)["statement"]
    reading.ring.close()
