"""Whoever has a grant lets somebody else use it (授权利用): for a stated matter, so many times in total, until a last
day. What Guangzhou 25.2 demands of a data subject's authority is a service rule for this. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from models import acts as a
from models import refusals as r
from models.delegation_events import AccessDelegated, DelegatedKeyIssued, DelegationRevoked
from models.delegations import DelegationState
from models.demanding import missing
from models.proposal import Proposal
from rules.deadlines import SHANGHAI
from rules.pinned import Requirement
from rules.procedure_rules import ProcedureRules

MOST_DELEGATIONS = 200
"""Of one grant, those that are over included."""
MOST_KEYS = 50
"""Of one delegation."""


def delegate(rules: ProcedureRules, proposal: Proposal, act: a.Delegate) -> None:
    """Whoever has the grant delegates access, within the grant.

    Raises NotYourCase, ProcedureKnowsNoSuchAct where the law of the city knows no delegation, RequirementMissing with
    the article for matter, number and last day, DelegatesToItself, GrantIsCurtailed, DelegationBeyondGrant,
    EnoughDelegations.
    """
    state, rule = proposal.state, rules.delegation
    if act.by.account != state.party:
        raise r.NotYourCase(field="case_id")
    if rule is None:
        raise r.ProcedureKnowsNoSuchAct(field="kind")
    if state.curtailments:
        raise r.GrantIsCurtailed(field="case_id")
    if len(state.delegations) >= MOST_DELEGATIONS:
        raise r.EnoughDelegations(field="case_id")
    stated = {"matter": "matter" in act.given, "accesses": act.accesses, "last_day": act.last_day}
    if lacking := [Requirement(any_of=(name,), citation=rule.citation) for name, it in stated.items() if not it]:
        raise missing(*lacking)
    assert act.accesses
    assert act.last_day
    if act.to == state.party:
        raise r.DelegatesToItself(field="to")
    until = datetime.combine(act.last_day + timedelta(days=1), time(), SHANGHAI)
    assert state.grant
    if not act.received_at < until <= state.grant.valid_until:
        raise r.DelegationBeyondGrant(field="last_day")
    proposal.add(
        AccessDelegated(
            at=act.received_at,
            act=act.id,
            delegation=act.id,
            to=act.to,
            accesses=act.accesses,
            until=until,
            **rule.citation.model_dump(include={"source", "article", "basis"}),
        )
    )


def revoke_delegation(proposal: Proposal, act: a.RevokeDelegation) -> None:
    """Whoever has the grant takes a delegation back, for whatever reason, at once.

    Raises NotYourCase, DelegationUnknown, DelegationIsOver.
    """
    if act.by.account != proposal.state.party:
        raise r.NotYourCase(field="case_id")
    _standing(proposal, act)
    proposal.add(DelegationRevoked(at=act.received_at, act=act.id, delegation=act.delegation))


def issue_delegated_key(proposal: Proposal, act: a.IssueDelegatedKey) -> None:
    """The delegate, and nobody else, gets a key of its own.

    Raises DelegationUnknown, NotYourCase, DelegationIsOver, EnoughKeys.
    """
    known = _standing(proposal, act, of=act.by.account)
    if known.keys >= MOST_KEYS:
        raise r.EnoughKeys(field="case_id")
    proposal.add(
        DelegatedKeyIssued(at=act.received_at, act=act.id, delegation=act.delegation, key_digest=act.key_digest)
    )


def _standing(
    proposal: Proposal, act: a.RevokeDelegation | a.IssueDelegatedKey, of: str | None = None
) -> DelegationState:
    known = proposal.state.delegations.get(act.delegation)
    if known is None:
        raise r.DelegationUnknown(field="delegation")
    if of is not None and known.to != of:
        raise r.NotYourCase(field="case_id")
    if not known.stands(act.received_at):
        raise r.DelegationIsOver(field="delegation")
    return known
