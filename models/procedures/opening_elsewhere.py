"""Opening elsewhere (平台外开放备案): a body that opens data outside the platform files that beforehand.

Guangzhou 16, first paragraph: where a special reason keeps data from the platform, its provider files that with the
authority before the opening begins. What is filed later is late on record and bars nothing; the authority takes it on
record and approves nothing.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, Procedure
from rules import procedure_names as names

OPENING_ELSEWHERE = Procedure(
    name=names.OPENING_ELSEWHERE,
    code="OE",
    party="initiator",
    filed_for=FiledFor.A_BODY,
    party_is_told=frozenset(),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
