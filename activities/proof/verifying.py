"""Everything that was written is compared with the chains over it, case by case, and with what days have signed
(`kaifang verify`). Reads only; memory does not grow with the record."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag

from activities.database import take_time
from activities.evidence.files import COLUMNS, Evidence
from activities.evidence.refused import EvidenceErased
from activities.evidence.store import EvidenceStore
from activities.proof.findings import Fault, Finding
from activities.proof.walking import InboxWalk, LogWalk

if TYPE_CHECKING:
    from activities.database import Connection, Pool

A_SET = 200
"""Cases at a time in memory."""
PREFETCH = 500
"""Rows."""
LONG = 600.0
"""Seconds that one statement over all cases may take."""
CASES = "select case_id, number, head from cases where case_id > $1 order by case_id limit $2"
EVENTS = """
select case_id, number, type, at, event::text as event, hash from events where case_id = any($1)
order by case_id, number
"""
ACTS = """
select case_id, seq, act_id, kind, account, act::text as act, content::text as content, files::text as files,
  content_digest, content_salt, hash
from acts where case_id = any($1) order by case_id, seq
"""
SIGNED = "select case_id, events, head, acts, acts_head from signed_heads where case_id = any($1)"
ERASED = """
select acts.case_id, acts.act_id from acts join erasures on what = 'content' and id = act_id where case_id = any($1)
"""
WITH_FILES = """
select act_id, case_id, files::text as files from acts where files is not null and state = 'accepted' and act_id > $1
order by act_id limit $2
"""
ERASED_FILES = "select id from erasures where what = 'evidence' and id = any($1)"
NUMBERS = """
with numbered as (
  select split_part(case_number, '-', 1) as city, procedure, split_part(case_number, '-', 3)::int as year,
    count(*) as there
  from cases where case_number ~ '^[^-]+-[^-]+-[0-9]{4}-[0-9]+$' group by 1, 2, 3
)
select city, procedure, year, last, coalesce(there, 0) as there from case_numbers
left join numbered using (city, procedure, year) order by city, procedure, year
"""
GONE = """
select distinct case_id from signed_heads
where not exists (select from cases where cases.case_id = signed_heads.case_id)
"""
ADOPTED = "select adopted_at, cases, events, acts from chain_adoptions where events + acts > 0 order by adopted_at"


@dataclass(frozen=True)
class Adoption:
    """What was written before there were chains: what was changed in it before that instant does not show."""

    adopted_at: datetime
    cases: int
    events: int
    acts: int


@dataclass
class Seen:
    """How much was looked at."""

    cases: int = 0
    events: int = 0
    acts: int = 0
    files: int = 0
    days: int = 0
    stamped: int = 0
    stamped_late: list[tuple[date, datetime]] = field(default_factory=list)
    texts_erased: int = 0
    files_erased: int = 0
    adopted: list[Adoption] = field(default_factory=list)


@asynccontextmanager
async def one_look(pool: Pool) -> AsyncIterator[Connection]:
    """A connection that sees the record as it stands now, however long it looks."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await take_time(connection)
        yield connection


async def verify_record(connection: Connection, store: EvidenceStore | None, seen: Seen) -> AsyncIterator[Finding]:
    """Every difference between log, inbox, texts and files and the hashes over them; none where all is as written.

    Without a store the files themselves are not looked at. `seen` counts what was.
    """
    seen.adopted += [Adoption(**row) for row in await connection.fetch(ADOPTED)]
    after = ""
    while rows := await connection.fetch(CASES, after, A_SET):
        cases = [row["case_id"] for row in rows]
        lengths = {row["case_id"]: (row["number"], row["head"]) for row in rows}
        async for finding in _verify_set(connection, lengths, seen):
            yield finding
        seen.cases, after = seen.cases + len(cases), cases[-1]
    for row in await connection.fetch(NUMBERS, timeout=LONG):
        if row["there"] != row["last"]:
            which = f"{row['city']} {row['procedure']} {row['year']}"
            yield Finding(Fault.CASE_NUMBERS, "", which, f"{row['there']}/{row['last']}")
    for row in await connection.fetch(GONE, timeout=LONG):
        yield Finding(Fault.CASE_GONE, row["case_id"])
    if store is not None:
        async for finding in _verify_files(connection, store, seen):
            yield finding


async def _verify_set(
    connection: Connection, lengths: Mapping[str, tuple[int, str]], seen: Seen
) -> AsyncIterator[Finding]:
    cases = list(lengths)
    logs, inboxes = await _walks(connection, lengths)
    named: dict[str, set[str]] = defaultdict(set)
    async for row in connection.cursor(EVENTS, cases, prefetch=PREFETCH):
        seen.events += 1
        if act := json.loads(row["event"]).get("act"):
            named[row["case_id"]].add(act)
        for finding in logs[row["case_id"]].step(row):
            yield finding
    async for row in connection.cursor(ACTS, cases, prefetch=PREFETCH):
        seen.acts += 1
        for finding in inboxes[row["case_id"]].step(row):
            yield finding
    for finding in _ends(cases, logs, inboxes, named):
        yield finding
    seen.texts_erased += sum(inbox.texts_erased for inbox in inboxes.values())


def _ends(
    cases: Sequence[str], logs: Mapping[str, LogWalk], inboxes: Mapping[str, InboxWalk], named: Mapping[str, set[str]]
) -> Iterator[Finding]:
    for case_id in cases:
        yield from logs[case_id].end()
        yield from inboxes[case_id].end()
        for act in sorted(named.get(case_id, set()) - inboxes[case_id].acts):
            yield Finding(Fault.ACT_OF_EVENT, case_id, act)


async def _walks(
    connection: Connection, lengths: Mapping[str, tuple[int, str]]
) -> tuple[dict[str, LogWalk], dict[str, InboxWalk]]:
    cases = list(lengths)
    heads: dict[str, dict[int, str]] = {case_id: {} for case_id in cases}
    inboxes: dict[str, dict[int, str]] = {case_id: {} for case_id in cases}
    for row in await connection.fetch(SIGNED, cases):
        heads[row["case_id"]][row["events"]] = row["head"]
        if row["acts"]:
            inboxes[row["case_id"]][row["acts"]] = row["acts_head"]
    erased: dict[str, set[str]] = defaultdict(set)
    for row in await connection.fetch(ERASED, cases):
        erased[row["case_id"]].add(row["act_id"])
    return (
        {case_id: LogWalk(case_id, *lengths[case_id], heads[case_id]) for case_id in cases},
        {case_id: InboxWalk(case_id, frozenset(erased[case_id]), inboxes[case_id]) for case_id in cases},
    )


async def _verify_files(connection: Connection, store: EvidenceStore, seen: Seen) -> AsyncIterator[Finding]:
    after = ""
    while rows := await connection.fetch(WITH_FILES, after, A_SET):
        after = rows[-1]["act_id"]
        for row in rows:
            bound: dict[str, str] = json.loads(row["files"])
            kept = await connection.fetch(f"select {COLUMNS} from evidence where evidence_id = any($1)", list(bound))  # noqa: S608 - names of columns
            known = {row["evidence_id"]: Evidence.of(dict(row)) for row in kept}
            erased = {each["id"] for each in await connection.fetch(ERASED_FILES, list(bound))}
            for evidence_id, sha256 in bound.items():
                seen.files += 1
                if evidence_id in erased:
                    seen.files_erased += 1
                    continue
                try:
                    fault = await fault_of_file(store, known.get(evidence_id), sha256)
                except EvidenceErased:
                    # The ring says so, whatever a backup of the database knows of it.
                    seen.files_erased += 1
                    continue
                if fault:
                    yield Finding(fault, row["case_id"], evidence_id)


async def fault_of_file(store: EvidenceStore, evidence: Evidence | None, sha256: str) -> Fault | None:
    """What is wrong with a file that came with an act, as bytes of that hash; None where nothing is. Raises
    EvidenceErased, EvidenceStoreAway."""
    if evidence is None:
        return Fault.FILE_GONE
    if evidence.sha256 != sha256:
        return Fault.FILE_OTHERWISE
    if not await store.has(evidence.path):
        return Fault.FILE_GONE
    if await store.size(evidence.path) != evidence.stored_size:
        return Fault.FILE_CHANGED
    found = hashlib.sha256()
    try:
        async for piece in await store.read(evidence):
            found.update(piece)
    except InvalidTag:
        return Fault.FILE_CHANGED
    return None if found.hexdigest() == sha256 else Fault.FILE_CHANGED
