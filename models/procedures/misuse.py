"""Misuse (利用行为监督、举报): somebody reports how data is used, or a body finds it, and the grant may be curtailed.

Nanning 27 and Yulin 30: whoever finds unauthorised use, abuse, spreading or a leak closes the access in time, and
anybody may report it. Guangzhou 30: provider and authority restrict unlawful use and publish act and measure.
Lianyungang 38: anybody may report; what follows is left open. Who decides what is in the city's pack.
"""

from __future__ import annotations

from models.acts import ReceivedAct
from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, PartyIsTold, Procedure
from rules import procedure_names as names

MISUSE = Procedure(
    name=names.MISUSE,
    code="MU",
    party="reporter",
    # Whoever reports decides nothing of it, for whatever body: a colleague does.
    filed_for=FiledFor.ITSELF,
    party_is_told=frozenset({PartyIsTold.PROGRESS}),
    # A grant is closed when the decision is received, as an objection stops data.
    judged_at_receipt=(ReceivedAct,),
    concerned_by=frozenset(),
    may_take_access=True,
    answer=answer_task_act,
    follow=follow,
)
