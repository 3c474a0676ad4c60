"""The directory in PostgreSQL: who holds which post of a body, and who stands in for whom while somebody is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from activities.idempotency import IdempotencyKeyReused

if TYPE_CHECKING:
    from activities.database import Pool

NAME_OFFICER = """
insert into posts (body, post, account_id, department, filed_at, filed_by) values ($1, $2, $3, $4, $5, $6)
on conflict (body, post) do update set account_id = excluded.account_id, department = excluded.department,
  filed_at = excluded.filed_at, filed_by = excluded.filed_by
-- Named again, the same officer has been on file since before.
where (posts.account_id, posts.department) is distinct from (excluded.account_id, excluded.department)
"""
IN_FORCE = "account_id = $1 and ended_at is null and from_on < $3 and until_on > $2"


class AbsenceOverlaps(Exception):
    """The officer is away in part of these days already, and one day has one substitute."""


@dataclass(frozen=True)
class Absence:
    """Days on which an officer is away, and who stands in; `until_on` is exclusive."""

    absence_id: str
    account_id: str
    substitute: str
    from_on: date
    until_on: date


@dataclass(frozen=True)
class Officer:
    """Who holds which post of a body, and of which department, where that is named."""

    body: str
    post: str
    account_id: str
    department: str | None


async def name_officer(pool: Pool, officer: Officer, filed_by: str, at: datetime) -> None:
    """The officer holds the post of the body from now on, in place of whoever held it."""
    await pool.execute(NAME_OFFICER, officer.body, officer.post, officer.account_id, officer.department, at, filed_by)


async def vacate(pool: Pool, body: str, post: str) -> bool:
    """Nobody holds the post; whether somebody did."""
    return bool(await pool.fetchval("delete from posts where body = $1 and post = $2 returning 1", body, post))


async def file_absence(pool: Pool, absence: Absence, at: datetime) -> None:
    """The absence is on file; the same again changes nothing. Raises AbsenceOverlaps, IdempotencyKeyReused."""
    async with pool.acquire() as connection, connection.transaction():
        # Two absences of one officer at the same time: the second waits here for the first.
        await connection.execute(
            "select pg_advisory_xact_lock(hashtextextended('absence/' || $1, 0))", absence.account_id
        )
        known = await connection.fetchrow(
            "select absence_id, account_id, substitute, from_on, until_on from absences where absence_id = $1",
            absence.absence_id,
        )
        if known is not None:
            if Absence(**dict(known)) != absence:
                raise IdempotencyKeyReused
            return
        span = (absence.account_id, absence.from_on, absence.until_on)
        if await connection.fetchval(f"select exists (select from absences where {IN_FORCE})", *span):  # noqa: S608 - a constant
            raise AbsenceOverlaps
        await connection.execute(
            "insert into absences (absence_id, account_id, substitute, from_on, until_on, filed_at) "
            "values ($1, $2, $3, $4, $5, $6)",
            absence.absence_id,
            absence.account_id,
            absence.substitute,
            absence.from_on,
            absence.until_on,
            at,
        )


async def end_absence(pool: Pool, absence_id: str, at: datetime) -> None:
    """The officer is back, or never goes; one that has ended keeps the instant at which it did."""
    await pool.execute("update absences set ended_at = $2 where absence_id = $1 and ended_at is null", absence_id, at)
