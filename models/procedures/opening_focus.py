"""Opening focus (年度开放重点): what the city opens first in a year, drawn up by the authority with the departments
concerned, heard in public and published.

Guangzhou 6. One case a year.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, Procedure
from rules import procedure_names as names

OPENING_FOCUS = Procedure(
    name=names.OPENING_FOCUS,
    code="OF",
    party="initiator",
    filed_for=FiledFor.A_BODY,
    party_is_told=frozenset(),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
