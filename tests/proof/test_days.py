"""Each day that is over is signed, missed days too; what is done to a signed day, or to what it covers, is found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activities.database import present
from activities.evidence.store import EvidenceStore
from activities.proof.chain import event_hash
from activities.proof.days import QUIET, Signing, end_of
from activities.proof.findings import Fault, Finding
from activities.proof.heads import Head
from activities.proof.statements import Proof, Statement, named_key, sign
from activities.proof.verifying import Seen, one_look, verify_record
from activities.proof.verifying_days import verify_days
from activities.settings import Settings
from rules.deadlines import to_shanghai
from tests.driving import Driver, ShiftedClock
from tests.owning import by_owner, owner_of
from tests.proof.forging import bring_head_into_line, forge_act, forge_event
from tests.proof.tampering import work

A_DAY = timedelta(days=1)


@dataclass
class Signer:
    """Signs days by a clock of its own."""

    driver: Driver
    folder: Path
    today: date
    clock: ShiftedClock = field(default_factory=ShiftedClock)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    async def after(self, day: date) -> list[date]:
        """Signs when that day has been over for as long as it takes; the days that were signed."""
        async with self.driver.pool.acquire() as connection:
            self.clock.shift = end_of(day) + QUIET - await present(connection)
        return await self.signing().look()

    def signing(self) -> Signing:
        return Signing(self.driver.pool, self.clock, self.key, self.folder)

    async def findings(self, *, folder: bool = True) -> list[Finding]:
        keys = frozenset({named_key(self.key.public_key())})
        async with one_look(self.driver.pool) as connection:
            found = [each async for each in verify_record(connection, None, Seen())]
            return found + [
                each async for each in verify_days(connection, keys, self.folder if folder else None, Seen())
            ]

    async def faults(self, *, folder: bool = True) -> list[Fault]:
        return sorted({finding.fault for finding in await self.findings(folder=folder)})

    async def proof(self, case_id: str) -> Proof:
        row = await self.driver.pool.fetchrow(
            "select * from signed_heads join signed_days using (day) where case_id = $1 order by day desc limit 1",
            case_id,
        )
        assert row
        head = Head(row["case_id"], row["events"], row["head"], row["acts"], row["acts_head"])
        return Proof(head, row["place"], tuple(row["path"]), row["statement"], row["signature"])


@pytest.fixture
async def signer(driver: Driver, tmp_path: Path, database_url: str) -> AsyncIterator[Signer]:
    async with driver.pool.acquire() as connection:
        today = to_shanghai(await present(connection)).date()
    # What the template of the tests began yesterday begins today.
    await by_owner(driver.pool, "update chain_adoptions set adopted_at = clock_timestamp()")
    await work(driver, EvidenceStore.open(Settings(home=tmp_path, database_url=database_url)))
    yield Signer(driver, tmp_path / "heads", today)


async def test_a_day_is_signed_when_it_is_over_and_never_again(signer: Signer) -> None:
    assert await signer.signing().look() == []
    # While who has committed late may still be on the way.
    signer.clock.shift = end_of(signer.today) + QUIET / 2 - await now_of(signer)
    assert await signer.signing().look() == []
    assert await signer.after(signer.today) == [signer.today]
    assert await signer.after(signer.today) == []
    assert await signer.faults() == []
    assert [path.name for path in signer.folder.iterdir()] == [f"{signer.today}.json"]


async def test_days_that_were_missed_are_signed_later_each_for_itself(signer: Signer) -> None:
    days = [signer.today + number * A_DAY for number in range(4)]
    assert await signer.after(days[-1]) == days
    assert await signer.driver.pool.fetchval("select count(*) from signed_heads") == 3
    statements = [
        Statement.read(row["statement"])
        for row in await signer.driver.pool.fetch("select statement from signed_days order by day")
    ]
    assert {(each.cases, each.root) for each in statements} == {(3, statements[0].root)}
    assert await signer.faults() == []
    assert len(list(signer.folder.iterdir())) == 4


async def test_what_is_written_after_midnight_is_in_the_tree_of_the_next_day(signer: Signer) -> None:
    request, pool = await request_of(signer), signer.driver.pool
    last = await pool.fetchval("select number from cases where case_id = $1", request)
    acts = await pool.fetchval("select count(*) from acts where case_id = $1", request)
    tomorrow = end_of(signer.today) + timedelta(seconds=1)
    await by_owner(
        pool, "update events set recorded_at = $3 where case_id = $1 and number = $2", request, last, tomorrow
    )
    # An act that only the inbox has moves the head of the case too.
    await by_owner(
        pool, "update acts set received_at = $3 where case_id = $1 and seq = $2", request, acts, tomorrow + A_DAY
    )
    await signer.after(signer.today + 2 * A_DAY)
    heads = await pool.fetch("select events, acts from signed_heads where case_id = $1 order by day", request)
    assert [tuple(row) for row in heads] == [(last - 1, acts - 1), (last, acts - 1), (last, acts)]
    assert await signer.faults() == []


async def test_two_workers_sign_a_day_once(signer: Signer) -> None:
    await asyncio.gather(*(signer.after(signer.today + A_DAY) for _ in range(3)))
    assert await signer.driver.pool.fetchval("select count(*) from signed_days") == 2
    assert await signer.faults() == []


async def test_without_a_key_nothing_is_signed(signer: Signer) -> None:
    signing = Signing(signer.driver.pool, ShiftedClock(3 * A_DAY), None, signer.folder)
    assert await signing.look() == []


async def test_what_happens_after_a_day_was_signed_is_no_finding(signer: Signer) -> None:
    await signer.after(signer.today)
    await signer.driver.file("nanning", hand_over=False)
    for row in await signer.driver.pool.fetch("select case_id from cases where dataset_id = 'nanning-transport-other'"):
        (task, *_) = (await signer.driver.state(row["case_id"])).open_tasks()
        await signer.driver.decide(row["case_id"], task.stage, "pass", hand_over=False)
    assert await signer.faults() == []


async def test_a_tail_that_was_cut_with_all_that_tells_of_it_is_missed_by_the_signed_day(signer: Signer) -> None:
    await signer.after(signer.today)
    await cut_tail(signer)
    assert await signer.faults() == [Fault.LOG_SHORTER]
    await by_owner(signer.driver.pool, "delete from signed_heads where case_id = $1", await request_of(signer))
    assert await signer.faults() == [Fault.ROOT_OF_DAY]


async def test_a_log_that_was_written_anew_with_all_its_hashes_is_not_what_was_signed(signer: Signer) -> None:
    await signer.after(signer.today)
    await rewrite(signer)
    assert await signer.faults() == [Fault.LOG_REWRITTEN]
    # With the head of the day brought into line.
    await by_owner(
        signer.driver.pool,
        "update signed_heads set head = cases.head from cases where cases.case_id = signed_heads.case_id",
    )
    assert await signer.faults() == [Fault.HEAD_OF_DAY, Fault.ROOT_OF_DAY]


@pytest.mark.parametrize("number", [1, 2])
async def test_who_forges_a_log_to_its_end_meets_the_signed_day(signer: Signer, number: int) -> None:
    """The change, every hash after it and the head of the case fit: only the day that was signed does not."""
    request, pool = await request_of(signer), signer.driver.pool
    last = await pool.fetchval("select number from cases where case_id = $1", request)
    await signer.after(signer.today)
    async with owner_of(pool) as connection:
        await forge_event(connection, request, number, through=last)
        await bring_head_into_line(connection, request)
    assert await signer.findings() == [Finding(Fault.LOG_REWRITTEN, request, str(last))]


@pytest.mark.parametrize("seq", [1, 2])
async def test_who_forges_an_inbox_to_its_end_meets_the_signed_day(signer: Signer, seq: int) -> None:
    request, pool = await request_of(signer), signer.driver.pool
    last = await pool.fetchval("select count(*) from acts where case_id = $1", request)
    await signer.after(signer.today)
    async with owner_of(pool) as connection:
        await forge_act(connection, request, seq, through=last)
    assert await signer.findings() == [Finding(Fault.INBOX_REWRITTEN, request, str(last))]


async def test_a_case_that_was_taken_out_whole_is_missed(signer: Signer) -> None:
    await signer.after(signer.today)
    request = await request_of(signer)
    for table in ("events", "acts", "messages", "tasks", "cases"):
        await by_owner(signer.driver.pool, f"delete from {table} where case_id = $1", request)  # noqa: S608
    assert await signer.faults() == [Fault.CASE_GONE, Fault.CASE_NUMBERS]


async def test_a_day_that_was_written_anew_is_found_though_somebody_has_signed_it(signer: Signer) -> None:
    """The record and every head are brought into line and signed: by another key, or by the one that was stolen."""
    await signer.after(signer.today + A_DAY)
    for key, faults in (
        (Ed25519PrivateKey.generate(), [Fault.DAY_OF_OTHER_KEY, Fault.DAY_REWRITTEN, Fault.FILE_OF_DAY]),
        (signer.key, [Fault.DAY_REWRITTEN, Fault.FILE_OF_DAY]),
    ):
        await sign_anew(signer, key)
        assert await signer.faults() == faults
    assert await signer.faults(folder=False) == [Fault.DAY_REWRITTEN]


async def test_the_first_day_follows_on_what_was_adopted(signer: Signer) -> None:
    await signer.after(signer.today)
    await by_owner(signer.driver.pool, "update chain_adoptions set root = 'sha256:00'")
    (finding,) = await signer.findings()
    assert finding == Finding(Fault.DAY_REWRITTEN, what="adoption", other=signer.today.isoformat())


async def test_the_statement_of_another_day_is_none_of_this(signer: Signer) -> None:
    await signer.after(signer.today)
    await by_owner(signer.driver.pool, "update signed_days set day = day + 1")
    assert await signer.faults(folder=False) == [Fault.DAY_CHANGED, Fault.DAY_MISSING]


async def test_a_statement_or_its_signature_that_was_changed_is_found(signer: Signer) -> None:
    await signer.after(signer.today)
    await by_owner(
        signer.driver.pool, "update signed_days set statement = replace(statement, '\"cases\":3', '\"cases\":4')"
    )
    assert Fault.DAY_CHANGED in await signer.faults(folder=False)
    await by_owner(signer.driver.pool, "update signed_days set statement = '{}'")
    assert Fault.DAY_CHANGED in await signer.faults(folder=False)


async def test_a_signature_by_an_unknown_algorithm_is_said_to_be_that(signer: Signer) -> None:
    """A later version, or one of another house, may sign by SM2: neither well signed nor changed is what we may say."""
    await signer.after(signer.today)
    pool, held = signer.driver.pool, await signer.proof(await request_of(signer))
    await by_owner(pool, "update signed_days set statement = replace(statement, 'ed25519:', 'sm2:')")
    assert await signer.faults(folder=False) == [Fault.DAY_OF_UNKNOWN_KIND]
    assert replace(held, statement=held.statement.replace("ed25519:", "sm2:")).fault() == "kind"


async def test_a_day_that_was_taken_out_is_missed(signer: Signer) -> None:
    await signer.after(signer.today + 2 * A_DAY)
    await by_owner(signer.driver.pool, "delete from signed_days where day = $1", signer.today + 2 * A_DAY)
    assert await signer.faults() == [Fault.DAY_MISSING]
    await by_owner(signer.driver.pool, "delete from signed_days where day = $1", signer.today)
    assert Fault.DAY_MISSING in await signer.faults(folder=False)


async def test_a_file_apart_that_was_changed_or_taken_out_is_found(signer: Signer) -> None:
    await signer.after(signer.today)
    (file,) = signer.folder.iterdir()
    content = file.read_text()
    for change in (lambda: file.write_text(content.replace('"cases": 3', '"cases": 2')), file.unlink):
        change()
        assert await signer.faults() == [Fault.FILE_OF_DAY]
    await signer.after(signer.today)
    assert await signer.faults() == []
    assert file.read_text() == content


async def test_a_case_is_proven_to_a_stranger_by_a_document_and_a_key(signer: Signer) -> None:
    await signer.after(signer.today)
    request = await request_of(signer)
    document = json.loads(json.dumps((await signer.proof(request)).document()))
    held = Proof.read(document)
    key = frozenset({named_key(signer.key.public_key())})
    assert held.fault(key) is None
    assert held.head.case_id == request
    assert held.fault(frozenset({named_key(Ed25519PrivateKey.generate().public_key())})) == "key"
    for name, value, fault in (
        ("head", {**document["head"], "events": document["head"]["events"] + 1}, "path"),
        ("head", {**document["head"], "case_id": "another"}, "path"),
        ("place", document["place"] + 1, "path"),
        ("path", document["path"][:-1], "path"),
        ("path", ["zz"], "path"),
        ("statement", {**document["statement"], "root": "sha256:00"}, "signature"),
        ("statement", {}, "statement"),
        ("signature", "AAAA", "signature"),
    ):
        assert Proof.read({**document, name: value}).fault(key) == fault, (name, value)
    others: tuple[dict[str, Any], ...] = ({}, {"proof": []}, {**document, "head": {}}, {**document, "format": "other"})
    for nonsense in others:
        with pytest.raises(ValueError, match="no kaifang-proof/1"):
            Proof.read(nonsense)


def test_a_text_that_is_no_statement_as_we_write_it_is_read_as_none() -> None:
    at = datetime(2026, 11, 30, tzinfo=timezone(timedelta(hours=8)))
    text = Statement(date(2026, 11, 29), 0, "sha256:00", "sha256:00", at, "ed25519:").text()
    assert Statement.read(text).day == date(2026, 11, 29)
    for other in (
        text.replace("kaifang-day/1", "kaifang-day/2"),
        f" {text}",
        text.replace("sha256:00", "md5:00"),
        "[]",
    ):
        with pytest.raises(ValueError, match=r"kaifang-day/1|md5"):
            Statement.read(other)


async def now_of(signer: Signer) -> datetime:
    async with signer.driver.pool.acquire() as connection:
        return await present(connection)


async def request_of(signer: Signer) -> str:
    case_id: str = await signer.driver.pool.fetchval(
        "select case_id from cases where dataset_id = 'nanning-transport-other'"
    )
    return case_id


async def cut_tail(signer: Signer) -> None:
    """The last event is gone, and the case says that there never was one."""
    request = await request_of(signer)
    await by_owner(
        signer.driver.pool,
        "delete from events where case_id = $1 and number = (select max(number) from events where case_id = $1)",
        request,
    )
    async with owner_of(signer.driver.pool) as connection:
        await bring_head_into_line(connection, request)


async def rewrite(signer: Signer) -> None:
    """Another applicant, and every hash computed anew, as whoever has the database and the program can."""
    request, previous = await request_of(signer), ""
    for row in await signer.driver.pool.fetch(
        "select number, event::text as event from events where case_id = $1 order by number", request
    ):
        event = row["event"].replace("acc_applicant", "acc_other")
        previous = event_hash("sha256", request, row["number"], event, previous)
        await by_owner(
            signer.driver.pool,
            "update events set event = $3, hash = $4 where case_id = $1 and number = $2",
            request,
            row["number"],
            event,
            previous,
        )
    await by_owner(signer.driver.pool, "update cases set head = $2 where case_id = $1", request, previous)


async def sign_anew(signer: Signer, key: Ed25519PrivateKey) -> None:
    row = await signer.driver.pool.fetchrow("select day, statement from signed_days order by day limit 1")
    assert row
    told = Statement.read(row["statement"])
    another = Statement(
        told.day, told.cases, told.root, told.previous, datetime(2026, 1, 1, tzinfo=told.signed_at.tzinfo),
        named_key(key.public_key()),
    )  # fmt: skip
    await by_owner(
        signer.driver.pool,
        "update signed_days set statement = $2, signature = $3 where day = $1",
        row["day"],
        another.text(),
        sign(key, another.text()),
    )
