"""A claim lapses when its officer no longer serves the body: the directory is asked, and the log has the event."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from activities.idempotency import id_from_key
from activities.record.rounds import A_SET, Rounds, Settled
from models.acts import Actor, LapseClaim
from rules.pinned import APPLICANT

if TYPE_CHECKING:
    from activities.database import Connection, Pool

LOG = logging.getLogger("kaifang.claims")

BY_DIRECTORY = Actor(account="directory")
"""Who says that somebody serves a body no more."""
NOT_STAMPED = datetime.min.replace(tzinfo=UTC)
"""The inbox stamps every act."""
FORSAKEN = f"""
ended_at is null and claimed_by is not null and tasks.body <> '{APPLICANT}'
and not exists (
  select from accounts where account_id = claimed_by and accounts.body = tasks.body and 'reviewer' = any(roles)
) and not exists (
  select from acts where acts.case_id = tasks.case_id and acts.state = 'received' and acts.delivered_at is null
    and acts.kind = 'lapse_claim'
  and act ->> 'task_id' = task_id
)
"""  # noqa: S608 - a constant
OF_CASE = f"""
select task_id, claimed_by, number from tasks join cases using (case_id)
where case_id = $1 and {FORSAKEN} order by task_id
"""  # noqa: S608 - constants
ANY_FORSAKEN = f"exists (select from tasks where case_id = $1 and {FORSAKEN})"
"""Whether `forsaken` would find any of a case: nearly always not."""
CASES = f"select distinct case_id from tasks where {FORSAKEN} and case_id > $2 order by case_id limit $1"  # noqa: S608 - constants


async def forsaken(connection: Connection, case_id: str) -> list[LapseClaim]:
    """An act for each claimed open task of a case whose officer no longer serves its body, unless one waits already.

    An account that the directory does not know serves nobody.
    """
    return [
        LapseClaim(
            # One claim of one officer lapses once, however often it is looked at.
            id=id_from_key(BY_DIRECTORY.account, row["task_id"], f"{row['claimed_by']}/{row['number']}"),
            case_id=case_id,
            by=BY_DIRECTORY,
            received_at=NOT_STAMPED,
            task_id=row["task_id"],
            officer=row["claimed_by"],
        )
        for row in await connection.fetch(OF_CASE, case_id)
    ]


class LapsesClaims(Protocol):
    """What lets claims lapse: the inbox does, and asks here who no longer serves a body."""

    async def lapse_claims(self, case_id: str) -> Sequence[Settled]:
        """The result for each claim of a case whose officer no longer serves its body. Raises CaseUnknown."""


class Lapsing(Rounds):
    """Looks for claims whose officers have left, so that none outlives its holder where nobody acts on the task."""

    log = LOG
    what = "claims"
    unsettled = "a claim of case %s does not lapse"
    settled = "claims of officers who have left lapsed in %d cases"

    def __init__(self, pool: Pool, inbox: LapsesClaims, every: float = 20.0, a_set: int = A_SET) -> None:
        super().__init__(pool, every, a_set)
        self._inbox = inbox

    async def cases(self, most: int, after: str) -> list[str]:
        return [row["case_id"] for row in await self._pool.fetch(CASES, most, after)]

    async def settle(self, case_id: str) -> Sequence[Settled]:
        return await self._inbox.lapse_claims(case_id)
