"""A large record is verified in little memory."""

from __future__ import annotations

import json
import tracemalloc

from activities.database import Pool
from activities.proof.chain import act_hash, event_hash
from activities.proof.verifying import PREFETCH, Seen, one_look, verify_record

CASES, EVENTS = 1500, 12
AT = "2026-01-05T08:00:00+08:00"
LONG = "字" * 500
"""What makes an event three times as long as most are."""
MOST = 8 * 1024 * 1024
"""Bytes: a fifth of what the events alone take."""

INSERT_CASES = """
insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, rules_digest, number,
  engine_number, head)
select id, id, 'nanning', 'access_request', 'x', 'y', now(), 'none', $2, $2, head
from unnest($1::text[], $3::text[]) as made (id, head)
"""
INSERT_EVENTS = """
insert into events (case_id, number, type, at, event, hash)
select id, number, type, at, event, hash from (
  select id, number, 'NoteAdded', $4::text::timestamptz, event::jsonb, hash
  from unnest($1::text[], $2::int[], $3::text[], $5::text[]) as made (id, number, event, hash)
) as rows (id, number, type, at, event, hash)
"""
INSERT_ACTS = """
insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, request_digest, hash)
select id || '.file', id, 1, 'file', 'y', now(), 'accepted', '{}', '', hash
from unnest($1::text[], $2::text[]) as made (id, hash)
"""


async def fill(pool: Pool) -> None:
    await pool.execute("insert into pinned_rules (digest, rules) values ('none', '{}')")
    ids = [f"case-{number:06d}" for number in range(CASES)]
    heads, rows = [], []
    for case_id in ids:
        head = ""
        for number in range(1, EVENTS + 1):
            event = json.dumps(
                {"type": "NoteAdded", "number": number, "at": AT, "act": f"{case_id}.file", "text": LONG},
                ensure_ascii=False,
            )
            head = event_hash("sha256", case_id, number, event, head)
            rows.append((case_id, number, event, head))
        heads.append(head)
    await pool.execute(INSERT_CASES, ids, EVENTS, heads)
    columns = [list(column) for column in zip(*rows, strict=True)]
    await pool.execute(INSERT_EVENTS, columns[0], columns[1], columns[2], AT, columns[3])
    hashes = [
        act_hash(
            "sha256",
            case_id=case_id,
            seq=1,
            act_id=f"{case_id}.file",
            kind="file",
            account="y",
            act="{}",
            content_digest=None,
            files=None,
            previous="",
        )
        for case_id in ids
    ]
    await pool.execute(INSERT_ACTS, ids, hashes)


async def test_memory_does_not_grow_with_the_record(pool: Pool) -> None:
    await fill(pool)
    assert CASES * EVENTS > 30 * PREFETCH
    seen = Seen()
    async with one_look(pool) as connection:
        tracemalloc.start()
        try:
            assert [finding async for finding in verify_record(connection, None, seen)] == []
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (seen.cases, seen.events, seen.acts) == (CASES, CASES * EVENTS, CASES)
    assert peak < MOST
