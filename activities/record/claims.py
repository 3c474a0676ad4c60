"""A claim lapses when its officer no longer serves the body: the directory is asked, and the log has the event."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from activities.database import AWAY
from activities.idempotency import id_from_key
from models.acts import Actor, LapseClaim
from rules.pinned import APPLICANT

if TYPE_CHECKING:
    from activities.database import Connection, Pool

LOG = logging.getLogger("kaifang.claims")

BY_DIRECTORY = Actor(account="directory")
"""Who says that somebody serves a body no more."""
A_SET = 200
"""Cases in one look."""
NOT_STAMPED = datetime.min.replace(tzinfo=UTC)
"""The inbox stamps every act."""
FORSAKEN = f"""
ended_at is null and claimed_by is not null and tasks.body <> '{APPLICANT}'
and not exists (
  select from accounts where account_id = claimed_by and accounts.body = tasks.body and 'reviewer' = any(roles)
) and not exists (
  select from acts where acts.case_id = tasks.case_id and acts.state = 'received' and acts.kind = 'lapse_claim'
  and act ->> 'task_id' = task_id
)
"""  # noqa: S608 - a constant
OF_CASE = f"""
select task_id, claimed_by, number from tasks join cases using (case_id)
where case_id = $1 and {FORSAKEN} order by task_id
"""  # noqa: S608 - constants
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


class Settled(Protocol):
    """How an act was settled, and why it was refused if it was."""

    @property
    def state(self) -> str: ...

    @property
    def problem(self) -> Mapping[str, str] | None: ...


class LapsesClaims(Protocol):
    """What lets claims lapse: the inbox does, and asks here who no longer serves a body."""

    async def lapse_claims(self, case_id: str) -> Sequence[Settled]:
        """The result for each claim of a case whose officer no longer serves its body. Raises CaseUnknown."""


class Lapsing:
    """Looks for claims whose officers have left, so that none outlives its holder where nobody acts on the task."""

    def __init__(self, pool: Pool, inbox: LapsesClaims, every: float = 20.0, a_set: int = A_SET) -> None:
        self._pool = pool
        self._inbox = inbox
        self._every = every
        self._a_set = a_set
        self._after = ""
        """The last case of the last look: so cases that are tried in vain keep no other from its turn."""

    async def run(self) -> None:
        """Looks until it is cancelled; an absent PostgreSQL is waited for."""
        while True:
            try:
                await self.look()
            except* AWAY as away:
                LOG.info("PostgreSQL is away: %r", away.exceptions)
            except* Exception:
                LOG.exception("claims cannot be looked at")
            await asyncio.sleep(self._every)

    async def look(self) -> int:
        """One look: claims of those who have left lapse in a set of cases, of which the next look takes the next;
        returns in how many cases one has lapsed.

        What is wrong with one case holds up no other.
        """
        cases = [row["case_id"] for row in await self._pool.fetch(CASES, self._a_set, self._after)]
        lapsed = 0
        for case_id in cases:
            try:
                settled = await self._inbox.lapse_claims(case_id)
            except AWAY:
                raise
            except Exception:
                LOG.exception("claims of case %s cannot lapse", case_id)
                continue
            for refused in (each for each in settled if each.state == "refused"):
                LOG.warning("a claim of case %s does not lapse: %s", case_id, (refused.problem or {}).get("code"))
            lapsed += any(each.state == "accepted" for each in settled)
        self._after = cases[-1] if len(cases) == self._a_set else ""
        if lapsed:
            LOG.info("claims of officers who have left lapsed in %d cases", lapsed)
        return lapsed
