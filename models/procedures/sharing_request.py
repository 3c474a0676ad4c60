"""Sharing request (共享申请): a department, or another unit with a public task, asks for data of a department.

Nanjing 22: what is shared with all departments a department gets at once (first paragraph); what is shared with some of
them, or is to be copied, the centre and the department that has it give an opinion on, and the authority determines
(second paragraph); for another unit authority and department give the opinion, and the city government determines
(third paragraph). Who signs and how long access lasts is in the city's pack. This file has what all ways share.
"""

from __future__ import annotations

from models import acts as a
from models.acts import Act
from models.course import follow
from models.entries import items_gone, meet_change
from models.judging import answer_task_act
from models.procedure import FiledFor, PartyIsTold, Procedure
from models.procedures.access_request import end
from models.proposal import Proposal
from models.restricting import all_withdrawn, meet, meet_no_more
from models.restrictions import DATA_WITHDRAWN
from models.withdrawing import withdraw
from rules import procedure_names as names
from rules.procedure_rules import ProcedureRules


def answer(rules: ProcedureRules, proposal: Proposal, act: Act) -> None:
    """What an act makes happen in a sharing request: who asked may withdraw, other cases may restrict or change the
    data, and all other acts are acts on its tasks. How far the data is open to the public is nothing to it."""
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
            if outcome := items_gone(act, proposal.state.data_items):
                end(proposal, act.received_at, outcome)
        case _:
            answer_task_act(rules, proposal, act)


SHARING_REQUEST = Procedure(
    name=names.SHARING_REQUEST,
    code="SR",
    party="requester",
    filed_for=FiledFor.ITSELF_OR_A_BODY,
    party_is_told=frozenset({PartyIsTold.PROGRESS, PartyIsTold.DATA}),
    judged_at_receipt=(),
    concerned_by=frozenset({a.Restrict, a.ChangeEntry}),
    may_take_access=False,
    answer=answer,
    follow=follow,
)
