"""Openness review (开放属性评估): closed and conditional data is evaluated from time to time, and opened further where
that is possible.

Guangzhou 10 has the provider do it, Nanning 15 the authority for data that is not open yet. Yulin 10 and Nanjing 23
want it opened further without saying when it is looked at, so their interval is a service rule. A case is about one
dataset; a case that finds that its data can be opened further orders a catalogue update.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, Procedure
from rules import procedure_names as names

OPENNESS_REVIEW = Procedure(
    name=names.OPENNESS_REVIEW,
    code="OR",
    party="initiator",
    filed_for=FiledFor.ITSELF,
    party_is_told=frozenset(),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
