"""What was written in cases, and their files, are erased: their keys are destroyed, and what was plain before there
were keys is taken out. Logs, codes and hashes stay, and so does the course of the case."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.evidence.files import COLUMNS, Evidence, path_of
from activities.evidence.store import EvidenceStore
from activities.sealing.seals import MARK, SEALED, Seals, has_personal, keys_of, taken_out

if TYPE_CHECKING:
    from activities.database import Connection

CASES = "select case_id, key_id from cases where case_id = any($1) order by case_id for update"
WRITTEN = """
select act_id, case_id, content::text as content from acts where case_id = any($1) and content is not null
order by act_id
"""
TAKE_OUT = """
update acts set content = $2::jsonb, content_salt = null, request_digest = '' where act_id = $1
"""
OF_ACCOUNT = f"""
with kept (kept) as (
  select unnest(array['{MARK}' || (name ->> '{SEALED}'), organisation, contact]) from accounts where account_id = $1
  union all select unnest(array[address, secret]) from channels where account_id = $1
)
select key_id from accounts where account_id = $1 and key_id is not null
union select split_part(substr(kept, {len(MARK) + 1}), '.', 1) from kept where starts_with(kept, '{MARK}')
"""  # noqa: S608 - made of constants
"""The key that the account names, and any before it under which something of it still lies."""
FILES = f"select {COLUMNS} from evidence where case_id = any($1) or account = $2 order by evidence_id for update"  # noqa: S608 - names of columns
TAKE_NAME = "update evidence set key_id = $2, name = $3 where evidence_id = $1"
OF_FEEDBACK = "select feedback_id, key_id from feedback where account_id = $1 order by feedback_id"
NAMED_BY_OTHERS = "select exists (select from evidence where sha256 = $1 and key_id is null)"
ON_RECORD = """
insert into erasures (what, id, erased_at, account, basis) select $1, id, $3, $4, $5 from unnest($2::text[]) as id
on conflict do nothing
"""


class Ordered(NamedTuple):
    """Who has it erased, since when it is, and on what basis."""

    by: str
    at: datetime
    basis: str


@dataclass(frozen=True)
class Erased:
    """How much was erased."""

    cases: int
    texts: int
    files: int


class Eraser:
    """Erases in the caller's transaction, as the owner of the database (docs/decisions/0068). Keys are destroyed at
    once: where the transaction fails, the same again finishes what was begun."""

    def __init__(self, seals: Seals, store: EvidenceStore) -> None:
        self._seals = seals
        self._store = store

    async def erase(self, connection: Connection, case_ids: Sequence[str], ordered: Ordered, of: str = "") -> Erased:
        """What was written in these cases and every file of theirs, and every file that the account `of` uploaded, with
        what it told those who open data and what the directory says of it, is erased. Raises EvidenceStoreAway, before
        anything is destroyed where the store is away by then."""
        await connection.execute("select set_config('kaifang.rewriting', $1, true)", f"erasure, {ordered.basis}")
        cases = {row["case_id"]: row["key_id"] for row in await connection.fetch(CASES, list(case_ids))}
        files = [Evidence.of(dict(row)) for row in await connection.fetch(FILES, list(case_ids), of)]
        if files:
            await self._store.has(files[0].path)
        keys = {case_id: key_id or str(uuid.uuid4()) for case_id, key_id in cases.items()}
        of_files = {each.evidence_id: each.key_id or str(uuid.uuid4()) for each in files}
        written = {
            row["act_id"]: (row["case_id"], content)
            for row in await connection.fetch(WRITTEN, list(case_ids))
            if has_personal(content := json.loads(row["content"]))
        }
        used = {key_id for _, content in written.values() for key_id in keys_of(content)}
        who = {row["key_id"] for row in await connection.fetch(OF_ACCOUNT, of)}
        told_by_it = {row["feedback_id"]: row["key_id"] for row in await connection.fetch(OF_FEEDBACK, of)}
        destroyed = {*keys.values(), *of_files.values(), *told_by_it.values(), *used, *who}
        self._seals.ring.destroy(destroyed, ordered.at)
        for act_id, (case_id, content) in written.items():
            if (left := taken_out(content, keys[case_id])) != content:
                await connection.execute(TAKE_OUT, act_id, json.dumps(left, ensure_ascii=False))
        for case_id, key_id in keys.items():
            await connection.execute("update cases set key_id = $2 where case_id = $1", case_id, key_id)
        for each in files:
            await self._file(connection, each, of_files[each.evidence_id])
        for what, ids in (("content", list(written)), ("evidence", list(of_files)), ("feedback", list(told_by_it))):
            await connection.execute(ON_RECORD, what, ids, ordered.at, ordered.by, ordered.basis)
        return Erased(len(cases), len(written), len(files))

    async def _file(self, connection: Connection, file: Evidence, key_id: str) -> None:
        if file.key_id is None:
            await connection.execute(TAKE_NAME, file.evidence_id, key_id, f"{MARK}{key_id}.")
            if await connection.fetchval(NAMED_BY_OTHERS, file.sha256):
                return
            await self._store.discard(path_of(file.sha256))
        else:
            # Nobody can read it any more; the room is given back.
            await self._store.discard(replace(file, key_id=key_id).path)
