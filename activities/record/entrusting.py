"""A look at the tasks that nobody of their body may decide, for all who serve it have a side in the case (回避): each
is entrusted to another body."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from activities.record.rounds import A_SET, Rounds, Settled
from activities.record.sides import STUCK
from models.procedure import FiledFor
from models.procedures import PROCEDURES

if TYPE_CHECKING:
    from activities.database import Pool

LOG = logging.getLogger("kaifang.entrusting")

MAY_BE_FOR_A_BODY = [each.name for each in PROCEDURES if each.filed_for is not FiledFor.ITSELF]
FOR_A_BODY = [each.name for each in PROCEDURES if each.filed_for is FiledFor.A_BODY]
"""Procedures whose cases may be, and always are, filed for a body."""
CONCERNS_OTHERS = [each.name for each in PROCEDURES if each.name in MAY_BE_FOR_A_BODY or each.may_take_access]
"""Procedures in whose cases others than the party may have a side."""


class EntrustsTasks(Protocol):
    """Where tasks are entrusted: the inbox, which asks the directory who serves which body."""

    async def entrust_tasks(self, case_id: str) -> Sequence[Settled]:
        """What came of each task of a case of whose body nobody is impartial. Raises CaseUnknown."""


class Entrusting(Rounds):
    """Looks for tasks of whose body nobody is impartial, so that none waits for somebody who may never decide it."""

    log = LOG
    what = "conflicts of interest"
    unsettled = "a task of case %s is not entrusted"
    settled = "tasks of whose body nobody is impartial were entrusted to another in %d cases"

    def __init__(self, pool: Pool, inbox: EntrustsTasks, every: float = 20.0, a_set: int = A_SET) -> None:
        super().__init__(pool, every, a_set)
        self._inbox = inbox

    async def cases(self, most: int, after: str) -> list[str]:
        rows = await self._pool.fetch(STUCK, most, after, MAY_BE_FOR_A_BODY, FOR_A_BODY, CONCERNS_OTHERS)
        return [row["case_id"] for row in rows]

    async def settle(self, case_id: str) -> Sequence[Settled]:
        return await self._inbox.entrust_tasks(case_id)
