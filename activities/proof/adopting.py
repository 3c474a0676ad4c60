"""Logs and inboxes that were written before there were chains are adopted once, and the record says so: what was
changed in them before that instant does not show."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from activities.proof.chain import BEGINNING, SALT_BYTES, Algorithm, act_hash, content_digest, event_hash, files_kept
from activities.proof.heads import Head
from activities.proof.merkle import root_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

A_SET = 500
"""Cases at a time in memory."""
ALGORITHM = Algorithm.SHA256.value

CASES = text("select case_id from cases where case_id > :after order by case_id limit :most")
EVENTS = text(
    "select case_id, number, event::text as event from events where case_id = any(:cases) order by case_id, number"
)
ACTS = text(
    "select case_id, seq, act_id, kind, account, act::text as act, content::text as content "
    "from acts where case_id = any(:cases) order by case_id, seq"
)
FILES = text("select case_id, evidence_id, sha256 from evidence where case_id = any(:cases)")
REWRITING = "select set_config('kaifang.rewriting', :why, true)"
"""Only the owner of the database is let by (docs/decisions/0068), until the transaction ends."""
KEEP_EVENTS = text(
    "update events set hash = found.hash "
    "from unnest(cast(:cases as text[]), cast(:numbers as int[]), cast(:hashes as text[])) as found (c, n, hash) "
    "where case_id = c and number = n"
)
KEEP_ACTS = text(
    "update acts set hash = found.hash, content_digest = found.digest, content_salt = found.salt, files = found.files "
    "from unnest(cast(:ids as text[]), cast(:hashes as text[]), cast(:digests as text[]), cast(:salts as text[]), "
    "cast(:files as jsonb[])) as found (id, hash, digest, salt, files) where act_id = found.id"
)
KEEP_HEADS = text(
    "update cases set head = found.head from unnest(cast(:cases as text[]), cast(:heads as text[])) as found (c, head) "
    "where case_id = c"
)
ON_RECORD = text(
    "insert into chain_adoptions (adopted_at, cases, events, acts, root) "
    "values (clock_timestamp(), :cases, :events, :acts, :root)"
)


def adopt(connection: Connection) -> None:
    """Every event and act has its hash, in the caller's transaction, in which nobody else writes; the record says how
    many there were, and over what heads the root is. Also of none: then the chains begin with the first case."""
    connection.execute(text(REWRITING), {"why": "adoption"})
    connection.execute(text("lock table cases, events, acts in exclusive mode"))
    counts = {"cases": 0, "events": 0, "acts": 0}

    def leaves() -> Iterator[bytes]:
        after = ""
        while cases := list(connection.execute(CASES, {"after": after, "most": A_SET}).scalars()):
            heads = _heads_of(connection, cases)
            for head in heads:
                counts["cases"] += 1
                counts["events"] += head.events
                counts["acts"] += head.acts
                yield head.leaf(ALGORITHM)
            after = cases[-1]

    root = root_of(ALGORITHM, leaves())[0]
    connection.execute(ON_RECORD, {**counts, "root": f"{ALGORITHM}:{root.hex()}"})


def _heads_of(connection: Connection, cases: Sequence[str]) -> list[Head]:
    lengths, heads = dict.fromkeys(cases, 0), dict.fromkeys(cases, BEGINNING)
    filed_with: dict[str, list[str]] = {}
    events: dict[str, list[Any]] = {"cases": [], "numbers": [], "hashes": []}
    for row in connection.execute(EVENTS, {"cases": cases}).mappings():
        case_id, number = row["case_id"], row["number"]
        heads[case_id] = event_hash(ALGORITHM, case_id, number, row["event"], heads[case_id])
        lengths[case_id] = number
        if number == 1:
            filed_with[case_id] = json.loads(row["event"]).get("evidence", [])
        for name, value in zip(events, (case_id, number, heads[case_id]), strict=True):
            events[name].append(value)
    connection.execute(KEEP_EVENTS, events)
    connection.execute(KEEP_HEADS, {"cases": list(heads), "heads": list(heads.values())})
    inboxes = _inboxes_of(connection, cases, filed_with)
    return [Head(case_id, lengths[case_id], heads[case_id], *inboxes[case_id]) for case_id in cases]


def _inboxes_of(
    connection: Connection, cases: Sequence[str], filed_with: dict[str, list[str]]
) -> dict[str, tuple[int, str]]:
    known: dict[str, dict[str, str]] = {case_id: {} for case_id in cases}
    for row in connection.execute(FILES, {"cases": cases}).mappings():
        known[row["case_id"]][row["evidence_id"]] = row["sha256"]
    inboxes = dict.fromkeys(cases, (0, BEGINNING))
    acts: dict[str, list[Any]] = {"ids": [], "hashes": [], "digests": [], "salts": [], "files": []}
    for row in connection.execute(ACTS, {"cases": cases}).mappings():
        case_id = row["case_id"]
        came = filed_with.get(case_id, []) if row["kind"] == "file" else json.loads(row["act"]).get("evidence") or []
        files = files_kept({each: known[case_id][each] for each in came if each in known[case_id]})
        salt = secrets.token_hex(SALT_BYTES) if row["content"] is not None else None
        digest = content_digest(ALGORITHM, row["content"], salt) if salt else None
        found = act_hash(
            ALGORITHM,
            case_id=case_id,
            seq=row["seq"],
            act_id=row["act_id"],
            kind=row["kind"],
            account=row["account"],
            act=row["act"],
            content_digest=digest,
            files=files,
            previous=inboxes[case_id][1],
        )
        inboxes[case_id] = (row["seq"], found)
        for name, value in zip(acts, (row["act_id"], found, digest, salt, files), strict=True):
            acts[name].append(value)
    connection.execute(KEEP_ACTS, acts)
    return inboxes
