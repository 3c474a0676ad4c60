"""Leak (泄露事件): a user of data reports a security problem, or information on the platform's users is at risk.

Guangzhou 33: the provider is told promptly. Nanjing 34: the operator remedies it at once, and tells the users and the
authority. Who does what is in the city's pack. The procedure itself keeps no data back; an objection does that.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, Procedure
from rules import procedure_names as names

LEAK = Procedure(
    name=names.LEAK,
    code="LK",
    party="reporter",
    filed_for=FiledFor.ITSELF_ABOUT_A_DATASET,
    party_is_told=frozenset(),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=True,
    answer=answer_task_act,
    follow=follow,
)
