"""An act that no version can judge is settled by whoever runs the system (`kaifang refuse`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities.record.inbox import settle_refused
from models.refusals import NobodyCanJudge

if TYPE_CHECKING:
    from activities.database import Pool

LONGEST_REASON = 2000


class ActUnknown(LookupError):
    """There is no act of that id."""


class ActIsSettled(Exception):
    """The act was accepted or refused before; nothing was changed."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(state)


async def refuse(pool: Pool, act_id: str, reason: str) -> str:
    """The act is refused for this reason, which whoever sent it reads; answers its case.

    Whoever judges it at the same moment either was faster, or finds it settled and writes nothing. Raises ActUnknown,
    ActIsSettled.
    """
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow("select case_id, state from acts where act_id = $1 for update", act_id)
        if row is None:
            raise ActUnknown(act_id)
        if row["state"] != "received":
            raise ActIsSettled(row["state"])
        problem = {"code": NobodyCanJudge.__name__, "reason": reason.strip()[:LONGEST_REASON]}
        await settle_refused(connection, act_id, problem)
        case_id: str = row["case_id"]
    return case_id
