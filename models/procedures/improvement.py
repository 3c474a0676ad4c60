"""Improvement (评估问题整改): a body answers what it did about a finding of an evaluation.

Nanjing 37: what an evaluation finds is put right promptly. One case a finding, before the body concerned; the authority
accepts the answer or returns it, and where the finding is about the authority itself, the government does.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, Procedure
from rules import procedure_names as names

IMPROVEMENT = Procedure(
    name=names.IMPROVEMENT,
    code="IM",
    party="initiator",
    filed_for=FiledFor.A_BODY,
    party_is_told=frozenset(),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
