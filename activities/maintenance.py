"""Announcements that the service will be interrupted, in PostgreSQL: made once for each key, and cancelled."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from activities.database import present
from activities.idempotency import IdempotencyKeyReused
from activities.refused import FieldsRefused, field_refused
from activities.statements import insert
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.maintenance import maintenance_rule, wrong_with
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import as_last_in_force

if TYPE_CHECKING:
    from collections.abc import Mapping

    from activities.calendar.record import RecordOfNotices
    from activities.clock import Clock
    from activities.database import Pool
    from rules.calendar import CalendarRecord

ALONE = "select pg_advisory_xact_lock(hashtextextended('maintenance/' || $1, 0))"


class AnnouncementKept(NamedTuple):
    """A row of `maintenance`."""

    maintenance_id: str
    city: str
    body: str
    starts_at: datetime
    ends_at: datetime
    announced_at: datetime
    announced_by: str
    said: str


ANNOUNCE = insert("maintenance", AnnouncementKept._fields)
CANCEL = "update maintenance set cancelled_at = $2 where maintenance_id = $1"


class InterruptionUnknown(Exception):
    """The body has announced no such interruption."""


class InterruptionOver(Exception):
    """The interruption is over and can no longer be cancelled."""


@dataclass(frozen=True)
class Announcement:
    """An interruption that a body announces for its city, from `starts_at` until `ends_at`, exclusive. `said` is the
    announcement as it was sent, by which a repeat is recognised."""

    maintenance_id: str
    city: str
    body: str
    account: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    said: Mapping[str, Any]


async def announce(pool: Pool, notices: RecordOfNotices, clock: Clock, announcement: Announcement) -> None:
    """The interruption is announced, as the law of the city wants it; the same again changes nothing.

    Raises FieldsRefused with the rules that it breaks, IdempotencyKeyReused, CityUnknown.
    """
    async with pool.acquire() as connection, connection.transaction():
        # The same call at the same time waits here, and finds what the first has written.
        await connection.execute(ALONE, announcement.maintenance_id)
        known = await connection.fetchval(
            "select said from maintenance where maintenance_id = $1", announcement.maintenance_id
        )
        if known is not None:
            if json.loads(known) != announcement.said:
                raise IdempotencyKeyReused
            return
        now = clock.at(await present(connection))
        _lawful(announcement, now, await notices.read(connection))
        kept = AnnouncementKept(
            maintenance_id=announcement.maintenance_id,
            city=announcement.city,
            body=announcement.body,
            starts_at=announcement.starts_at,
            ends_at=announcement.ends_at,
            announced_at=now,
            announced_by=announcement.account,
            said=json.dumps(announcement.said),
        )
        await connection.execute(ANNOUNCE, *kept)


async def cancel(pool: Pool, clock: Clock, maintenance_id: str, body: str) -> None:
    """Cancels the interruption that the body announced; a repeat changes nothing. Raises InterruptionUnknown,
    InterruptionOver."""
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(
            "select body, ends_at, cancelled_at from maintenance where maintenance_id = $1 for update", maintenance_id
        )
        if row is None or row["body"] != body:
            raise InterruptionUnknown
        if row["cancelled_at"] is not None:
            return
        now = clock.at(await present(connection))
        if row["ends_at"] <= now:
            raise InterruptionOver
        await connection.execute(CANCEL, maintenance_id, now)


def _lawful(announcement: Announcement, now: datetime, record: CalendarRecord) -> None:
    """Raises FieldsRefused where the interruption cannot be announced like this."""
    if announcement.starts_at <= now:
        raise field_refused("starts_at", "moment_past")
    pack = load_pack(announcement.city)
    on = to_shanghai(now).date()
    if (rule := maintenance_rule(pack, on)) is None:
        return
    calendar = record.calendar(pack.calendar)
    wider = record.calendar(rule.days_off_of) if rule.days_off_of else None
    broken = wrong_with(rule, calendar, now, announcement.starts_at, announcement.ends_at, announcement.reason, wider)
    if found := list(broken):
        raise FieldsRefused(found, as_last_in_force(pack, ACCESS_REQUEST, on))
