"""A notice as somebody wants to publish it: refused by field and rule, or published, or seen for what it would move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities.database import present
from activities.notices.foreseeing import Outlook, foresee
from activities.notices.publishing import Published, moved_for_a_moment, publish_in
from activities.refused import FieldsRefused
from rules.admissibility import Inadmissible
from rules.calendar_notices import Notice
from rules.deadlines import to_shanghai
from rules.notice_checking import Draft, faults

if TYPE_CHECKING:
    from activities.calendar.record import RecordOfNotices
    from activities.clock import Clock
    from activities.database import Connection, Pool
    from activities.record.log import Log
    from models.acts import Actor


async def publish_draft(pool: Pool, log: Log, clock: Clock, draft: Draft, by: Actor) -> Published:
    """As `publish`, of the notice that the draft makes. Raises FieldsRefused too."""
    async with pool.acquire() as connection, connection.transaction():
        notice = await notice_of(connection, log.notices, clock, draft)
        published = await publish_in(connection, log.notices, clock, notice, by)
    return await moved_for_a_moment(pool, log, clock, published)


async def foresee_draft(pool: Pool, notices: RecordOfNotices, clock: Clock, draft: Draft, most: int) -> Outlook:
    """As `foresee`, of the notice that the draft makes. Raises FieldsRefused too."""
    async with pool.acquire() as connection:
        notice = await notice_of(connection, notices, clock, draft)
    return await foresee(pool, notices, clock, notice, most)


async def notice_of(connection: Connection, notices: RecordOfNotices, clock: Clock, draft: Draft) -> Notice:
    """The notice that the draft makes, recorded now. Raises FieldsRefused."""
    now = clock.at(await present(connection))
    scopes = (await notices.read(connection)).scopes
    if found := faults(draft, scopes, to_shanghai(now).date()):
        raise FieldsRefused([Inadmissible(each.field, each.code, None, each.params) for each in found])
    return Notice(
        recorded_at=now,
        scope=draft.scope,
        document=draft.document,
        published_on=draft.published_on,
        covers=draft.covers,
        days_off=tuple(draft.days_off),
        days_worked=tuple(draft.days_worked),
    )
