"""Quality check (质量校核): who obtained data doubts it or found a fault, and its provider reports the result.

Nanning 20(6): raised within two working days, answered within three. Yulin 24: no number. What is raised late is late
on record and checked all the same. The data stays served meanwhile; a correction may order an update of the catalogue.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, PartyIsTold, Procedure
from rules import procedure_names as names

QUALITY_CHECK = Procedure(
    name=names.QUALITY_CHECK,
    code="QC",
    party="user",
    filed_for=FiledFor.ITSELF,
    party_is_told=frozenset({PartyIsTold.PROGRESS}),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
