"""What fails again and again is on record: which act, since when, how often and why, until it is settled.

An act that waits only because a machine is away is not here. What is here needs a person, who sees it in the metrics,
in the supervisors' list and by `kaifang reconcile`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import asyncpg

from activities.database import AWAY

if TYPE_CHECKING:
    from activities.database import Connection, Pool

LOG = logging.getLogger("kaifang.failing")

OF_TIME = ""
"""In the place of an act: what time itself was to bring about."""
PASSING = (
    *AWAY,
    asyncpg.TransactionRollbackError,  # class 40
    asyncpg.InsufficientResourcesError,  # class 53
    asyncpg.ObjectNotInPrerequisiteStateError,  # class 55: a lock was not got
    asyncpg.PostgresSystemError,  # class 58: a disk that fails
)
"""Errors that are not about the act: the same may work at the next try."""
LONGEST_DETAIL = 200

NOTE = """
insert into failures (case_id, act_id, why, detail, times, first_at, last_at, number)
select $1::text, act_id, $3, $4, 1, clock_timestamp(), clock_timestamp(), (select number from cases where case_id = $1)
from unnest($2::text[]) act_id
on conflict (case_id, act_id) do update set why = excluded.why, detail = excluded.detail, last_at = excluded.last_at,
  number = excluded.number, times = failures.times + 1
"""
STANDING = """
left join acts on acts.act_id = failures.act_id left join cases on cases.case_id = failures.case_id
where (acts.state = 'received' or failures.act_id = '' and cases.number = failures.number)
"""
"""Failures that still stand: the act is not settled, or the log is as it was when time failed. Without a log nothing
shows that it has come about; `kaifang reconcile` names such a case among those that the engine runs without a log."""
OF_CASES = f"select failures.* from failures {STANDING} and failures.case_id = any($1) order by first_at"  # noqa: S608 - a constant
COUNTS = f"select why, count(*) as failing from failures {STANDING} group by why"  # noqa: S608 - a constant


IN_STEP = "delete from failures where case_id = any($1) and act_id = '' and why = 'engine_ahead'"


class Why(StrEnum):
    """Why something fails again and again."""

    NOT_READ = "not_read"
    """This version cannot read the act; one that is newer may."""
    NOT_JUDGED = "not_judged"
    """Judging it ends in an error, which is a fault of this version."""
    NOT_WRITTEN = "not_written"
    """Writing what follows ends in an error that another try does not cure."""
    ENGINE_AHEAD = "engine_ahead"
    """The engine knows events that the log does not hold, as after PostgreSQL was set back."""


@dataclass(frozen=True)
class Failure:
    """What has failed `times`, and the class of the last error; `act_id` is OF_TIME where it is no act's."""

    case_id: str
    act_id: str
    why: str
    detail: str
    times: int
    first_at: datetime
    last_at: datetime
    number: int | None


async def note(connection: Connection | Pool, case_id: str, acts: Iterable[str], why: Why, detail: object) -> None:
    """Records that these acts of the case failed once more; `detail` says how, without what people wrote."""
    named = detail if isinstance(detail, str) else type(detail).__name__
    await connection.execute(NOTE, case_id, list(acts) or [OF_TIME], why.value, named[:LONGEST_DETAIL])


async def try_to_note(pool: Pool, case_id: str, acts: Iterable[str], why: Why, detail: object) -> None:
    """Like `note`, for a caller that fails anyway: an error of the note does not hide the failure itself."""
    try:
        await note(pool, case_id, acts, why, detail)
    except (asyncpg.PostgresError, *AWAY):
        LOG.exception("a failure in case %s is not on record: %s", case_id, why)


async def note_in_step(pool: Pool, *cases: str) -> None:
    """Records that the engine knows no more of these cases than their logs hold, so that this failure of time is
    over."""
    await pool.execute(IN_STEP, cases)


async def failures_among(connection: Connection, cases: Sequence[str]) -> dict[str, list[Failure]]:
    """What still fails in some of these cases, by case, the longest first."""
    found: dict[str, list[Failure]] = {}
    for row in await connection.fetch(OF_CASES, cases):
        found.setdefault(row["case_id"], []).append(Failure(**row))
    return found


async def failures_of(connection: Connection, case_id: str) -> list[Failure]:
    """What still fails in a case, the longest first."""
    return (await failures_among(connection, [case_id])).get(case_id, [])


async def failing(connection: Connection | Pool) -> dict[Why, int]:
    """How much fails, by why; none left out."""
    counted = {row["why"]: row["failing"] for row in await connection.fetch(COUNTS)}
    return {why: counted.get(why.value, 0) for why in Why}
