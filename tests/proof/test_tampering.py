"""What is changed past the writer shows: each way of tampering with the record is found, and named."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from activities.database import Connection
from activities.evidence.store import EvidenceStore
from activities.proof.adopting import adopt
from activities.proof.chain import Algorithm, Chain, event_hash
from activities.proof.erasing import erase_texts, erasures
from activities.proof.findings import Fault, Finding
from activities.proof.heads import Head
from activities.proof.merkle import root_of
from activities.proof.verifying import Seen, verify_record
from activities.record.log import HeadHasMoved, LockedCase, lock
from activities.settings import Settings
from models import events as e
from tests.driving import Driver
from tests.owning import by_owner, owner_of, owner_url
from tests.proof.forging import forge_act, forge_event
from tests.proof.tampering import SECRET, found, stored_file, work

OBJECTION = "case_id in (select case_id from cases where procedure = 'objection')"
REQUEST = "case_id in (select case_id from cases where dataset_id = 'nanning-transport-other')"
SWAPPED = """
update events a set event = b.event, type = b.type, at = b.at, hash = b.hash from events b
where a.case_id = b.case_id and a.OF_REQUEST and a.number + b.number = 3
"""
INSERTED = """
insert into events (case_id, number, type, at, event)
select case_id, number + 1, type, at, jsonb_set(event, '{number}', to_jsonb(number + 1)) from events
where OF_REQUEST order by number desc limit 1
"""
INSERTED_BETWEEN = (
    "update events set number = -number - 1, event = jsonb_set(event, '{number}', to_jsonb(number + 1)) "
    "where OF_REQUEST and number >= 2",
    "update events set number = -number where OF_REQUEST and number < 0",
    """insert into events (case_id, number, type, at, event, hash)
    select case_id, 2, type, at, jsonb_set(event, '{number}', '2'), hash from events
    where OF_REQUEST and number = 3""",
    "update cases set number = number + 1 where OF_REQUEST",
)


@pytest.fixture
def store(tmp_path: Path, database_url: str) -> EvidenceStore:
    return EvidenceStore.open(Settings(home=tmp_path, database_url=database_url))


async def test_a_record_that_nobody_touched_is_as_it_was_written(driver: Driver, store: EvidenceStore) -> None:
    await work(driver, store)
    seen = Seen()
    assert await found(driver.pool, store, seen) == []
    assert (seen.cases, seen.files, seen.texts_erased, seen.adopted) == (3, 1, 0, [])
    assert seen.events == await driver.pool.fetchval("select count(*) from events")
    assert seen.acts == await driver.pool.fetchval("select count(*) from acts")


TAMPERING: list[tuple[str, str | tuple[str, ...], list[Fault]]] = [
    (
        "an edited event",
        "update events set event = jsonb_set(event, '{rules_digest}', '\"x\"') where OF_REQUEST and number = 1",
        [Fault.EVENT_CHANGED],
    ),
    (
        "an edited instant of an event",
        "update events set at = at - interval '1 day' where OF_REQUEST and number = 2",
        [Fault.EVENT_ROW],
    ),
    (
        "another type beside an event",
        "update events set type = 'NoteAdded' where OF_REQUEST and number = 1",
        [Fault.EVENT_ROW],
    ),
    ("a deleted event", "delete from events where OF_REQUEST and number = 2", [Fault.EVENT_MISSING]),
    ("an inserted event", INSERTED, [Fault.EVENT_BEYOND, Fault.EVENT_UNCHAINED]),
    ("an event inserted between others", INSERTED_BETWEEN, [Fault.EVENT_CHANGED]),
    ("reordered events", SWAPPED, [Fault.EVENT_CHANGED, Fault.EVENT_ROW]),
    (
        "a swapped actor of an event",
        """update events set event = jsonb_set(event, '{by}', '"acc_other"')
         where OF_REQUEST and type = 'TaskClaimed'""",
        [Fault.EVENT_CHANGED],
    ),
    (
        "a swapped account of an act",
        "update acts set account = 'acc_other' where OF_REQUEST and kind = 'claim'",
        [Fault.ACT_CHANGED],
    ),
    (
        "a swapped actor of an act",
        "update acts set act = jsonb_set(act, '{by,account}', '\"acc_other\"') where OF_REQUEST and kind = 'claim'",
        [Fault.ACT_CHANGED],
    ),
    (
        "another kind of an act",
        "update acts set kind = 'note' where OF_REQUEST and kind = 'claim'",
        [Fault.ACT_CHANGED],
    ),
    ("a cut tail", "delete from events where OF_REQUEST and number > 2", [Fault.TAIL_CUT]),
    ("a deleted act", "delete from acts where OF_REQUEST and kind = 'claim'", [Fault.ACT_MISSING, Fault.ACT_OF_EVENT]),
    (
        "a changed text",
        "update acts set content = jsonb_set(content, '{reason}', '\"none\"') where OF_OBJECTION and kind = 'decide'",
        [Fault.TEXT_CHANGED],
    ),
    ("a salt taken out", "update acts set content_salt = null where kind = 'decide'", [Fault.TEXT_CHANGED]),
    ("a text taken out", "update acts set content = null where kind = 'decide'", [Fault.TEXT_GONE]),
    ("a text put in", "update acts set content = '{}' where content is null and kind = 'claim'", [Fault.TEXT_CHANGED]),
    (
        "a text put in with its digest taken out",
        "update acts set content_digest = null, content = '{}' where kind = 'decide'",
        [Fault.ACT_CHANGED, Fault.TEXT_CHANGED],
    ),
    ("another file by its row", "update evidence set sha256 = repeat('0', 64)", [Fault.FILE_OTHERWISE]),
    ("files taken from an act", "update acts set files = null where files is not null", [Fault.ACT_CHANGED]),
    (
        "a case taken out whole",
        (
            "delete from events where OF_REQUEST",
            "delete from acts where OF_REQUEST",
            "delete from messages where OF_REQUEST",
            "delete from tasks where OF_REQUEST",
            "delete from cases where OF_REQUEST",
        ),
        [Fault.CASE_NUMBERS],
    ),
]


@pytest.mark.duty("NJ-34b")
async def test_what_is_changed_past_the_writer_is_found(
    driver: Driver, store: EvidenceStore, subtests: pytest.Subtests
) -> None:
    await work(driver, store)
    for name, tampering, faults in TAMPERING:
        with subtests.test(name):
            async with undone(driver) as connection:
                for statement in (tampering,) if isinstance(tampering, str) else tampering:
                    there = statement.replace("OF_REQUEST", REQUEST).replace("OF_OBJECTION", OBJECTION)
                    assert not (await connection.execute(there)).endswith(" 0"), statement
                findings = [finding.fault async for finding in verify_record(connection, store, Seen())]
            assert sorted(set(findings)) == sorted(faults)
    assert await found(driver.pool, store) == []


async def test_who_computes_the_hash_of_a_change_anew_breaks_the_one_after(
    driver: Driver, store: EvidenceStore, subtests: pytest.Subtests
) -> None:
    """Each hash binds the one before: what is forged up to a place shows at the next."""
    _, request = await work(driver, store)
    last_event = await driver.pool.fetchval("select number from cases where case_id = $1", request)
    last_act = await driver.pool.fetchval("select count(*) from acts where case_id = $1", request)
    assert last_event > 2
    assert last_act > 2
    for number in range(1, last_event):
        for through in range(number, last_event):
            with subtests.test("events", number=number, through=through):
                async with undone(driver) as connection:
                    await forge_event(connection, request, number, through=through)
                    assert await findings_in(connection) == [Finding(Fault.EVENT_CHANGED, request, str(through + 1))]
    acts = await driver.pool.fetch("select act_id from acts where case_id = $1 order by seq", request)
    for seq in range(1, last_act):
        for through in range(seq, last_act):
            with subtests.test("acts", seq=seq, through=through):
                async with undone(driver) as connection:
                    await forge_act(connection, request, seq, through=through)
                    assert await findings_in(connection) == [
                        Finding(Fault.ACT_CHANGED, request, acts[through]["act_id"])
                    ]


async def test_who_computes_the_hashes_anew_up_to_the_last_leaves_another_head(
    driver: Driver, store: EvidenceStore
) -> None:
    _, request = await work(driver, store)
    last = await driver.pool.fetchval("select number from cases where case_id = $1", request)
    for number in range(1, last + 1):
        async with undone(driver) as connection:
            await forge_event(connection, request, number, through=last)
            assert await findings_in(connection) == [Finding(Fault.TAIL_CUT, request, str(last), str(last))]


@asynccontextmanager
async def undone(driver: Driver) -> AsyncIterator[Connection]:
    """The owner's connection, on which whatever is done is taken back."""
    async with owner_of(driver.pool) as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield connection
        finally:
            await transaction.rollback()


async def findings_in(connection: Connection) -> list[Finding]:
    return [finding async for finding in verify_record(connection, None, Seen())]


async def test_a_file_that_is_changed_or_taken_out_is_found(
    driver: Driver, store: EvidenceStore, tmp_path: Path
) -> None:
    await work(driver, store)
    file = stored_file(tmp_path)
    for other in (file.read_bytes().swapcase(), b"short"):
        file.write_bytes(other)
        assert [finding.fault for finding in await found(driver.pool, store)] == [Fault.FILE_CHANGED]
    file.unlink()
    assert [finding.fault for finding in await found(driver.pool, store)] == [Fault.FILE_GONE]
    assert await found(driver.pool) == []


async def test_a_file_erased_by_law_is_verified_as_erased(driver: Driver, store: EvidenceStore, tmp_path: Path) -> None:
    """Gone, or there and no longer what it was because its key was destroyed: the record says why."""
    await work(driver, store)
    evidence = await driver.pool.fetchval("select evidence_id from evidence")
    file = stored_file(tmp_path)
    for gone in (lambda: file.write_bytes(b"nobody can read this"), file.unlink):
        gone()
        assert len(await found(driver.pool, store)) == 1
        await by_owner(
            driver.pool,
            "insert into erasures values ('evidence', $1, clock_timestamp(), 'acc_admin', 'PIPL 47')",
            evidence,
        )
        seen = Seen()
        assert await found(driver.pool, store, seen) == []
        assert (seen.files, seen.files_erased) == (1, 1)
        async with driver.pool.acquire() as connection, connection.transaction():
            (erased,) = [each async for each in erasures(connection)]
        assert (erased.what, erased.id, erased.account, erased.basis) == ("evidence", evidence, "acc_admin", "PIPL 47")
        # An erasure of a text with the same id is none of the file.
        await by_owner(driver.pool, "update erasures set what = 'content'")
        assert len(await found(driver.pool, store)) == 1
        await by_owner(driver.pool, "delete from erasures")


async def test_a_text_erased_by_law_is_verified_as_erased(driver: Driver, store: EvidenceStore) -> None:
    objection, _ = await work(driver, store)
    async with owner_of(driver.pool) as connection:
        erased = await erase_texts(connection, [f"{objection}.file"], account="acc_admin", basis="PIPL 47")
        assert await erase_texts(connection, [f"{objection}.file"], account="acc_other", basis="none") == []
    assert erased == [f"{objection}.file"]
    seen = Seen()
    assert await found(driver.pool, store, seen) == []
    assert seen.texts_erased == 1
    row = await driver.pool.fetchrow("select * from acts where act_id = $1", f"{objection}.file")
    assert row
    assert (row["content"], row["content_salt"], row["request_digest"]) == (None, None, "")
    assert SECRET not in str(dict(row))


async def test_who_computes_the_hashes_anew_moves_the_head_of_the_case(driver: Driver, store: EvidenceStore) -> None:
    _, request = await work(driver, store)
    rows = await driver.pool.fetch(
        "select number, event::text as event from events where case_id = $1 order by number", request
    )
    previous = ""
    for row in rows:
        event = json.dumps(json.loads(row["event"]) | {"at": "2026-01-01T00:00:00Z"})
        previous = event_hash("sha256", request, row["number"], event, previous)
        await by_owner(
            driver.pool,
            "update events set event = $3, hash = $4, at = '2026-01-01T00:00:00Z' where case_id = $1 and number = $2",
            request,
            row["number"],
            event,
            previous,
        )
    assert [finding.fault for finding in await found(driver.pool, store)] == [Fault.TAIL_CUT]


async def test_what_was_written_before_there_were_chains_is_adopted_and_said_to_be(
    driver: Driver, store: EvidenceStore
) -> None:
    objection, request = await work(driver, store)
    await by_owner(driver.pool, "update events set hash = ''")
    await by_owner(driver.pool, "update acts set hash = '', files = null, content_digest = null, content_salt = null")
    await by_owner(driver.pool, "update cases set head = ''")
    await by_owner(driver.pool, "delete from chain_adoptions")
    assert {finding.fault for finding in await found(driver.pool, store)} >= {
        Fault.EVENT_UNCHAINED,
        Fault.ACT_UNCHAINED,
    }

    url = await owner_url(driver.pool)
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(adopt)
    await engine.dispose()

    seen = Seen()
    assert await found(driver.pool, store, seen) == []
    heads = await driver.pool.fetch(
        "select distinct on (case_id) case_id, number, head, seq, acts.hash from cases join acts using (case_id) "
        "order by case_id, seq desc"
    )
    root, _ = root_of("sha256", [Head(*row).leaf("sha256") for row in heads])
    assert await driver.pool.fetchval("select root from chain_adoptions") == f"sha256:{root.hex()}"
    (adopted,) = seen.adopted
    assert (adopted.cases, adopted.events, adopted.acts) == (3, seen.events, seen.acts)
    assert seen.files == 1
    await by_owner(driver.pool, "update acts set content = '{}' where act_id = $1", f"{objection}.file")
    assert [finding.fault for finding in await found(driver.pool, store)] == [Fault.TEXT_CHANGED]
    assert await driver.decide(request, (await driver.state(request)).open_tasks()[0].stage, "pass", hand_over=False)


async def test_a_chain_goes_on_by_another_algorithm(driver: Driver, store: EvidenceStore) -> None:
    await work(driver, store)
    driver.log.chain = Chain(Algorithm.SM3)
    await work(driver, store)
    algorithms = await driver.pool.fetch("select distinct split_part(hash, ':', 1) as name from events")
    assert {row["name"] for row in algorithms} == {"sha256", "sm3"}
    assert await found(driver.pool, store) == []


async def test_whoever_does_not_know_the_last_event_writes_none(driver: Driver, store: EvidenceStore) -> None:
    _, request = await work(driver, store)
    state = await driver.state(request)
    async with driver.pool.acquire() as connection, connection.transaction():
        case = await lock(connection, request, driver.clock)
        stale = LockedCase(case.case_id, case.number, case.engine_number, case.now)
        event = e.Closed(number=case.number + 1, at=case.now, outcome="withdrawn")
        with pytest.raises(HeadHasMoved):
            await driver.log.write(connection, stale, state, [event], engine_number=case.number + 1)
