"""A notice is published: the record grows by it, and every case whose clocks it may move gets an act, in one
transaction; the ordinary hand-over does the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities.idempotency import id_from_key
from activities.inbox import Inbox
from activities.log import lock
from models.acts import Actor, ApplyNotice

if TYPE_CHECKING:
    from datetime import date

    from activities.calendar_record import RecordOfNotices
    from activities.clock import Clock
    from activities.database import Connection, Pool
    from rules.calendar import CalendarRecord
    from rules.calendar_notices import Notice


async def publish(
    pool: Pool, inbox: Inbox, notices: RecordOfNotices, clock: Clock, notice: Notice, by: Actor
) -> list[str]:
    """The notice is on record; returns the cases that were given an act, in the order of their ids.

    A notice that is on record already changes nothing. Cases whose clocks it cannot change are not woken.
    """
    async with pool.acquire() as connection, connection.transaction():
        after = await notices.add(connection, notice)
        if after is None:
            return []
        touched = await cases_touched(connection, after, notice)
        for case_id in touched:
            case = await lock(connection, case_id, clock)
            act = ApplyNotice(
                id=id_from_key(by.account, f"notices/{after.version}", case_id),
                case_id=case_id,
                by=by,
                received_at=case.now,
                calendar_version=after.version,
            )
            await inbox.receive_in(connection, case, act)
        return touched


async def cases_touched(connection: Connection, record: CalendarRecord, notice: Notice) -> list[str]:
    """Cases with an open clock in working days that spans a day of the notice, or that is provisional."""
    scopes = record.bound_by(notice.scope)
    spoken_of: list[date] = sorted(day for day, _ in notice.rulings())
    rows = await connection.fetch(
        "select distinct case_id from tasks where ended_at is null and due_at is not null "
        "and clock ->> 'calendar' = any($1) and clock ->> 'period' like '%wd' "
        "and (provisional or ((clock ->> 'started_at')::timestamptz < ($3::date + 1) and due_at > $2::date)) "
        "order by case_id",
        scopes,
        spoken_of[0] if spoken_of else None,
        spoken_of[-1] if spoken_of else None,
    )
    return [row["case_id"] for row in rows]
