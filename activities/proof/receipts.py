"""What callers were answered, kept apart from the database: by it one finds out what a standby that took over, or a
backup, does not have (docs/decisions/0141)."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules.deadlines import to_shanghai

if TYPE_CHECKING:
    from activities.database import Pool

LOG = logging.getLogger("kaifang.receipts")

KEPT_FOR = timedelta(days=7)
"""By then it is known whether a record was set back; what is older is bound by signed days."""
WAITED_FOR = 2.0
"""Seconds that whoever is to be answered waits for a disk."""
AT_THE_END = 10.0
"""Seconds that a service that ends waits for a disk: less than its supervisor waits for it."""
A_SET = 1000
"""Receipts that PostgreSQL is asked about at once."""
GONE = (
    "select given.id from unnest($1::text[]) as given (id) where not exists (select from acts where act_id = given.id)"
)


class Receipt(NamedTuple):
    """An act, a filing too, that was received at that instant, and whoever sent it was told so."""

    act_id: str
    case_id: str
    received_at: datetime


class Receipts:
    """A folder with a file for each day in Shanghai and a line for each receipt. Any number of processes may write to
    one; each host has its own.

    A line is with the operating system before anybody is answered: it outlasts the process, and not always a power cut
    that comes within the same half minute.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fails = False
        self._writer = ThreadPoolExecutor(1, "receipts")
        self._waiting: set[asyncio.Future[None]] = set()

    async def kept(self, it: Receipt) -> None:
        """As `keep`, for a process that answers others meanwhile: a disk that does not answer holds up nobody for
        long, and what waits for it is written when it does. However many wait: a receipt is a few hundred bytes."""
        writing = asyncio.get_running_loop().run_in_executor(self._writer, self.keep, it)
        self._waiting.add(writing)
        writing.add_done_callback(self._waiting.discard)
        # Nothing is cancelled: what has not begun would be lost with that.
        done, _ = await asyncio.wait({writing}, timeout=WAITED_FOR)
        if not done:
            self._warn(f"nothing was written within {WAITED_FOR:g} s")
        for each in done:
            each.result()

    async def finish(self) -> None:
        """What waits is written before the service ends, as far as the disk takes it in time; a warning says how many
        receipts it did not."""
        if self._waiting:
            _, left = await asyncio.wait(set(self._waiting), timeout=AT_THE_END)
            if left:
                LOG.warning("%d receipts were not written to %s before the end", len(left), self._folder)

    def keep(self, it: Receipt) -> None:
        """The receipt is in the folder. Where that cannot be written a warning says so, once, and nobody is refused for
        it: the record has the act."""
        try:
            self._write(it)
            self._fails = False
        except OSError as fault:
            self._warn(fault)

    def _warn(self, fault: object) -> None:
        if not self._fails:
            LOG.warning("receipts cannot be kept in %s: %s", self._folder, fault)
        self._fails = True

    def _write(self, it: Receipt) -> None:
        day = to_shanghai(it.received_at).date()
        file = self._folder / f"{day}.jsonl"
        if not file.exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._forget(day - KEPT_FOR)
        # It begins a line too: what a full disk or a power cut has torn before it takes no other receipt with it.
        line = f"\n{json.dumps([it.act_id, it.case_id, it.received_at.isoformat()])}\n".encode()
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # In one piece, so that lines of several processes do not mix.
            if os.write(descriptor, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(descriptor)

    def _forget(self, before: date) -> None:
        for file in self._folder.glob("*.jsonl"):
            if file.stem < before.isoformat():
                file.unlink(missing_ok=True)


def kept_in(folders: Iterable[Path]) -> Iterator[Receipt]:
    """The receipts in these folders and in those in them, the oldest day of each first. A line that a power cut has
    torn is none."""
    for folder in folders:
        for file in sorted(folder.rglob("*.jsonl"), key=lambda file: (file.name, file)):
            with file.open("rb") as lines:
                yield from filter(None, map(_read, lines))


def _read(line: bytes) -> Receipt | None:
    try:
        act_id, case_id, at = json.loads(line)
        return Receipt(act_id, case_id, datetime.fromisoformat(at))
    except (ValueError, TypeError):
        return None


class Compared(NamedTuple):
    """How many receipts there are, and those of which the record has nothing, the earliest first."""

    receipts: int
    lost: list[Receipt]


async def compare(pool: Pool, receipts: Iterable[Receipt]) -> Compared:
    """The receipts against the record as it stands now. What was sent again and received is lost no longer; one that
    several folders have counts once."""
    seen: set[str] = set()
    lost: list[Receipt] = []
    waiting: list[Receipt] = []

    async def look() -> None:
        rows = await pool.fetch(GONE, [each.act_id for each in waiting])
        gone = {row["id"] for row in rows}
        lost.extend(each for each in waiting if each.act_id in gone)
        waiting.clear()

    for each in receipts:
        if each.act_id in seen:
            continue
        seen.add(each.act_id)
        waiting.append(each)
        if len(waiting) == A_SET:
            await look()
    await look()
    return Compared(len(seen), sorted(lost, key=lambda each: each.received_at))
