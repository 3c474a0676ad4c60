"""The directory in PostgreSQL: who holds which post of a body, and who stands in for whom while somebody is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from activities.idempotency import IdempotencyKeyReused
from activities.outbox.outbox import put_out
from activities.standing_in import concerned_by, without_anybody
from models.telling import Account, Addressee, Posts, Supervisors, Telling
from rules.deadlines import SHANGHAI

if TYPE_CHECKING:
    from asyncpg import Record

    from activities.database import Connection, Pool

NAME_OFFICER = """
insert into posts (body, post, account_id, department, filed_at, filed_by) values ($1, $2, $3, $4, $5, $6)
on conflict (body, post) do update set account_id = excluded.account_id, department = excluded.department,
  filed_at = excluded.filed_at, filed_by = excluded.filed_by
-- Named again, the same officer has been on file since before.
where (posts.account_id, posts.department) is distinct from (excluded.account_id, excluded.department)
"""
END_WHERE_NOBODY_STANDS_IN = """
update absences set ended_at = $4 from accounts absent, accounts standing_in
where absences.account_id = $1 and ended_at is null and from_on < $3 and until_on > $2
and absent.account_id = absences.account_id and standing_in.account_id = substitute
and standing_in.body is distinct from absent.body
"""
IN_FORCE = "account_id = $1 and ended_at is null and from_on < $3 and until_on > $2"
OF_ABSENCE = """
select absence_id, substitute, accounts.account_id, accounts.body, accounts.city, from_on, until_on
from absences join accounts using (account_id) where absence_id = any($1) order by absence_id
"""


class AbsenceEnded(Exception):
    """The absence that was filed by this call is over: filed once more it would be another."""


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
    """The absence is on file, and the substitute is told; the same again changes nothing.

    An earlier one for these days whose substitute serves the body no more gives way. Where nobody stands in on some day
    of it, be it for this officer or for one whose substitute this officer is, that is told: to who is away, to the
    posts of the body and to the supervisors of the city. Raises AbsenceOverlaps, AbsenceEnded, IdempotencyKeyReused.
    """
    async with pool.acquire() as connection, connection.transaction():
        # Two absences of one officer at the same time: the second waits here for the first.
        await connection.execute(
            "select pg_advisory_xact_lock(hashtextextended('absence/' || $1, 0))", absence.account_id
        )
        known = await connection.fetchrow(
            "select absence_id, account_id, substitute, from_on, until_on, ended_at from absences "
            "where absence_id = $1",
            absence.absence_id,
        )
        if known is not None:
            ended_at, filed = known["ended_at"], {name: known[name] for name in vars(absence)}
            if Absence(**filed) != absence:
                raise IdempotencyKeyReused
            if ended_at is not None:
                raise AbsenceEnded
            return
        span = (absence.account_id, absence.from_on, absence.until_on)
        await connection.execute(END_WHERE_NOBODY_STANDS_IN, *span, at)
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
        await put_out(connection, await _tellings(connection, absence, at), at)


async def end_absence(pool: Pool, absence_id: str, at: datetime) -> None:
    """The officer is back, or never goes, and the substitute is told; one that has ended keeps the instant at which it
    did."""
    end = "update absences set ended_at = $2 where absence_id = $1 and ended_at is null returning 1"
    async with pool.acquire() as connection, connection.transaction():
        if await connection.fetchval(end, absence_id, at):
            (row,) = await connection.fetch(OF_ABSENCE, [absence_id])
            await put_out(connection, [_to_substitute("stands_in_no_more", row)], at)


async def _tellings(connection: Connection, absence: Absence, at: datetime) -> list[Telling]:
    concerned = await concerned_by(connection, absence.absence_id)
    rows = {row["absence_id"]: row for row in await connection.fetch(OF_ABSENCE, [*concerned, absence.absence_id])}
    told = [_to_substitute("stands_in", rows[absence.absence_id])]
    today = at.astimezone(SHANGHAI).date()
    for absence_id, day in sorted((await without_anybody(connection, concerned, today)).items()):
        row = rows[absence_id]
        facts = {"body": row["body"], "from_on": day.isoformat(), "last_on": _last_day(row)}
        of = f"absence/{absence.absence_id}/{absence_id}"
        to: tuple[Addressee, ...] = (Account(row["account_id"]), Posts(row["body"]), Supervisors(row["city"]))
        told += [Telling("nobody_stands_in", of, each, city=row["city"], facts=facts) for each in to]
    return told


def _to_substitute(kind: str, row: Record) -> Telling:
    """The substitute is told in person, away or not."""
    facts = {"body": row["body"] or "", "from_on": row["from_on"].isoformat(), "last_on": _last_day(row)}
    return Telling(kind, f"absence/{row['absence_id']}", Account(row["substitute"]), city=row["city"], facts=facts)


def _last_day(row: Record) -> str:
    last: date = row["until_on"] - timedelta(days=1)
    return last.isoformat()
