"""What days have signed is compared with itself, with the files apart and with the heads that are kept of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from activities.proof.apart import file_of, file_of_stamp
from activities.proof.chain import algorithm_of, digest
from activities.proof.days import BEGUN, HEADS, KEPT, LONG, end_of
from activities.proof.findings import Fault, Finding
from activities.proof.heads import Head
from activities.proof.merkle import Growing
from activities.proof.stamps import StampUnusable, stamped_at
from activities.proof.statements import (
    Statement,
    is_signed,
    is_verifiable,
    kind_of,
    leads_to,
    published,
    statement_hash,
)
from rules.deadlines import to_shanghai

if TYPE_CHECKING:
    import asyncpg
    from cryptography import x509

    from activities.database import Connection
    from activities.proof.verifying import Seen

SIGNED_HEADS = """
select case_id, day, events, head, acts, acts_head, place, path from signed_heads order by day, case_id
"""
STAMPS = "select day, statement, stamp from signed_days join stamped_days using (day) order by day"
LATE = timedelta(days=3)
"""After the end of a day: a stamp that is later is said, for whoever has the key could have signed anew until then."""


@dataclass
class Days:
    """Signed days, one after the other. `keys` are those that may have signed; none named: any, but its own."""

    keys: frozenset[str]
    folder: Path | None
    first: date
    adopted_root: str
    last: Statement | None = None
    text: str = ""
    statements: dict[date, Statement] = field(default_factory=dict)

    def step(self, row: asyncpg.Record) -> Iterator[Finding]:
        """What is wrong with the next day."""
        day, text = row["day"], row["statement"]
        named = day.isoformat()
        if self.folder is not None:
            yield from self._file(day, text, row["signature"])
        try:
            statement = Statement.read(text)
        except ValueError:
            yield Finding(Fault.DAY_CHANGED, what=named)
            return
        if not is_verifiable(statement.key):
            yield Finding(Fault.DAY_OF_UNKNOWN_KIND, what=named, other=kind_of(statement.key))
        elif statement.day != day or not is_signed(text, row["signature"], statement.key):
            yield Finding(Fault.DAY_CHANGED, what=named)
        elif self.keys and statement.key not in self.keys:
            yield Finding(Fault.DAY_OF_OTHER_KEY, what=named, other=statement.key)
        expected = self.last.day + timedelta(days=1) if self.last else self.first
        if day != expected:
            yield Finding(Fault.DAY_MISSING, what=expected.isoformat())
        elif statement.previous != self._before(algorithm_of(statement.root)):
            before = self.last.day.isoformat() if self.last else "adoption"
            yield Finding(Fault.DAY_REWRITTEN, what=before, other=named)
        self.last, self.text = statement, text
        self.statements[day] = statement

    def _before(self, algorithm: str) -> str:
        if self.last is None:
            return digest(algorithm, self.adopted_root.encode())
        return statement_hash(algorithm, self.text)

    def _file(self, day: date, text: str, signature: str) -> Iterator[Finding]:
        assert self.folder
        try:
            apart = json.loads(file_of(self.folder, day).read_text("utf-8"))
        except (OSError, ValueError):
            apart = None
        if apart != published(text, signature):
            yield Finding(Fault.FILE_OF_DAY, what=day.isoformat())

    def end(self) -> Iterator[Finding]:
        """Days that the folder has and the record has not."""
        for file in sorted(self.folder.glob("*.json")) if self.folder else ():
            if file.stem not in {day.isoformat() for day in self.statements}:
                yield Finding(Fault.DAY_MISSING, what=file.stem)


async def verify_days(
    connection: Connection, keys: frozenset[str], folder: Path | None, seen: Seen
) -> AsyncIterator[Finding]:
    """Every day that is not as it was signed, or not by one of these keys; every head that is not in the tree of its
    day. Without a folder no file apart is looked at."""
    begun = await connection.fetchrow(BEGUN)
    if begun is None:
        return
    days = Days(keys, folder, to_shanghai(begun["adopted_at"]).date(), begun["root"])
    async for row in connection.cursor(KEPT, prefetch=100):
        seen.days += 1
        for finding in days.step(row):
            yield finding
    for finding in days.end():
        yield finding
    async for row in connection.cursor(SIGNED_HEADS, prefetch=500, timeout=LONG):
        statement = days.statements.get(row["day"])
        if statement and not leads_to(head_of(row), row["place"], row["path"], statement):
            yield Finding(Fault.HEAD_OF_DAY, row["case_id"], row["day"].isoformat())
    if days.last and not await has_its_root(connection, days.last):
        yield Finding(Fault.ROOT_OF_DAY, what=days.last.day.isoformat())


async def verify_stamps(
    connection: Connection, roots: tuple[x509.Certificate, ...], folder: Path | None, seen: Seen
) -> AsyncIterator[Finding]:
    """Every stamp that is not over the statement of its day, or not under one of these roots; without roots, whose it
    is stays open. Every one that the folder has otherwise."""
    stamped = set()
    async for row in connection.cursor(STAMPS, prefetch=100):
        day, stamp = row["day"], row["stamp"]
        seen.stamped += 1
        stamped.add(day.isoformat())
        try:
            at = stamped_at(stamp, row["statement"], roots)
        except StampUnusable as fault:
            yield Finding(Fault.STAMP_CHANGED, what=day.isoformat(), other=str(fault))
        else:
            if at > end_of(day) + LATE:
                seen.stamped_late.append((day, at))
        if folder is not None and stamp != _read(file_of_stamp(folder, day)):
            yield Finding(Fault.FILE_OF_DAY, what=day.isoformat())
    for named in sorted(_stamps_in(folder) - stamped):
        yield Finding(Fault.STAMP_GONE, what=named)


def _stamps_in(folder: Path | None) -> set[str]:
    return set() if folder is None else {file.stem for file in folder.glob("*.tsr")}


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


async def has_its_root(connection: Connection, statement: Statement) -> bool:
    """Whether the heads that are kept make the root of a day: none was taken out, and none put in."""
    algorithm = algorithm_of(statement.root)
    tree = Growing(algorithm)
    async for row in connection.cursor(HEADS, statement.day, prefetch=1000, timeout=LONG):
        tree.add(head_of(row).leaf(algorithm))
    return (f"{algorithm}:{tree.root().hex()}", tree.leaves) == (statement.root, statement.cases)


def head_of(row: asyncpg.Record) -> Head:
    """The head in a row."""
    return Head(row["case_id"], row["events"], row["head"], row["acts"], row["acts_head"])
