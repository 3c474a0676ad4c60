"""A look at the tasks that nobody of their body may decide, for all who serve it have a side in the case (回避): each
is entrusted to another body."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from activities.database import AWAY
from activities.record.claims import Settled
from activities.record.sides import STUCK
from models.procedure import FiledFor
from models.procedures import PROCEDURES

if TYPE_CHECKING:
    from activities.database import Pool

LOG = logging.getLogger("kaifang.entrusting")

A_SET = 200
"""Cases in one look."""
MAY_BE_FOR_A_BODY = [each.name for each in PROCEDURES if each.filed_for is not FiledFor.ITSELF]
FOR_A_BODY = [each.name for each in PROCEDURES if each.filed_for is FiledFor.A_BODY]
"""Procedures whose cases may be, and always are, filed for a body."""
CONCERNS_OTHERS = [each.name for each in PROCEDURES if each.name in MAY_BE_FOR_A_BODY or each.may_take_access]
"""Procedures in whose cases others than the party may have a side."""


class EntrustsTasks(Protocol):
    """Where tasks are entrusted: the inbox, which asks the directory who serves which body."""

    async def entrust_tasks(self, case_id: str) -> Sequence[Settled]:
        """What came of each task of a case of whose body nobody is impartial. Raises CaseUnknown."""


class Entrusting:
    """Looks for tasks of whose body nobody is impartial, so that none waits for somebody who may never decide it."""

    def __init__(self, pool: Pool, inbox: EntrustsTasks, every: float = 20.0, a_set: int = A_SET) -> None:
        self._pool = pool
        self._inbox = inbox
        self._every = every
        self._a_set = a_set
        self._after = ""
        """The last case of the last look: those that are tried in vain keep no other from its turn."""

    async def run(self) -> None:
        """Looks until it is cancelled; an absent PostgreSQL is waited for."""
        while True:
            try:
                await self.look()
            except* AWAY as away:
                LOG.info("PostgreSQL is away: %r", away.exceptions)
            except* Exception:
                LOG.exception("conflicts of interest cannot be looked at")
            await asyncio.sleep(self._every)

    async def look(self) -> int:
        """One look at a set of cases, of which the next look takes the next; returns in how many a task was entrusted.

        What is wrong with one case holds up no other.
        """
        rows = await self._pool.fetch(STUCK, self._a_set, self._after, MAY_BE_FOR_A_BODY, FOR_A_BODY, CONCERNS_OTHERS)
        cases = [row["case_id"] for row in rows]
        entrusted = 0
        for case_id in cases:
            try:
                settled = await self._inbox.entrust_tasks(case_id)
            except AWAY:
                raise
            except Exception:
                LOG.exception("tasks of case %s cannot be entrusted", case_id)
                continue
            for refused in (each for each in settled if each.state == "refused"):
                LOG.warning("a task of case %s is not entrusted: %s", case_id, (refused.problem or {}).get("code"))
            entrusted += any(each.state == "accepted" for each in settled)
        self._after = cases[-1] if len(cases) == self._a_set else ""
        if entrusted:
            LOG.info("tasks of whose body nobody is impartial were entrusted to another in %d cases", entrusted)
        return entrusted
