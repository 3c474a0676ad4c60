"""Contact for the platform (平台联系人备案): a body says who it is, within two working days of a change (Nanning 12.2).

What is passed on late is late on record and taken on file all the same. The contact stands in the directory from then
on, in place of the one before.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, PartyIsTold, Procedure
from rules import procedure_names as names

CONTACT_CHANGE = Procedure(
    name=names.CONTACT_CHANGE,
    code="CT",
    party="initiator",
    filed_for=FiledFor.A_BODY,
    party_is_told=frozenset({PartyIsTold.PROGRESS}),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
