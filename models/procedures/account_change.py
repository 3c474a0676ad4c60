"""Application for a platform account (平台账户申请): a body asks for an account, for a change or for the end of one.

Nanning 12.1 has the authority answer within two working days, Yulin 21 the operator within five. What is agreed to
stands in the directory from the answer on.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, PartyIsTold, Procedure
from rules import procedure_names as names

ACCOUNT_CHANGE = Procedure(
    name=names.ACCOUNT_CHANGE,
    code="AA",
    party="initiator",
    filed_for=FiledFor.A_BODY,
    party_is_told=frozenset({PartyIsTold.PROGRESS}),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
