"""Evaluation (考核评估): the authority evaluates a year of opening by pinned figures, and makes the result known.

Guangzhou 28 and Lianyungang 37: the operator hands in its statistics before. Nanning 33: by four aspects. Yulin 5,
Nanjing 6 and 37. One case a year; what it finds of a body is a case of improvement.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, Procedure
from rules import procedure_names as names

EVALUATION = Procedure(
    name=names.EVALUATION,
    code="EV",
    party="initiator",
    filed_for=FiledFor.A_BODY,
    party_is_told=frozenset(),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
