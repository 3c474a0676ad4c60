"""A message that somebody gets once, and to whom it goes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """Exactly this account, absent or not."""

    account_id: str


@dataclass(frozen=True)
class Officers:
    """The officer of the body who claimed it; else every reviewer of the body."""

    body: str
    claimed_by: str | None = None


@dataclass(frozen=True)
class Officer:
    """This officer, absent or not, as long as it serves the body."""

    body: str
    account_id: str


@dataclass(frozen=True)
class Posts:
    """Whoever holds a post of the body."""

    body: str


@dataclass(frozen=True)
class Supervisors:
    """Every supervisor of the city."""

    city: str


Addressee = Account | Officer | Officers | Posts | Supervisors


@dataclass(frozen=True)
class Telling:
    """A message that somebody gets once.

    `of` names the one event that it is about; with `kind` and the account it makes the message's id, so nobody gets two
    messages about one event in one way. `facts` are ids, codes, days and numbers of notices, never people's words or
    names.
    """

    kind: str
    of: str
    to: Addressee
    case_id: str | None = None
    task_id: str | None = None
    city: str | None = None
    facts: Mapping[str, str | int] = field(default_factory=dict)
    sides: Mapping[str, str | None] = field(default_factory=dict, compare=False)
    """Accounts to which nothing is told as officers, but of the body named, for they have a side in the case (回避)."""
