"""The delegations of a grant as its log makes them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from models.act_contents import Frozen
from models.delegation_events import AccessDelegated, DelegatedKeyIssued, DelegationRevoked


class DelegationEnd(StrEnum):
    """What ended a delegation before its last day while the grant went on."""

    REVOKED = "revoked"
    GRANT_CURTAILED = "grant_curtailed"


class DelegationState(Frozen):
    """Who may use the grant of somebody else: how often in total, and until when (exclusive)."""

    delegation: str
    to: str
    accesses: int
    delegated_at: datetime
    until: datetime
    keys: int = 0
    key_digest: str | None = None
    ended: DelegationEnd | None = None

    def stands(self, at: datetime) -> bool:
        """Whether the delegate may still have a key, as far as the log of a grant that holds says it."""
        return self.ended is None and at < self.until


Delegations = Mapping[str, DelegationState]


def delegations_after(
    before: Delegations, event: AccessDelegated | DelegationRevoked | DelegatedKeyIssued
) -> Delegations:
    """The delegations after one more event about one of them."""
    return {**before, event.delegation: _after(before, event)}


def _after(before: Delegations, event: AccessDelegated | DelegationRevoked | DelegatedKeyIssued) -> DelegationState:
    match event:
        case AccessDelegated():
            agreed = event.model_dump(include={"delegation", "to", "accesses", "until"})
            return DelegationState(**agreed, delegated_at=event.at)
        case DelegationRevoked():
            return before[event.delegation].model_copy(update={"ended": DelegationEnd.REVOKED})
        case DelegatedKeyIssued():
            known = before[event.delegation]
            return known.model_copy(update={"key_digest": event.key_digest, "keys": known.keys + 1})


def ended_by_curtailment(before: Delegations) -> Delegations:
    """The delegations once something is taken of the grant: all are over, and giving it back gives none of them back
    (docs/decisions/0103)."""
    return {
        name: each if each.ended else each.model_copy(update={"ended": DelegationEnd.GRANT_CURTAILED})
        for name, each in before.items()
    }
