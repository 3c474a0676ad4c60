"""Access (数据获取): a grant lives as a case of its own, until it expires, is revoked, or is given back.

Terms come from the request that ended in the grant and from the agreement (Nanning 20(5), Yulin 23, Guangzhou 16,
Lianyungang 19, Nanjing 27). A body that finds misuse closes access promptly (Nanning 27.2, Yulin 30.2); in Guangzhou
that is published and can be appealed (30.1), so there a grant is ended by a decision on its misuse alone.
Whoever has it may delegate access where the rules of the city know that.
"""

from __future__ import annotations

from datetime import datetime

from models import acts as a
from models import events as e
from models.access_events import AccessEnded, AccessRenounced, AccessRevoked, KeyIssued
from models.acts import Act, ReceivedAct
from models.curtailing import meet_curtailment, meet_curtailment_no_more
from models.delegating import delegate, issue_delegated_key, revoke_delegation
from models.demanding import missing
from models.entries import items_gone, meet_change, nothing_left
from models.entrusting import stands_in_for_all
from models.judging import add_note
from models.procedure import FiledFor, PartyIsTold, Procedure
from models.proposal import Proposal
from models.refusal import Missing
from models.refusals import (
    EndsElsewhere,
    EnoughKeys,
    NotYourCase,
    NotYourTask,
    ProcedureKnowsNoSuchAct,
    RequirementMissing,
)
from models.restricting import all_withdrawn, meet, meet_no_more
from models.restrictions import DATA_WITHDRAWN
from models.state import CaseState, GrantState
from models.using import inspect, record_use
from models.who_may_act import acts_for_itself_alone, is_the_party
from rules import procedure_names as names
from rules.pinned import Requirement
from rules.procedure_rules import PROVIDER, REVOKED, ProcedureRules

MOST_KEYS = 200
"""Of one grant."""


def answer(rules: ProcedureRules, proposal: Proposal, act: Act) -> None:
    """What an act makes happen to a grant."""
    state = proposal.state
    match act:
        case a.IssueKey():
            if not is_the_party(state, act.by):
                raise NotYourCase(field="case_id")
            if state.keys >= MOST_KEYS:
                raise EnoughKeys(field="case_id")
            proposal.add(KeyIssued(at=act.received_at, act=act.id, key_digest=act.key_digest))
        case a.Delegate():
            delegate(rules, proposal, act)
        case a.RevokeDelegation():
            revoke_delegation(proposal, act)
        case a.IssueDelegatedKey():
            issue_delegated_key(proposal, act)
        case a.Renounce():
            if not is_the_party(state, act.by):
                raise NotYourCase(field="case_id")
            proposal.add(AccessRenounced(at=act.received_at, act=act.id))
            proposal.add(e.Closed(at=act.received_at, outcome="renounced"))
        case a.Revoke():
            revoke(rules, proposal, act)
        case a.Restrict():
            assert state.grant
            meet(proposal, act)
            if all_withdrawn(proposal.state, state.grant.data_items):
                proposal.add(AccessEnded(at=act.received_at, act=act.id, by_case=act.by_case))
                proposal.add(e.Closed(at=act.received_at, outcome=DATA_WITHDRAWN))
        case a.LiftRestriction():
            meet_no_more(proposal, act)
        case a.ChangeEntry():
            assert state.grant
            meet_change(proposal, act, state.grant.data_items)
            if outcome := nothing_left_of(state.grant, act):
                proposal.add(AccessEnded(at=act.received_at, act=act.id, by_case=act.by_case))
                proposal.add(e.Closed(at=act.received_at, outcome=outcome))
        case a.Curtail():
            meet_curtailment(proposal, act)
        case a.LiftCurtailment():
            meet_curtailment_no_more(proposal, act)
        case a.RecordUse():
            record_use(rules, proposal, act)
        case a.Inspect():
            inspect(rules, proposal, act)
        case a.Note():
            add_note(proposal, act)
        case a.File():
            pass
        case _:
            raise ProcedureKnowsNoSuchAct(field="kind")


def nothing_left_of(grant: GrantState, act: a.ChangeEntry) -> str | None:
    """The outcome with which a grant ends because the entry has changed; None while something is left. How far data is
    open to the public is nothing to what departments share."""
    if grant.shared:
        return items_gone(act, grant.data_items)
    return nothing_left(act, grant.data_items, needs_grant=False)


def revoking_bodies(rules: ProcedureRules, state: CaseState) -> frozenset[str]:
    """The bodies to which the law gives the right to end the grant by an act on it."""
    roles = rules.revocation.by if rules.revocation else (PROVIDER,)
    return frozenset(body for role in roles if (body := state.bodies.get(role)))


def revoke(rules: ProcedureRules, proposal: Proposal, act: a.Revoke) -> None:
    """A body to which the law gives that right ends the grant, or another in its place where nobody of it may (回避),
    with a reason; the log names the article.

    Raises EndsElsewhere where the rules let none end it but by a decision in another procedure, NotYourTask,
    PartyToTheCase, RequirementMissing.
    """
    rule, bodies = rules.revocation, revoking_bodies(rules, proposal.state)
    if rule and rule.through:
        by = rule.citation
        raise EndsElsewhere(field="case_id", rule=by.article, basis=by.basis, source=by.source, through=rule.through)
    if act.by.body not in bodies and not stands_in_for_all(rules, proposal, bodies, act):
        raise NotYourTask(field="case_id")
    acts_for_itself_alone(proposal, act.by)
    if "reason" not in act.given:
        if rule is None:
            raise RequirementMissing(Missing(("reason",)))
        raise missing(Requirement(any_of=("reason",), citation=rule.citation))
    cited = rule.citation.model_dump(include={"source", "article", "basis"}) if rule else {}
    proposal.add(AccessRevoked(at=act.received_at, act=act.id, by=act.by.account, **cited))
    proposal.add(e.Closed(at=act.received_at, outcome=REVOKED))


def follow(rules: ProcedureRules, proposal: Proposal, at: datetime) -> None:
    """Nothing follows from an act on a grant except what the act itself does; time ends a grant (`models.passing`)."""


ACCESS = Procedure(
    name=names.ACCESS,
    code="AC",
    party="applicant",
    # What a department is granted is the department's, whoever filed for it.
    filed_for=FiledFor.ITSELF_OR_A_BODY,
    party_is_told=frozenset({PartyIsTold.DATA}),
    # A revocation ends the access when it is received, as an objection stops data.
    judged_at_receipt=(ReceivedAct,),
    concerned_by=frozenset({a.Restrict, a.ChangeEntry}),
    may_take_access=False,
    answer=answer,
    follow=follow,
)
