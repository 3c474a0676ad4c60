"""Signed days, and the proof that a case is in one, letter by letter as they were signed (docs/verifying.md)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from reading.shape import Instant, Shape


class StatementShown(Shape):
    """What was signed, as RFC 8785 writes it. `previous` is the hash of the statement of the day before."""

    format: str
    day: date
    cases: Annotated[int, Field(description="the leaves of the tree")]
    root: str
    previous: str
    signed_at: Annotated[str, Field(description="letter by letter as it was signed")]
    key: Annotated[str, Field(description="the public key, to be compared with the one that was published")]


class SignedDayShown(Shape):
    """A day that is over, and the Ed25519 signature over its statement."""

    statement: StatementShown
    signature: str
    stamp: Annotated[
        str | None, Field(description="of a time-stamp authority over the statement (RFC 3161, DER in base64)")
    ]


class AdoptionShown(Shape):
    """What was written before there were chains, and when it was taken into them: an earlier change does not show."""

    adopted_at: Instant
    cases: int
    events: int
    acts: int
    root: str


class SignedDays(Shape):
    """Signed days, the latest first; `next` is the cursor of the part that follows, null at the end."""

    items: list[SignedDayShown]
    next: str | None
    adopted: list[AdoptionShown]


class HeadShown(Shape):
    """How far log and inbox of a case go, and the hash of the last of each."""

    case_id: str
    events: int
    head: str
    acts: int
    acts_head: str


class ProofShown(SignedDayShown):
    """That a head is in the tree of a signed day: whoever has the published key verifies it without this system."""

    format: str
    head: HeadShown
    place: Annotated[int, Field(description="of the leaf in the tree, from 0")]
    path: Annotated[list[str], Field(description="the hashes beside the way to the root, the lowest first")]


class CaseProof(Shape):
    """The head of a case now, and the proof of the one that was signed last; null until its first day is over."""

    case_id: str
    case_number: str
    now: HeadShown
    proof: ProofShown | None
