"""What happened to the delegations of a grant, in the log of its case."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from models.recorded import Recorded
from rules.pinned import Basis


class AccessDelegated(Recorded):
    """Whoever has the grant lets an account use it for a matter that stays in the inbox: so many accesses in total,
    `until` an instant (exclusive), under that article."""

    type: Literal["AccessDelegated"] = "AccessDelegated"
    delegation: str
    to: str
    accesses: int
    until: datetime
    source: str
    article: str
    basis: Basis


class DelegationRevoked(Recorded):
    """Whoever has the grant took the delegation back."""

    type: Literal["DelegationRevoked"] = "DelegationRevoked"
    delegation: str


class DelegatedKeyIssued(Recorded):
    """The delegate got a key, in place of any before; only its digest is kept."""

    type: Literal["DelegatedKeyIssued"] = "DelegatedKeyIssued"
    delegation: str
    key_digest: str
