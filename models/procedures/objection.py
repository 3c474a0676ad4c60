"""Objection (异议): somebody shows that open data infringes a right or is wrong; the data is stopped while that is
verified.

Who verifies, within which period, with which measures, and when the objector is told, is in the city's pack: Nanning
22, Yulin 17, Guangzhou 29, Lianyungang 20 and 26, Nanjing 35. A service rule of each pack holds the data back from the
receipt of evidence on a secret or on privacy. This file has what all of them share.
"""

from __future__ import annotations

from datetime import datetime

from models import acts as a
from models import course
from models.acts import Act, ReceivedAct
from models.judging import answer_task_act
from models.objecting import hold_or_say_why_not, review_suspension, submit_evidence
from models.procedure import FiledFor, PartyIsTold, Procedure
from models.proposal import Proposal
from models.withdrawing import withdraw
from rules import procedure_names as names
from rules.procedure_rules import ProcedureRules


def answer(rules: ProcedureRules, proposal: Proposal, act: Act) -> None:
    """What an act makes happen in an objection: the objector adds evidence or takes it back, whoever verifies it may
    decide again whether to suspend, and all other acts are acts on its tasks."""
    match act:
        case a.SubmitEvidence():
            submit_evidence(rules, proposal, act)
        case a.Withdraw():
            withdraw(rules, proposal, act)
        case a.ReviewSuspension():
            review_suspension(rules, proposal, act)
        case _:
            answer_task_act(rules, proposal, act)


def follow(rules: ProcedureRules, proposal: Proposal, at: datetime) -> None:
    """What follows by law; first of all the hold, which is in force from the receipt of the objection."""
    if proposal.state.step is None:
        hold_or_say_why_not(rules, proposal, at)
    course.follow(rules, proposal, at)


OBJECTION = Procedure(
    name=names.OBJECTION,
    code="OB",
    party="objector",
    filed_for=FiledFor.ITSELF,
    party_is_told=frozenset({PartyIsTold.PROGRESS}),
    # What stops data depends on no machine but PostgreSQL: the receipt judges every act on an objection.
    judged_at_receipt=(ReceivedAct,),
    concerned_by=frozenset(),
    may_take_access=True,
    answer=answer,
    follow=follow,
)
