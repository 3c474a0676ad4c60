"""The bytes of evidence: files that somebody uploads for an objection. Their rows lie in PostgreSQL.

What is guaranteed: a row names bytes that are in the store whole, were accepted by their content, and are what the hash
says. Bytes wait in a file without a name, which the system takes back whatever becomes of the process, and go to the
store only when they are complete and accepted.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from activities.evidence.files import Evidence, path_of
from activities.evidence.quotas import AT_ONCE, DRAWN_AT_ONCE, LARGEST
from activities.evidence.refused import EvidenceEmpty, EvidenceErased, EvidenceStoreAway, EvidenceTooLarge
from activities.evidence.scanner import Scanner
from activities.evidence.sealed_files import PIECE, place_of_name, seal_file, sealed_size, unsealed_piece
from activities.sealing.ring import KeyDestroyed, KeyUnusable
from activities.sealing.seals import BEYOND

if TYPE_CHECKING:
    from obstore.store import RetryConfig

    from activities.sealing.ring import DataKey
    from activities.sealing.seals import Seals
    from activities.settings import Settings

PART = 5 * 1024 * 1024
"""Bytes in memory at once on the way into the store; the least that S3 takes as a part."""
LEFT_OVER_AFTER = timedelta(hours=1)

RETRYING: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}
"""Somebody waits for the answer. Everything else is set by the variables of the library, which options would
replace."""


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
