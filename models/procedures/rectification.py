"""Rectification (责令改正、限期整改): a body that breached a duty is ordered to put it right within a time limit.

Lianyungang 39 and Nanjing 39 have the authority order it; in Nanning (35), Yulin (35) and Guangzhou (34) the authority
only proposes, and the government, a superior department or the competent organ orders. Lianyungang's authority owes the
government a report of what is not done in time, from that instant on. Each order sets its own limit, which ends without
anybody's decision.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, Procedure
from rules import procedure_names as names

RECTIFICATION = Procedure(
    name=names.RECTIFICATION,
    code="RC",
    party="initiator",
    filed_for=FiledFor.A_BODY,
    party_is_told=frozenset(),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
