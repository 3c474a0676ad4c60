"""Demand (需求): somebody asks for data that is not in the catalogue, and its provider says whether it can be opened.

Guangzhou 18 gives two clocks from one receipt, reasons within five working days if the answer is no and the data within
twenty if it is yes; Yulin 18 and Nanning 15 give no number. A demand that is agreed to orders a catalogue update, and
what waits for the data is done when that is published.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, PartyIsTold, Procedure
from rules import procedure_names as names

DEMAND = Procedure(
    name=names.DEMAND,
    code="DM",
    party="requester",
    filed_for=FiledFor.ITSELF,
    party_is_told=frozenset({PartyIsTold.PROGRESS, PartyIsTold.PROVISION}),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
