"""An act is settled as refused: by the law, or, where no version can judge it, by whoever runs the system
(`kaifang refuse`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from activities.evidence.files import take_out
from models.acts import SubmitEvidence
from models.refusals import NobodyCanJudge

if TYPE_CHECKING:
    from activities.database import Connection, Pool

LONGEST_REASON = 2000
KIND_OF_EVIDENCE = SubmitEvidence.model_fields["kind"].default


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


async def settle_refused(connection: Connection, act_id: str, problem: Mapping[str, Any]) -> None:
    """An act that was not accepted is refused, for a named reason, and the evidence that came with it belongs to no
    case; an accepted one stays accepted."""
    kind = await connection.fetchval(
        "update acts set state = 'refused', problem = $2, delivered_at = clock_timestamp() "
        "where act_id = $1 and state = 'received' returning kind",
        act_id,
        json.dumps(dict(problem)),
    )
    if kind == KIND_OF_EVIDENCE:
        await take_out(connection, act_id)
