"""Appeal (申诉) of a user of data against what was taken of the grant (Guangzhou 30.1). It suspends nothing; upheld, it
gives the grant back and corrects what was published.

It is a case of its own, for the case about the misuse holds the report, which its subject does not read. Whoever has a
side in that case, the reporter first, has one here.
"""

from __future__ import annotations

from models.acts import ReceivedAct
from models.course import follow
from models.judging import answer_task_act
from models.procedure import FiledFor, PartyIsTold, Procedure
from rules import procedure_names as names

MISUSE_APPEAL = Procedure(
    name=names.MISUSE_APPEAL,
    code="MA",
    party="appellant",
    filed_for=FiledFor.ITSELF,
    party_is_told=frozenset({PartyIsTold.PROGRESS}),
    # A grant that is given back is open at once, as it was closed at once.
    judged_at_receipt=(ReceivedAct,),
    concerned_by=frozenset(),
    may_take_access=True,
    answer=answer_task_act,
    follow=follow,
)
