"""Use report (利用情况反馈): at the interval of the agreement a grantee reports how the data is used and what came of
it, and a body assesses whether the use is lawful and as agreed.

Nanning 26, Yulin 29: to the provider, who follows the use. Guangzhou 19.2, 26, 30.1: authority and provider judge it.
Lianyungang 24, 25: as agreed, judged promptly. Nanjing 27.4: the authority follows the use. A report that is missing
is late, takes nothing from anybody, and is taken when it comes. An assessment may begin a case of misuse.
"""

from __future__ import annotations

from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, PartyIsTold, Procedure
from rules import procedure_names as names

USE_REPORT = Procedure(
    name=names.USE_REPORT,
    code="UR",
    party="user",
    filed_for=FiledFor.ITSELF,
    party_is_told=frozenset({PartyIsTold.PROGRESS}),
    judged_at_receipt=(),
    concerned_by=frozenset(),
    may_take_access=False,
    answer=answer_task_act,
    follow=follow,
)
