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
from activities.idempotency import IdempotencyKeyReused
from activities.statements import numbered

if TYPE_CHECKING:
    from obstore.store import RetryConfig

    from activities.database import Connection, Pool
    from activities.settings import Settings

LOG = logging.getLogger("kaifang.evidence")

LARGEST = 20 * 1024 * 1024
"""Bytes of one file, inclusive."""
LONGEST_NAME = 200
"""Characters, suffix included."""
PART = 5 * 1024 * 1024
"""Bytes in memory at once on the way into the store; the least that S3 takes as a part."""
PIECE = 1024 * 1024
"""Bytes in memory at once on the way out."""
AT_ONCE = 3
"""Uploads that are looked into and stored at the same time: each holds a connection meanwhile."""
DRAWN_AT_ONCE = 2
"""Pictures that are drawn at the same time, each by a process of its own."""
LEFT_OVER_AFTER = timedelta(hours=1)

RETRYING: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}
"""Somebody waits for the answer. Everything else is set by the variables of the library, which options would
replace."""

COLUMNS = "evidence_id, account, name, media_type, size, sha256, uploaded_at, case_id, cautions, scan"


class EvidenceKept(NamedTuple):
    """A row of `evidence`, as a file comes in, before it is submitted to a case."""

    evidence_id: str
    account: str
    name: str
    media_type: str
    size: int
    sha256: str
    cautions: list[str]
    scan: Scan


INSERT = numbered(
    f"""
insert into evidence ({COLUMNS}, scanned_at)
values (:evidence_id, :account, :name, :media_type, :size, :sha256, clock_timestamp(), null, :cautions, :scan::varchar,
  case when :scan::varchar = 'not_scanned' then null else clock_timestamp() end)
on conflict (evidence_id) do nothing returning {COLUMNS}
""",  # noqa: S608  # names of columns, no input
    EvidenceKept._fields,
)
BY_ID = f"select {COLUMNS} from evidence where evidence_id = $1"  # noqa: S608
LOCK_CONTENT = "select pg_advisory_xact_lock(hashtextextended('evidence ' || $1, 0))"
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
    cautions: tuple[str, ...] = ()
    scan: Scan = NOT_SCANNED

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The file of a row."""
        it = cls(**row)
        return replace(it, cautions=tuple(it.cautions))


@dataclass(frozen=True)
class Staged:
    """A file that arrived whole and is nowhere else yet."""

    file: BinaryIO
    size: int
    sha256: str


class EvidenceStore:
    """The bytes of all evidence, each content once, under its SHA-256: visible when they are complete, never changed.

    What the store itself fails at is raised as EvidenceStoreAway.
    """

    def __init__(self, objects: LocalStore | S3Store, staging: Path, scanner: Scanner | None = None) -> None:
        self._objects = objects
        self._staging = staging
        self.scanner = scanner
        self.turn = asyncio.Semaphore(AT_ONCE)
        self.drawing = asyncio.Semaphore(DRAWN_AT_ONCE)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """The store of these settings; a folder is made where there is none, S3 is not asked for anything yet."""
        settings.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        scanner = Scanner(settings.scanner) if settings.scanner else None
        if (url := settings.evidence_url) is not None:
            return cls(S3Store.from_url(url, retry_config=RETRYING), settings.home, scanner)
        folder = settings.home.resolve() / "evidence"
        folder.mkdir(mode=0o700, exist_ok=True)
        _remove_leftovers(folder)
        return cls(LocalStore(folder), settings.home, scanner)

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

    async def has(self, sha256: str) -> bool:
        """Whether the store has this content."""
        with _as_away():
            try:
                await obstore.head_async(self._objects, path_of(sha256))
            except FileNotFoundError:
                return False
            return True

    async def size(self, sha256: str) -> int:
        """How many bytes the store has of this content."""
        with _as_away():
            return (await obstore.head_async(self._objects, path_of(sha256)))["size"]

    async def put(self, staged: Staged) -> None:
        """The content is in the store, and on disk where the store is a folder, or not at all."""
        path = path_of(staged.sha256)
        staged.file.seek(0)
        with _as_away():
            await obstore.put_async(
                self._objects,
                path,
                staged.file,
                use_multipart=staged.size > PART,
                chunk_size=PART,
                max_concurrency=1,
            )
            if isinstance(self._objects, LocalStore) and self._objects.prefix:
                await asyncio.to_thread(_on_disk, self._objects.prefix / path)

    async def discard(self, sha256: str) -> None:
        """Removes the content from the store. Only for content that no row names, under LOCK_CONTENT."""
        with _as_away():
            try:
                await obstore.delete_async(self._objects, path_of(sha256))
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
        # By ranges: who reads slowly holds no connection to the store, and meets no time limit of it.
        for start in range(0, evidence.size, PIECE):
            length = min(PIECE, evidence.size - start)
            with _as_away():
                piece = await obstore.get_range_async(
                    self._objects, path_of(evidence.sha256), start=start, length=length
                )
            yield bytes(piece)


def path_of(sha256: str) -> str:
    """Where content lies in the store."""
    return f"{sha256[:2]}/{sha256}"


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
            cautions=[caution.value for caution in kind.cautions],
            scan=scan,
        )
        return await _record(store, pool, staged, wanted)


async def _record(store: EvidenceStore, pool: Pool, staged: Staged, wanted: EvidenceKept) -> Evidence:
    is_new_content = False
    try:
        async with pool.acquire() as connection, connection.transaction():
            # Nobody else stores or discards this content until the row is committed.
            await connection.execute(LOCK_CONTENT, staged.sha256)
            row = await connection.fetchrow(INSERT, *wanted)
            if row is None:
                return await _received_before(connection, wanted)
            if not await store.has(staged.sha256):
                is_new_content = True
                await store.put(staged)
        return Evidence.of(dict(row))
    except BaseException:
        if is_new_content:
            await asyncio.shield(_discard_unless_named(store, pool, staged.sha256))
        raise


async def _received_before(connection: Connection, wanted: EvidenceKept) -> Evidence:
    row = await connection.fetchrow(BY_ID, wanted.evidence_id)
    assert row, "evidence stays"
    known = Evidence.of(dict(row))
    if (known.account, known.name, known.sha256) != (wanted.account, wanted.name, wanted.sha256):
        raise IdempotencyKeyReused
    return known


async def _discard_unless_named(store: EvidenceStore, pool: Pool, sha256: str) -> None:
    """Removes content whose row was not committed. Only PostgreSQL knows whether it was; while it is away, the bytes
    stay."""
    try:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK_CONTENT, sha256)
            if not await connection.fetchval("select exists (select from evidence where sha256 = $1)", sha256):
                await store.discard(sha256)
    except (EvidenceStoreAway, *AWAY) as failure:
        LOG.warning("content %s may be in the store without a row: %r", sha256, failure)


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
