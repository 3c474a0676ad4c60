"""Opening plan (年度开放计划): what a body is to open in a year.

Guangzhou 7: by the focus of the year, in four parts, filed with the authority, which passes it on to the next level.
Nanning 18: submitted to the authority. One case a body and year; another one for the same year replaces it, and both
stay on record.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, Procedure
from rules import procedure_names as names

OPENING_PLAN = Procedure(
    name=names.OPENING_PLAN,
    code="OP",
    party="initiator",
    filed_for=FiledFor.A_BODY,
    party_is_told=frozenset(),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
