"""Two chains are walked from their beginning, one row at a time, whatever their length."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from activities.proof.chain import BEGINNING, act_hash, algorithm_of, content_digest, event_hash
from activities.proof.findings import Fault, Finding
from activities.sealing.seals import is_taken_out

if TYPE_CHECKING:
    import asyncpg

Hashing = Callable[[str], str]


@dataclass
class LogWalk:
    """The log of one case. `signed` are the hashes that the trees of days have of it, by the number of the event."""

    case_id: str
    length: int
    head: str
    signed: Mapping[int, str]
    number: int = 0
    previous: str = BEGINNING
    beyond: bool = False

    def step(self, row: asyncpg.Record) -> Iterator[Finding]:
        """What is wrong with the next event."""
        number, text, kept = row["number"], row["event"], row["hash"]
        for missing in range(self.number + 1, number):
            yield Finding(Fault.EVENT_MISSING, self.case_id, str(missing))
        gap = number != self.number + 1
        self.number = number
        if number > self.length and not self.beyond:
            self.beyond = True
            yield Finding(Fault.EVENT_BEYOND, self.case_id, str(number))
        if not kept:
            yield Finding(Fault.EVENT_UNCHAINED, self.case_id, str(number))
            return
        # After a gap the hash of the one before is not there to compare with; the gap is the finding.
        if not gap and not is_hash(kept, lambda by: event_hash(by, self.case_id, number, text, self.previous)):
            yield Finding(Fault.EVENT_CHANGED, self.case_id, str(number))
        event = json.loads(text)
        stated = (event.get("number"), event.get("type"), event.get("at"))
        if stated[:2] != (number, row["type"]) or datetime.fromisoformat(str(stated[2])) != row["at"]:
            yield Finding(Fault.EVENT_ROW, self.case_id, str(number))
        if number in self.signed and self.signed[number] != kept:
            yield Finding(Fault.LOG_REWRITTEN, self.case_id, str(number))
        self.previous = kept

    def end(self) -> Iterator[Finding]:
        """What is wrong with the log as a whole."""
        if self.number < self.length or (self.number == self.length and self.previous != self.head):
            yield Finding(Fault.TAIL_CUT, self.case_id, str(self.length), str(self.number))
        if self.signed and max(self.signed) > self.number:
            yield Finding(Fault.LOG_SHORTER, self.case_id, str(max(self.signed)), str(self.number))


@dataclass
class InboxWalk:
    """The inbox of one case. `erased` are the acts whose text the law had erased: it is gone, or nobody has the key."""

    case_id: str
    erased: frozenset[str]
    signed: Mapping[int, str]
    seq: int = 0
    previous: str = BEGINNING
    texts_erased: int = 0
    acts: set[str] = field(default_factory=set)

    def step(self, row: asyncpg.Record) -> Iterator[Finding]:
        """What is wrong with the next act."""
        seq, act_id, kept = row["seq"], row["act_id"], row["hash"]
        for missing in range(self.seq + 1, seq):
            yield Finding(Fault.ACT_MISSING, self.case_id, str(missing))
        gap, self.seq = seq != self.seq + 1, seq
        self.acts.add(act_id)
        if not kept:
            yield Finding(Fault.ACT_UNCHAINED, self.case_id, act_id)
            return
        if not gap and not is_hash(kept, lambda by: hash_of(by, self.case_id, row, self.previous)):
            yield Finding(Fault.ACT_CHANGED, self.case_id, act_id)
        if seq in self.signed and self.signed[seq] != kept:
            yield Finding(Fault.INBOX_REWRITTEN, self.case_id, str(seq))
        self.previous = kept
        yield from self._text(row)

    def _text(self, row: asyncpg.Record) -> Iterator[Finding]:
        text, bound, salt = row["content"], row["content_digest"], row["content_salt"]
        if text is None and bound is None:
            return
        erased = row["act_id"] in self.erased
        self.texts_erased += erased
        if erased and (text is None or (salt is None and is_taken_out(json.loads(text)))):
            return
        if text is None:
            yield Finding(Fault.TEXT_GONE, self.case_id, row["act_id"])
        elif bound is None or salt is None or not is_hash(bound, lambda by: content_digest(by, text, salt)):
            yield Finding(Fault.TEXT_CHANGED, self.case_id, row["act_id"])

    def end(self) -> Iterator[Finding]:
        """What is wrong with the inbox as a whole."""
        if self.signed and max(self.signed) > self.seq:
            yield Finding(Fault.INBOX_SHORTER, self.case_id, str(max(self.signed)), str(self.seq))


def is_hash(kept: str, found: Hashing) -> bool:
    """Whether a hash is that of what it stands for, by the algorithm that it names."""
    try:
        return found(algorithm_of(kept)) == kept
    except ValueError:
        return False


def hash_of(algorithm: str, case_id: str, row: asyncpg.Record, previous: str) -> str:
    """The hash of an act as its row stands."""
    return act_hash(
        algorithm,
        case_id=case_id,
        seq=row["seq"],
        act_id=row["act_id"],
        kind=row["kind"],
        account=row["account"],
        act=row["act"],
        content_digest=row["content_digest"],
        files=row["files"],
        previous=previous,
    )
