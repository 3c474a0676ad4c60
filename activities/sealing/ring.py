"""The ring of data keys: one file beside the database and never in it, so that no backup of the database has a key.

A data key is known by an id that says nothing, and lies in the ring wrapped by a key service. To destroy it is all
that erasing takes: the ring keeps the id and the instant, and whoever asks for the key hears both.
"""

from __future__ import annotations

import logging
import os
import secrets
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidTag

from activities.sealing.key_files import KEY_BYTES, OWNER_ALONE, KeyFiles
from activities.sealing.key_service import KeyService, KeyServiceAway, WrappingKeyMissing

LOG = logging.getLogger("kaifang.sealing")

FILE = "ring.sqlite"
A_BATCH = 64
"""Keys that are made with one write; what a process does not use is never used."""
PATIENCE = 10.0
"""Seconds for which one process waits while another writes."""
MOST_REMEMBERED = 4096
WRAPPED_AT_ONCE = 256
"""Keys that are wrapped anew with one write, for which other processes wait; with an HSM each costs two calls of it."""
SCHEMA = """
create table if not exists keys (
  key_id text primary key, kek text, wrapped blob, destroyed_at text,
  check ((wrapped is null) = (destroyed_at is not null) and (kek is null) = (wrapped is null))
) without rowid
"""

DESTROY = "update keys set kek = null, wrapped = null, destroyed_at = ? where key_id = ? and wrapped not null"


class KeyUnusable(Exception):
    """There is no such key, or it cannot be unwrapped: the ring is not the one with which it was made."""


class KeyDestroyed(Exception):
    """The key was destroyed at that instant, and what it sealed is erased."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        super().__init__(at.isoformat())


class DataKey(NamedTuple):
    """A key, by its id."""

    key_id: str
    key: bytes


class Ring:
    """The data keys of one installation, for all processes that have the file."""

    def __init__(self, file: Path, service: KeyService) -> None:
        self._service = service
        self._at_hand: list[DataKey] = []
        self._remembered: dict[str, bytes] = {}
        self._named: dict[str, DataKey] = {}
        self._version = -1
        if not file.exists():
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT, OWNER_ALONE))
        # One connection for a process; what is destroyed is overwritten, and what is made is on disk.
        self._sqlite = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        self._sqlite.execute("pragma secure_delete = on")
        self._sqlite.execute("pragma synchronous = full")
        self._sqlite.execute(SCHEMA)

    @classmethod
    def open(cls, folder: Path, service: KeyService | None = None) -> Self:
        """The ring in a folder, with that key service, or with key files beside it; ring and first key are made where
        there is neither. Raises WrappingKeyMissing where the ring is there and no key, KeyServiceAway where there is no
        ring and none can be made: a ring that is there is opened all the same."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        service = service or KeyFiles(folder)
        is_there = (folder / FILE).exists()
        try:
            if not is_there:
                service.make_the_first()
            service.current()
        except KeyServiceAway as away:
            if not is_there:
                raise
            LOG.warning("texts and files that are sealed wait for the key service: %s", away)
        return cls(folder / FILE, service)

    def close(self) -> None:
        self._sqlite.close()

    def take(self) -> DataKey:
        """A key that nobody has used, in the ring and on disk before it is returned. Raises WrappingKeyMissing,
        KeyServiceAway."""
        if not self._at_hand:
            self._make_some()
        return self._at_hand.pop()

    def key(self, key_id: str) -> bytes:
        """The data key of this id. Raises KeyDestroyed, KeyUnusable, also right after another process has destroyed
        it, and KeyServiceAway."""
        self._forget_what_changed()
        if (known := self._remembered.get(key_id)) is not None:
            return known
        row = self._sqlite.execute("select kek, wrapped, destroyed_at from keys where key_id = ?", (key_id,)).fetchone()
        if row is None:
            raise KeyUnusable(key_id)
        kek, wrapped, destroyed_at = row
        if destroyed_at is not None:
            raise KeyDestroyed(datetime.fromisoformat(destroyed_at))
        try:
            found = self._service.unwrap(kek, wrapped, key_id)
        except (InvalidTag, WrappingKeyMissing) as fault:
            raise KeyUnusable(f"{key_id}: {fault!r}") from fault
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[key_id] = found
        return found

    def named(self, name: str) -> DataKey:
        """The one key of this name, the same for every process, which nobody destroys; made where nobody has made it.
        Raises WrappingKeyMissing, KeyServiceAway, KeyUnusable."""
        if name not in self._named:
            with self._writing():
                if self._sqlite.execute("select 1 from keys where key_id = ?", (name,)).fetchone() is None:
                    current = self._service.current()
                    wrapped = self._service.wrap(current, secrets.token_bytes(KEY_BYTES), name)
                    self._sqlite.execute(
                        "insert into keys (key_id, kek, wrapped) values (?, ?, ?)", (name, current, wrapped)
                    )
            self._named[name] = DataKey(name, self.key(name))
        return self._named[name]

    def destroyed_at(self, key_id: str) -> datetime | None:
        """When a key was destroyed; None where it was not."""
        row = self._sqlite.execute("select destroyed_at from keys where key_id = ?", (key_id,)).fetchone()
        return datetime.fromisoformat(row[0]) if row and row[0] else None

    def destroy(self, key_ids: Iterable[str], at: datetime) -> int:
        """None of these keys is anywhere any more, as of that instant; how many were. An id that the ring does not
        know is on record as destroyed too."""
        with self._writing():
            there = 0
            for key_id in key_ids:
                there += self._sqlite.execute(DESTROY, (at.isoformat(), key_id)).rowcount
                self._sqlite.execute(
                    "insert or ignore into keys (key_id, destroyed_at) values (?, ?)", (key_id, at.isoformat())
                )
        self._remembered.clear()
        return there

    def wrap_anew(self) -> int:
        """Every data key is wrapped by the current key of the service, and by no other; how many. What they sealed
        stays as it is, and so does what was wrapped when it is broken off."""
        count = 0
        while wrapped := self._wrap_some():
            count += wrapped
        return count

    def _wrap_some(self) -> int:
        with self._writing():
            # Asked under the lock, as below: whoever changes keys at the same time wraps by the same one.
            name = self._service.current()
            some = "select key_id, kek, wrapped from keys where kek <> ? limit ?"
            rows = self._sqlite.execute(some, (name, WRAPPED_AT_ONCE)).fetchall()
            for key_id, kek, wrapped in rows:
                again = self._service.wrap(name, self._service.unwrap(kek, wrapped, key_id), key_id)
                self._sqlite.execute("update keys set kek = ?, wrapped = ? where key_id = ?", (name, again, key_id))
        return len(rows)

    def wrapped_by(self) -> dict[str, int]:
        """How many data keys each key of the service wraps."""
        return dict(self._sqlite.execute("select kek, count(*) from keys where kek not null group by kek").fetchall())

    def _make_some(self) -> None:
        made = [DataKey(str(uuid.uuid4()), secrets.token_bytes(KEY_BYTES)) for _ in range(A_BATCH)]
        with self._writing():
            # Asked under the lock: who changes keys holds it until nothing is wrapped by the old one.
            current = self._service.current()
            rows = [(each.key_id, current, self._service.wrap(current, each.key, each.key_id)) for each in made]
            self._sqlite.executemany("insert into keys (key_id, kek, wrapped) values (?, ?, ?)", rows)
        self._at_hand = made

    def _forget_what_changed(self) -> None:
        (version,) = self._sqlite.execute("pragma data_version").fetchone()
        if version != self._version:
            self._version = version
            self._remembered.clear()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._sqlite.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._sqlite.execute("rollback")
            raise
        self._sqlite.execute("commit")


def change_wrapping_key(folder: Path, service: KeyService | None = None) -> int:
    """A new key of that service, or of the key files, wraps every data key in the ring of that folder, and the old ones
    are gone; how many data keys. It can be repeated, also after it was broken off. Raises WrappingKeyMissing,
    KeyServiceAway."""
    service = service or KeyFiles(folder)
    ring = Ring.open(folder, service)
    try:
        name = service.make()
        count = ring.wrap_anew()
        for old in takewhile(lambda each: each != name, service.names()):
            if old not in ring.wrapped_by():
                service.remove(old)
        return count
    finally:
        ring.close()
