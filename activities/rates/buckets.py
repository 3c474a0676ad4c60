"""How often somebody may call: a bucket for each caller, from which each call takes and which time fills again. Pure.

A bucket is one number, its debt: the seconds until it is full again. A call adds to it; when it would become longer
than the bucket takes, the call is one too many, costs nothing, and is told when there is room.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

SHAPE = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,5})")


class Limit(StrEnum):
    """What is limited, each by a rate of its own. The first and the last three go by addresses, the others by
    accounts."""

    ADDRESSES = "addresses"
    """Whatever an address asks for."""
    ACCOUNTS = "accounts"
    """Whatever an account asks for."""
    FILINGS = "filings"
    """Procedures that an account begins."""
    UPLOADS = "uploads"
    """Files that an account brings."""
    LOGINS = "logins"
    """Logins that an address begins or ends."""
    TOKENS = "tokens"
    """Tokens and secrets from an address that are not valid."""
    KEYS = "keys"
    """Keys of the gate from an address that open nothing."""


@dataclass(frozen=True)
class Rate:
    """So many at once; what was taken comes back evenly within so many seconds."""

    most: int
    seconds: float

    @classmethod
    def of(cls, written: str, times: float = 1.0) -> Rate:
        """The rate as a setting has it, `120/60`, so many times as large. Raises ValueError."""
        match = SHAPE.fullmatch(written)
        if match is None:
            raise ValueError(f"{written} is no rate such as 120/60")
        return cls(max(1, int(int(match[1]) * times)), float(match[2]))

    @property
    def of_one(self) -> float:
        """Seconds in which one comes back."""
        return self.seconds / self.most


@dataclass(slots=True)
class Bucket:
    """One caller's bucket in this process; instants are seconds of a clock that never goes back."""

    full_at: float
    unshared: float = 0.0
    """Seconds taken here that the other processes do not know of."""

    def wait(self, rate: Rate, now: float, cost: int = 1) -> float:
        """Seconds until so many could be taken; 0 where they can be now."""
        return max(0.0, max(self.full_at, now) + cost * rate.of_one - now - rate.seconds)

    def take(self, rate: Rate, now: float, cost: int = 1) -> None:
        """Takes so many, whether they are there or not."""
        self.full_at = max(self.full_at, now) + cost * rate.of_one
        self.unshared += cost * rate.of_one


def whole_seconds(wait: float) -> int:
    """As `Retry-After` says it: never too early, never at once."""
    return max(1, math.ceil(wait))
