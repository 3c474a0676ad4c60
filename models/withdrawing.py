"""Whoever filed a case takes it back: what that ends, and what a body has to verify all the same. Pure."""

from __future__ import annotations

from models import acts as a
from models import events as e
from models.course import cancel_open_tasks
from models.proposal import Proposal
from models.refusals import AlreadyWithdrawn, NotYourCase, ProcedureKnowsNoSuchAct
from models.restricting import move_data
from models.restrictions import RestrictionKind
from models.state import CaseState
from models.who_may_act import is_the_party
from rules.pack import WITHDRAWN
from rules.pinned_stages import DataEffect
from rules.procedure_rules import ProcedureRules


def withdraw(rules: ProcedureRules, proposal: Proposal, act: a.Withdraw) -> None:
    """The party takes its case back: then it is closed, and data that was held for it is served again.

    Where a body has stopped data, or the law has it act on what it was told, the withdrawal is on record and the bodies
    go on. Raises NotYourCase, ProcedureKnowsNoSuchAct, AlreadyWithdrawn.
    """
    state = proposal.state
    if not is_the_party(state, act.by):
        raise NotYourCase(field="case_id")
    if rules.withdrawal is None:
        raise ProcedureKnowsNoSuchAct(field="kind")
    if state.withdrawn_at is not None:
        raise AlreadyWithdrawn(field="case_id")
    proposal.add(e.Withdrawn(at=act.received_at, act=act.id))
    if is_verified_on(rules, state):
        return
    cancel_open_tasks(proposal, act.received_at, because=WITHDRAWN)
    move_data(proposal, DataEffect.SERVE, act.received_at, state.restricted_items)
    proposal.add(e.Closed(at=act.received_at, outcome=WITHDRAWN))


def is_verified_on(rules: ProcedureRules, state: CaseState) -> bool:
    """Whether the facts are verified though nobody asks for it any more: a body found it necessary to stop data, or
    what was stated is such that the law has it act once it knows."""
    stopped = any(each.kind is not RestrictionKind.HOLD for each in state.in_force)
    return stopped or any(state.choices.get(name) in values for name, values in rules.verified_on.items())
