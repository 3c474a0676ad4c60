"""Access request (有条件开放数据申请): an applicant asks for conditional data, and the bodies of the city decide.

Which body decides what, in which order, within which period, and what a refusal needs, is in the city's pack: Nanning
20, Yulin 23, Guangzhou 16 and 17, Lianyungang 10 and 19, Nanjing 27. This file has what all of them share.
"""

from __future__ import annotations

from datetime import datetime

from models import acts as a
from models import events as e
from models.acts import Act
from models.course import cancel_open_tasks, follow
from models.entries import meet_change, nothing_left
from models.judging import answer_task_act
from models.procedure import FiledFor, PartyIsTold, Procedure
from models.proposal import Proposal
from models.restricting import all_withdrawn, meet, meet_no_more
from models.restrictions import DATA_WITHDRAWN
from models.withdrawing import withdraw
from rules import procedure_names as names
from rules.procedure_rules import ProcedureRules


def answer(rules: ProcedureRules, proposal: Proposal, act: Act) -> None:
    """What an act makes happen in an access request: the applicant may withdraw, other cases may restrict or change the
    data, and all other acts are acts on its tasks."""
    match act:
        case a.Withdraw():
            withdraw(rules, proposal, act)
        case a.Restrict():
            meet(proposal, act)
            if all_withdrawn(proposal.state, proposal.state.data_items):
                end(proposal, act.received_at, DATA_WITHDRAWN)
        case a.LiftRestriction():
            meet_no_more(proposal, act)
        case a.ChangeEntry():
            meet_change(proposal, act, proposal.state.data_items)
            if outcome := nothing_left(act, proposal.state.data_items, needs_grant=True):
                end(proposal, act.received_at, outcome)
        case _:
            answer_task_act(rules, proposal, act)


def end(proposal: Proposal, at: datetime, outcome: str) -> None:
    """Closes the case where nothing is left to grant because of what other cases did."""
    cancel_open_tasks(proposal, at, because=outcome)
    proposal.add(e.Closed(at=at, outcome=outcome))


ACCESS_REQUEST = Procedure(
    name=names.ACCESS_REQUEST,
    code="AR",
    party="applicant",
    filed_for=FiledFor.ITSELF,
    party_is_told=frozenset({PartyIsTold.PROGRESS, PartyIsTold.DATA}),
    judged_at_receipt=(),
    concerned_by=frozenset({a.Restrict, a.ChangeEntry}),
    may_take_access=False,
    answer=answer,
    follow=follow,
)
