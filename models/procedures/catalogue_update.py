"""Catalogue update (目录更新): an entry of the catalogue follows what has changed, reviewed before it is published.

The clock runs from the event and not from the filing (Nanning 15, Nanjing 18). Who compiles, which reviews apply and
who publishes is in the city's pack: Nanning 14 to 17 and 29, Yulin 6, 13, 15, 22 and 32, Guangzhou 9 to 12, Lianyungang
11 and 12, Nanjing 16 to 18 and 32. Updates of one entry go one after the other, in the order of their receipt.
"""

from __future__ import annotations

from datetime import datetime

from models import acts as a
from models import course
from models import events as e
from models.acts import Act
from models.judging import answer_task_act
from models.procedure import FiledFor, Procedure
from models.proposal import Proposal
from models.restricting import meet, meet_no_more
from rules import procedure_names as names
from rules.procedure_rules import ProcedureRules


def answer(rules: ProcedureRules, proposal: Proposal, act: Act) -> None:
    """What an act makes happen in a catalogue update: its turn comes, an objection keeps the data back, the rest are
    acts on its tasks."""
    match act:
        case a.TakeTurn():
            if proposal.state.behind:
                proposal.add(e.TurnTaken(at=act.received_at, act=act.id, by_case=act.by_case))
                course.complete_the_step(rules, proposal, act.received_at)
        case a.Restrict():
            meet(proposal, act)
        case a.LiftRestriction():
            meet_no_more(proposal, act)
        case _:
            answer_task_act(rules, proposal, act)


def follow(rules: ProcedureRules, proposal: Proposal, at: datetime) -> None:
    """What follows by law. While another update of the same entry goes first, only stages whose clock runs are put
    before their bodies, and the update can be given up."""
    if proposal.state.behind:
        course.follow_while_waiting(rules, proposal, at)
    else:
        course.follow(rules, proposal, at)


CATALOGUE_UPDATE = Procedure(
    name=names.CATALOGUE_UPDATE,
    code="CU",
    party="initiator",
    filed_for=FiledFor.A_BODY,
    party_is_told=frozenset(),
    judged_at_receipt=(),
    concerned_by=frozenset({a.Restrict}),
    may_take_access=False,
    answer=answer,
    follow=follow,
)
