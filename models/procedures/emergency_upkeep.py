"""Upkeep in an emergency (应急开放数据动态更新): data opened in an emergency is updated as the public needs it.

Yulin 13 wants that and sets no time, so it is looked at again after the days of a service rule, until the provider
finds the emergency over. A case is about one dataset; it finds the data current, or orders an update of its entry.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, Procedure
from rules import procedure_names as names

EMERGENCY_UPKEEP = Procedure(
    name=names.EMERGENCY_UPKEEP,
    code="EU",
    party="initiator",
    filed_for=FiledFor.ITSELF,
    party_is_told=frozenset(),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
