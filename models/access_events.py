"""What happened to a grant, in the log of its own case: it began, got keys, and ended in one of four ways."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from models.recorded import Opening, Recorded
from models.sharing import Shared
from rules.pinned import Basis


class AccessOpened(Opening):
    """A grant began: who may fetch which items in which way, until when (exclusive). No items named: all."""

    type: Literal["AccessOpened"] = "AccessOpened"
    granted_by: str
    """The access request that ended in this grant."""
    data_items: tuple[str, ...]
    access_mode: str | None
    access_modes: tuple[str, ...] = ()
    use: str | None
    valid_until: datetime
    daily_calls: int | None = None
    report_days: int | None = None
    shared: Shared | None = None
    """How the data came to be shared with who has it; None of what is opened."""
    for_body: str | None = None
    """The body that has it; None where somebody has it for itself."""
    rules_digest: str


class KeyIssued(Recorded):
    """The grantee got a key, in place of any before; only its digest is kept."""

    type: Literal["KeyIssued"] = "KeyIssued"
    key_digest: str


class AccessExpired(Recorded):
    type: Literal["AccessExpired"] = "AccessExpired"


class AccessRevoked(Recorded):
    """A body ended the grant before its time, under that article; None in a log from before events named it."""

    type: Literal["AccessRevoked"] = "AccessRevoked"
    by: str
    source: str | None = None
    article: str | None = None
    basis: Basis | None = None


class AccessRenounced(Recorded):
    type: Literal["AccessRenounced"] = "AccessRenounced"


class AccessEnded(Recorded):
    """Another case withdrew all the data to which the grant gave access."""

    type: Literal["AccessEnded"] = "AccessEnded"
    by_case: str
