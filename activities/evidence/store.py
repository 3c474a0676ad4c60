"""Evidence: files that somebody uploads for an objection. Rows lie in PostgreSQL, bytes in a store under their SHA-256.

What is guaranteed: a row names bytes that are in the store whole, were accepted by their content, and are what the hash
says. An upload that does not come to its row leaves no row, no object and no temporary file: bytes wait in a file
without a name, which the system takes back whatever becomes of the process, and go to the store only when they are
complete and accepted. What no program can clean up is its own sudden death between store and commit: bytes that no row
names may then stay, which nobody can read, and which the next upload of the same content takes over.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import tempfile
import time
import unicodedata
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Self

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from activities.database import AWAY
from activities.evidence.content import recognise
from activities.evidence.kinds import ContentNotRecognised, Kind
from activities.evidence.scanner import INFECTED, NOT_SCANNED, Scan, Scanner, ScannerAway, pieces_of
from activities.evidence.sealed_files import PIECE, place_of_name, seal_file, sealed_size, unsealed_piece
from activities.idempotency import IdempotencyKeyReused
from activities.sealing.ring import KeyDestroyed, KeyUnusable
from activities.sealing.seals import BEYOND
from activities.statements import numbered

if TYPE_CHECKING:
    from obstore.store import RetryConfig

    from activities.database import Connection, Pool
    from activities.sealing.ring import DataKey
    from activities.sealing.seals import Seals
    from activities.settings import Settings

LOG = logging.getLogger("kaifang.evidence")

LARGEST = 20 * 1024 * 1024
"""Bytes of one file, inclusive."""
LONGEST_NAME = 200
"""Characters, suffix included."""
PART = 5 * 1024 * 1024
"""Bytes in memory at once on the way into the store; the least that S3 takes as a part."""
AT_ONCE = 3
"""Uploads that are looked into and stored at the same time: each holds a connection meanwhile."""
DRAWN_AT_ONCE = 2
"""Pictures that are drawn at the same time, each by a process of its own."""
LEFT_OVER_AFTER = timedelta(hours=1)

RETRYING: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}
"""Somebody waits for the answer. Everything else is set by the variables of the library, which options would
replace."""

COLUMNS = "evidence_id, account, name, media_type, size, sha256, uploaded_at, case_id, key_id, cautions, scan"


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
BY_ID = f"select {COLUMNS} from evidence where evidence_id = $1"  # noqa: S608 - names of columns
LOCK_CONTENT = "select pg_advisory_xact_lock(hashtextextended('evidence ' || $1, 0))"
NAMED_BY_CONTENT = "select exists (select from evidence where sha256 = $1 and key_id is null)"
NAMED_BY_KEY = "select exists (select from evidence where key_id = $1)"
SUBMIT = """
update evidence set case_id = $3
where evidence_id = any($1) and account = $2 and (case_id is null or case_id = $3)
returning evidence_id
"""


UNSUBMITTED = "select coalesce(sum(size), 0) from evidence where account = $1 and case_id is null"
MOST_UNSUBMITTED = 20 * LARGEST
"""Bytes that an account may have uploaded and not submitted; what it has submitted no longer counts."""


class EvidenceRefused(Exception):
    """A file that is not taken, or not known: nothing was recorded."""


class EvidenceEmpty(EvidenceRefused):
    """The file has no bytes."""


class EvidenceTooLarge(EvidenceRefused):
    """The file has more bytes than LARGEST."""


class EvidenceTooMuch(EvidenceRefused):
    """The account has uploaded as much as MOST_UNSUBMITTED without submitting it."""


class EvidenceNotAllowed(EvidenceRefused):
    """By its content the file is none of the kinds that may be evidence: `rule` is why, `params` what it speaks of."""

    def __init__(self, rule: str, params: Mapping[str, object]) -> None:
        self.rule = rule
        self.params = params
        super().__init__(rule)


class EvidenceUnknown(EvidenceRefused):
    """At least one id is not evidence that this account uploaded and has not submitted to another case."""

    def __init__(self, evidence_ids: Sequence[str]) -> None:
        self.evidence_ids = tuple(evidence_ids)
        super().__init__(", ".join(self.evidence_ids))


class EvidenceErased(Exception):
    """The key under which the file was sealed is destroyed: nobody can read it any more, at whatever instant."""


class EvidenceStoreAway(Exception):
    """The store cannot be reached or is full: nothing was recorded, and the same may work later."""


@dataclass(frozen=True)
class Evidence:
    """An uploaded file as its row has it; `case_id` is null until it was submitted. `cautions` are what whoever opens
    it should know; one in which the scanner found something later is given to nobody."""

    evidence_id: str
    account: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime
    case_id: str | None
    key_id: str | None = None
    """The data key under which name and bytes are sealed; none where they are as they came."""
    cautions: tuple[str, ...] = ()
    scan: Scan = NOT_SCANNED

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """As the row has it: a name that is sealed is sealed here too."""
        it = cls(**row)
        return replace(it, cautions=tuple(it.cautions))

    @property
    def path(self) -> str:
        """Where the bytes lie in the store."""
        return path_of(self.sha256) if self.key_id is None else path_of(self.key_id)

    @property
    def stored_size(self) -> int:
        """How many bytes lie there."""
        return self.size if self.key_id is None else sealed_size(self.size)


@dataclass(frozen=True)
class Staged:
    """A file that arrived whole and is nowhere else yet."""

    file: BinaryIO
    size: int
    sha256: str


class EvidenceStore:
    """The bytes of all evidence: sealed, each file under a key of its own; without seals each content once, under its
    SHA-256. Visible when they are complete, never changed.

    What the store itself fails at is raised as EvidenceStoreAway.
    """

    def __init__(
        self, objects: LocalStore | S3Store, staging: Path, seals: Seals | None = None, scanner: Scanner | None = None
    ) -> None:
        self._objects = objects
        self._staging = staging
        self.seals = seals
        self.scanner = scanner
        self.turn = asyncio.Semaphore(AT_ONCE)
        self.drawing = asyncio.Semaphore(DRAWN_AT_ONCE)

    @classmethod
    def open(cls, settings: Settings, seals: Seals | None = None) -> Self:
        """The store of these settings; a folder is made where there is none, S3 is not asked for anything yet."""
        settings.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        scanner = Scanner(settings.scanner) if settings.scanner else None
        if (url := settings.evidence_url) is not None:
            return cls(S3Store.from_url(url, retry_config=RETRYING), settings.home, seals, scanner)
        folder = settings.home.resolve() / "evidence"
        folder.mkdir(mode=0o700, exist_ok=True)
        _remove_leftovers(folder)
        return cls(LocalStore(folder), settings.home, seals, scanner)

    @asynccontextmanager
    async def stage(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[Staged]:
        """What arrives, in a file without a name as long as the block lasts. Raises EvidenceEmpty, EvidenceTooLarge,
        and what the source of the chunks raises."""
        with _as_away():
            file = tempfile.TemporaryFile(dir=self._staging)  # noqa: SIM115  # the next line is its context
        with file:
            found, size = hashlib.sha256(), 0
            async for chunk in chunks:
                size += len(chunk)
                if size > LARGEST:
                    raise EvidenceTooLarge
                found.update(chunk)
                with _as_away():
                    await asyncio.to_thread(file.write, chunk)
            if size == 0:
                raise EvidenceEmpty
            with _as_away():
                await asyncio.to_thread(file.flush)
            yield Staged(file, size, found.hexdigest())

    async def known(self, pool: Pool, evidence_id: str) -> Evidence:
        """The file of this id. Raises EvidenceUnknown."""
        row = await pool.fetchrow(BY_ID, evidence_id)
        if row is None:
            raise EvidenceUnknown([evidence_id])
        return Evidence.of(dict(row))

    async def scan(self, staged: Staged) -> Scan:
        """What the scanner says of a file that arrived; not scanned where it is away, or where there is none. Raises
        EvidenceNotAllowed where it found something."""
        if self.scanner is None:
            return NOT_SCANNED
        try:
            verdict = await self.scanner.scan(pieces_of(staged.file))
        except ScannerAway as away:
            LOG.warning("a file is taken and not scanned: %s", away)
            return NOT_SCANNED
        if verdict.scan == INFECTED:
            raise EvidenceNotAllowed("content_infected", {"found": verdict.found})
        return verdict.scan

    async def has(self, path: str) -> bool:
        """Whether the store has something at this path."""
        with _as_away():
            try:
                await obstore.head_async(self._objects, path)
            except FileNotFoundError:
                return False
            return True

    async def size(self, path: str) -> int:
        """How many bytes the store has at this path."""
        with _as_away():
            return (await obstore.head_async(self._objects, path))["size"]

    async def put(self, staged: Staged) -> None:
        """The content is in the store as it is, under its SHA-256, and on disk where the store is a folder, or not at
        all."""
        await self._put(path_of(staged.sha256), staged.file, staged.size)

    async def put_sealed(self, staged: Staged, key: DataKey) -> None:
        """As `put`, sealed under a key that no other file has, by whose id it lies in the store."""
        with _as_away():
            file = tempfile.TemporaryFile(dir=self._staging)  # noqa: SIM115  # the next line is its context
        with file:
            with _as_away():
                await asyncio.to_thread(seal_file, key.key, staged.file, file)
            await self._put(path_of(key.key_id), file, sealed_size(staged.size))

    async def _put(self, path: str, file: BinaryIO, size: int) -> None:
        file.seek(0)
        with _as_away():
            await obstore.put_async(
                self._objects,
                path,
                file,
                use_multipart=size > PART,
                chunk_size=PART,
                max_concurrency=1,
            )
            if isinstance(self._objects, LocalStore) and self._objects.prefix:
                await asyncio.to_thread(_on_disk, self._objects.prefix / path)

    async def discard(self, path: str) -> None:
        """Removes what lies at this path. Only what no row names; content that others may name under LOCK_CONTENT."""
        with _as_away():
            try:
                await obstore.delete_async(self._objects, path)
            except FileNotFoundError:
                return

    async def read(self, evidence: Evidence) -> AsyncIterator[bytes]:
        """The bytes, piece by piece, the first of them fetched when this returns: what is away is known by then."""
        pieces = self._pieces(evidence)
        first = await anext(pieces)

        async def all_of_them() -> AsyncIterator[bytes]:
            yield first
            async for piece in pieces:
                yield piece

        return all_of_them()

    async def _pieces(self, evidence: Evidence) -> AsyncIterator[bytes]:
        key = self._key_of(evidence)
        # By ranges: who reads slowly holds no connection to the store, and meets no time limit of it.
        beyond = 0 if key is None else BEYOND
        for number, start in enumerate(range(0, evidence.size, PIECE)):
            length = min(PIECE, evidence.size - start) + beyond
            with _as_away():
                piece = await obstore.get_range_async(
                    self._objects, evidence.path, start=number * (PIECE + beyond), length=length
                )
            yield bytes(piece) if key is None else unsealed_piece(key, number, evidence.size, bytes(piece))

    def _key_of(self, evidence: Evidence) -> bytes | None:
        if evidence.key_id is None:
            return None
        if self.seals is None:
            raise EvidenceStoreAway("a file is sealed, and there are no keys here")
        try:
            return self.seals.ring.key(evidence.key_id)
        except KeyDestroyed as fact:
            raise EvidenceErased(evidence.evidence_id) from fact
        except KeyUnusable as fault:
            raise EvidenceStoreAway(f"the key of {evidence.evidence_id} is missing") from fault

    def named(self, evidence: Evidence) -> Evidence:
        """With its name as people read it."""
        if self.seals is None or evidence.key_id is None:
            return evidence
        return replace(evidence, name=self.seals.opened_text(place_of_name(evidence.evidence_id), evidence.name))


def path_of(name: str) -> str:
    """Where something of this name lies in the store: content by its SHA-256, what is sealed by the id of its key."""
    return f"{name[:2]}/{name}"


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
    unsubmitted = await pool.fetchval(UNSUBMITTED, account)
    if unsubmitted > MOST_UNSUBMITTED:
        raise EvidenceTooMuch
    async with store.stage(chunks) as staged, store.turn:
        try:
            kind = await asyncio.to_thread(recognise, staged.file, staged.size)
        except ContentNotRecognised as fact:
            raise EvidenceNotAllowed(fact.rule, fact.params) from fact
        scan = await store.scan(staged)
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


async def _record(store: EvidenceStore, pool: Pool, staged: Staged, wanted: EvidenceKept) -> Evidence:
    is_new_content = False
    try:
        async with pool.acquire() as connection, connection.transaction():
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


async def digests_of(connection: Connection, evidence_ids: Sequence[str]) -> dict[str, str]:
    """The SHA-256 of the bytes of each of these files that is known."""
    if not evidence_ids:
        return {}
    rows = await connection.fetch(
        "select evidence_id, sha256 from evidence where evidence_id = any($1)", list(evidence_ids)
    )
    return {row["evidence_id"]: row["sha256"] for row in rows}


async def submit(connection: Connection, evidence_ids: Sequence[str], account: str, case_id: str) -> None:
    """The evidence of these ids, which the account uploaded, belongs to the case, in the caller's transaction.

    What belongs to this very case already stays so. Raises EvidenceUnknown, which names each id that is not there, is
    somebody else's, or belongs to another case; the caller's transaction must then not be committed.
    """
    found = {row["evidence_id"] for row in await connection.fetch(SUBMIT, list(evidence_ids), account, case_id)}
    if unknown := [each for each in dict.fromkeys(evidence_ids) if each not in found]:
        raise EvidenceUnknown(unknown)


def fitting_name(name: str, kind: Kind) -> str:
    """The name without folders, control and direction characters, ending as files of this kind do: a text named
    `a.js` is `a.js.txt`, so that opening what was saved runs nothing."""
    last = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(
        " " if letter.isspace() else letter
        for letter in last
        if letter.isspace() or unicodedata.category(letter)[0] != "C"
    )
    plain = " ".join(visible.split()).strip(". ") or "evidence"
    suffix = next((suffix for suffix in kind.suffixes if plain.lower().endswith(suffix)), "")
    stem = plain[: len(plain) - len(suffix)] if suffix else plain
    suffix = plain[len(stem) :] if suffix else kind.suffixes[0]
    return stem[: LONGEST_NAME - len(suffix)] + suffix


class _as_away:  # noqa: N801  # used like a function
    """What storage raises, as EvidenceStoreAway: a disk that is full is no database that is away."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, fact: BaseException | None, _trace: object) -> None:
        if isinstance(fact, (BaseError, OSError)):
            raise EvidenceStoreAway(str(fact).partition("\n")[0]) from fact  # the rest is for the library's authors


def _on_disk(file: Path) -> None:
    """A row is on disk when it is committed; so are its bytes, and the folders that lead to them."""
    for path in (file, file.parent, file.parent.parent):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _remove_leftovers(folder: Path) -> None:
    """What a process that died while it copied into the folder left: names with `#`, which the storage library gives
    to files that are not complete."""
    for file in folder.glob("??/*#*"):
        if time.time() - file.stat().st_mtime > LEFT_OVER_AFTER.total_seconds():
            file.unlink(missing_ok=True)
