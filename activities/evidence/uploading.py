"""A file that somebody uploads becomes evidence: a row, and its bytes in the store, or nothing at all.

An upload that does not come to its row leaves no row, no object and no temporary file. What no program can clean up is
its own sudden death between store and commit: bytes that no row names may then stay, which nobody can read, and which
the next upload of the same content takes over.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, NamedTuple

from activities.database import AWAY
from activities.evidence.content import recognise
from activities.evidence.files import BY_ID, COLUMNS, Evidence, path_of
from activities.evidence.kinds import ContentNotRecognised
from activities.evidence.naming import fitting_name
from activities.evidence.quotas import may_upload
from activities.evidence.refused import EvidenceNotAllowed, EvidenceStoreAway
from activities.evidence.scanning import scanned_on_arrival
from activities.evidence.sealed_files import place_of_name
from activities.idempotency import IdempotencyKeyReused
from activities.statements import numbered

if TYPE_CHECKING:
    from activities.database import Connection, Pool
    from activities.evidence.scanner import Scan
    from activities.evidence.store import EvidenceStore, Staged
    from activities.sealing.seals import Seals

LOG = logging.getLogger("kaifang.evidence")


class EvidenceKept(NamedTuple):
    """A row of `evidence`, as a file comes in, before it is submitted to a case."""

    evidence_id: str
    account: str
    name: str
    media_type: str
    size: int
    sha256: str
    key_id: str | None
    cautions: list[str]
    scan: Scan


INSERT = numbered(
    f"""
insert into evidence ({COLUMNS}, scanned_at)
values (:evidence_id, :account, :name, :media_type, :size, :sha256, clock_timestamp(), null, :key_id, :cautions,
  :scan::varchar, case when :scan::varchar = 'not_scanned' then null else clock_timestamp() end)
on conflict (evidence_id) do nothing returning {COLUMNS}
""",  # noqa: S608  # names of columns, no input
    EvidenceKept._fields,
)
LOCK_CONTENT = "select pg_advisory_xact_lock(hashtextextended('evidence ' || $1, 0))"
NAMED_BY_CONTENT = "select exists (select from evidence where sha256 = $1 and key_id is null)"
NAMED_BY_KEY = "select exists (select from evidence where key_id = $1)"


async def receive_upload(
    store: EvidenceStore,
    pool: Pool,
    *,
    account: str,
    name: str,
    chunks: AsyncIterator[bytes],
    evidence_id: str | None = None,
) -> Evidence:
    """The file of these chunks is evidence of the account: a row and its bytes, or nothing at all.

    The name is kept without folders and without characters that mislead, and with a suffix of what the content is. The
    same id with the same content and name changes nothing and answers as before. Raises EvidenceEmpty,
    EvidenceTooLarge, EvidenceTooMuch, EvidenceNotAllowed, EvidenceStoreAway, IdempotencyKeyReused, what is raised while
    PostgreSQL is away, and what the source of the chunks raises.
    """
    await may_upload(pool, account)
    async with store.stage(chunks) as staged, store.turn:
        try:
            kind = await asyncio.to_thread(recognise, staged.file, staged.size)
        except ContentNotRecognised as fact:
            raise EvidenceNotAllowed(fact.rule, fact.params) from fact
        scan = await scanned_on_arrival(store.scanner, staged.file)
        wanted = EvidenceKept(
            evidence_id=evidence_id or str(uuid.uuid4()),
            account=account,
            name=fitting_name(name, kind),
            media_type=kind.media_type,
            size=staged.size,
            sha256=staged.sha256,
            key_id=None,
            cautions=[caution.value for caution in kind.cautions],
            scan=scan,
        )
        if store.seals is not None:
            return await _record_sealed(store, store.seals, pool, staged, wanted)
        return await _record(store, pool, staged, wanted)


async def wait_for_the_store(connection: Connection) -> None:
    """The transaction stands while the store takes the file: nothing waits for it but the same content once more."""
    await connection.execute("set local idle_in_transaction_session_timeout = '120s'")


async def _record(store: EvidenceStore, pool: Pool, staged: Staged, wanted: EvidenceKept) -> Evidence:
    is_new_content = False
    try:
        async with pool.acquire() as connection, connection.transaction():
            await wait_for_the_store(connection)
            # Nobody else stores or discards this content until the row is committed.
            await connection.execute(LOCK_CONTENT, staged.sha256)
            row = await connection.fetchrow(INSERT, *wanted)
            if row is None:
                return await _received_before(store, connection, wanted)
            if not await store.has(path_of(staged.sha256)):
                is_new_content = True
                await store.put(staged)
        return Evidence.of(dict(row))
    except BaseException:
        if is_new_content:
            await asyncio.shield(_discard_unless_named(store, pool, NAMED_BY_CONTENT, staged.sha256))
        raise


async def _record_sealed(
    store: EvidenceStore, seals: Seals, pool: Pool, staged: Staged, wanted: EvidenceKept
) -> Evidence:
    key = seals.ring.take()
    name = seals.text(key, place_of_name(wanted.evidence_id), wanted.name)
    is_stored = False
    try:
        async with pool.acquire() as connection, connection.transaction():
            await wait_for_the_store(connection)
            row = await connection.fetchrow(INSERT, *wanted._replace(name=name, key_id=key.key_id))
            if row is None:
                return await _received_before(store, connection, wanted)
            is_stored = True
            await store.put_sealed(staged, key)
        return store.named(Evidence.of(dict(row)))
    except BaseException:
        if is_stored:
            await asyncio.shield(_discard_unless_named(store, pool, NAMED_BY_KEY, key.key_id))
        raise


async def _received_before(store: EvidenceStore, connection: Connection, wanted: EvidenceKept) -> Evidence:
    row = await connection.fetchrow(BY_ID, wanted.evidence_id)
    assert row, "evidence stays"
    known = store.named(Evidence.of(dict(row)))
    if (known.account, known.name, known.sha256) != (wanted.account, wanted.name, wanted.sha256):
        raise IdempotencyKeyReused
    return known


async def _discard_unless_named(store: EvidenceStore, pool: Pool, named: str, name: str) -> None:
    """Removes what lies under this name and whose row was not committed. Only PostgreSQL knows whether it was; while
    it is away, the bytes stay."""
    try:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK_CONTENT, name)
            if not await connection.fetchval(named, name):
                await store.discard(path_of(name))
    except (EvidenceStoreAway, *AWAY) as failure:
        LOG.warning("content %s may be in the store without a row: %r", name, failure)
