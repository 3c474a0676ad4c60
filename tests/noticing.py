"""The record of notices as it was on a day, and the notices of history as somebody publishes them."""

from __future__ import annotations

from datetime import date
from typing import Any

from activities.calendar.record import RecordOfNotices
from activities.database import Pool
from rules.calendar_notices import Notice
from rules.seed_notices import read_record, read_scopes
from tests.owning import owner_of


async def record_as_of(pool: Pool, day: date, *, without: str = "") -> None:
    """The record holds what was published before that day, and not the notice of that document; before anybody reads
    it."""
    async with owner_of(pool) as connection, connection.transaction():
        await connection.execute("delete from notices_moving")
        await connection.execute("delete from calendar_notices")
        await connection.execute("update calendar set version = 0")
        notices = RecordOfNotices(read_scopes())
        for notice in read_record().notices:
            if notice.published_on < day and notice.document != without:
                await notices.add(connection, notice)


def notice_called(document: str) -> Notice:
    """The notice of history that is quoted so."""
    return next(notice for notice in read_record().notices if notice.document == document)


def as_form(notice: Notice) -> dict[str, Any]:
    """The notice as its publication states it."""
    covers = notice.covers and {"since": f"{notice.covers.since}", "until": f"{notice.covers.until}"}
    return {
        "scope": notice.scope,
        "document": notice.document,
        "published_on": f"{notice.published_on}",
        "days_off": [[f"{off.first}", f"{off.last}"] for off in notice.days_off],
        "days_worked": [f"{day}" for day in notice.days_worked],
    } | ({"covers": covers} if covers else {})
