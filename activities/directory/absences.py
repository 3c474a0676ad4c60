"""Absences in PostgreSQL: who is away on which days, and who stands in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from activities.database import present
from activities.directory.accounts import named
from activities.idempotency import IdempotencyKeyReused
from activities.outbox.outbox import put_out
from activities.refused import field_refused
from activities.standing_in import concerned_by, without_anybody
from activities.statements import insert
from models.tellings import Account, Addressee, Posts, Supervisors, Telling
from rules.deadlines import SHANGHAI, to_shanghai

if TYPE_CHECKING:
    from asyncpg import Record

    from activities.clock import Clock
    from activities.database import Connection, Pool

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
    """The absence that this call filed is over; filing it again would make another one."""


class AbsenceOverlaps(Exception):
    """The officer is away in part of these days already, and one day has one substitute."""


class AbsenceKept(NamedTuple):
    """A row of `absences`, as it is filed; `until_on` is exclusive."""

    absence_id: str
    account_id: str
    substitute: str
    from_on: date
    until_on: date
    filed_at: datetime


FILE_ABSENCE = insert("absences", AbsenceKept._fields)


@dataclass(frozen=True)
class Absence:
    """Days on which an officer is away, and who stands in; `until_on` is exclusive."""

    absence_id: str
    account_id: str
    substitute: str
    from_on: date
    until_on: date


async def file_absence(pool: Pool, clock: Clock, asked: Absence) -> None:
    """The absence is on file, and the substitute is told; the same again changes nothing. Whoever is away is named by
    account id, whoever stands in by that or by login.

    It replaces an earlier absence for these days whose substitute no longer serves the body. If nobody stands in on
    some day, for this officer or for one whose substitute this officer is, then whoever is away, the posts of the body
    and the supervisors of the city are told. Raises AbsenceOverlaps, AbsenceEnded, IdempotencyKeyReused, and
    FieldsRefused on `substitute` and `until_on`.
    """
    async with pool.acquire() as connection, connection.transaction():
        at = clock.at(await present(connection))
        absence = await _fit(connection, asked, to_shanghai(at).date())
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
            days = known["from_on"], known["until_on"]
            if Absence(known["absence_id"], known["account_id"], known["substitute"], *days) != absence:
                raise IdempotencyKeyReused
            if known["ended_at"] is not None:
                raise AbsenceEnded
            return
        span = (absence.account_id, absence.from_on, absence.until_on)
        await connection.execute(END_WHERE_NOBODY_STANDS_IN, *span, at)
        if await connection.fetchval(f"select exists (select from absences where {IN_FORCE})", *span):  # noqa: S608 - a constant
            raise AbsenceOverlaps
        kept = AbsenceKept(
            absence_id=absence.absence_id,
            account_id=absence.account_id,
            substitute=absence.substitute,
            from_on=absence.from_on,
            until_on=absence.until_on,
            filed_at=at,
        )
        await connection.execute(FILE_ABSENCE, *kept)
        await put_out(connection, await _tellings(connection, absence, at), at)


async def _fit(connection: Connection, asked: Absence, today: date) -> Absence:
    """What is asked for, with the account that stands in. Raises FieldsRefused."""
    absent = await named(connection, asked.account_id)
    if absent is None:
        raise field_refused("account", "account_unknown", given=asked.account_id)
    substitute = await named(connection, asked.substitute)
    if substitute is None:
        raise field_refused("substitute", "account_unknown", given=asked.substitute)
    if substitute.account_id == absent.account_id:
        raise field_refused("substitute", "substitute_is_absent")
    answers_tasks = substitute.answers_tasks or not absent.answers_tasks
    if substitute.body != absent.body or not answers_tasks:
        raise field_refused("substitute", "officer_of_another_body")
    if asked.until_on <= today:
        raise field_refused("until_on", "day_past")
    return replace(asked, substitute=substitute.account_id)


async def end_absence(pool: Pool, clock: Clock, absence_id: str) -> None:
    """The officer is back, or never goes, and the substitute is told; one that has ended keeps the instant at which it
    did."""
    end = "update absences set ended_at = $2 where absence_id = $1 and ended_at is null returning 1"
    async with pool.acquire() as connection, connection.transaction():
        at = clock.at(await present(connection))
        if await connection.fetchval(end, absence_id, at):
            (row,) = await connection.fetch(OF_ABSENCE, [absence_id])
            await put_out(connection, [_to_substitute("stands_in_no_more", row)], at)


async def _tellings(connection: Connection, absence: Absence, at: datetime) -> list[Telling]:
    concerned = await concerned_by(connection, absence.absence_id)
    rows = {row["absence_id"]: row for row in await connection.fetch(OF_ABSENCE, [*concerned, absence.absence_id])}
    tellings = [_to_substitute("stands_in", rows[absence.absence_id])]
    today = at.astimezone(SHANGHAI).date()
    for absence_id, day in sorted((await without_anybody(connection, concerned, today)).items()):
        row = rows[absence_id]
        facts = {"body": row["body"], "from_on": day.isoformat(), "last_on": _last_day(row)}
        of = f"absence/{absence.absence_id}/{absence_id}"
        to: tuple[Addressee, ...] = (Account(row["account_id"]), Posts(row["body"]), Supervisors(row["city"]))
        tellings += [Telling("nobody_stands_in", of, each, city=row["city"], facts=facts) for each in to]
    return tellings


def _to_substitute(kind: str, row: Record) -> Telling:
    """The substitute is told in person, away or not."""
    facts = {"body": row["body"] or "", "from_on": row["from_on"].isoformat(), "last_on": _last_day(row)}
    return Telling(kind, f"absence/{row['absence_id']}", Account(row["substitute"]), city=row["city"], facts=facts)


def _last_day(row: Record) -> str:
    last: date = row["until_on"] - timedelta(days=1)
    return last.isoformat()
