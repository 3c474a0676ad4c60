"""A notice is published: the record grows by it, in a moment, and from then on it counts; the clocks that it moves
follow outside of that (`activities/notices/moving.py`)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from activities.database import AWAY, present
from activities.notices.moving import Moving, Steps

if TYPE_CHECKING:
    from activities.calendar.record import RecordOfNotices
    from activities.clock import Clock
    from activities.database import Connection, Pool
    from activities.record.log import Log
    from models.acts import Actor
    from rules.calendar import CalendarRecord
    from rules.calendar_notices import Notice

LOG = logging.getLogger("kaifang.notices")
A_MOMENT = timedelta(seconds=2)
"""For which whoever publishes waits, so that a notice which moves little has moved it all when that is answered."""
A_FEW = 20
"""Cases at once beside those who file: a service that answers people is never busy with more."""
TO_MOVE = "insert into notices_moving (position, account, published_at) values ($1, $2, $3)"


class AnotherNoticeOfThatName(Exception):
    """The record has a notice of the same scope and document that says something else, in these fields."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        super().__init__(", ".join(fields))


@dataclass(frozen=True)
class Published:
    """A notice on record, at its position; `cases` are those that the call which published it has moved or given an
    act, `moved` is how many anybody has, and where it is `under_way` there are more."""

    notice: Notice
    position: int
    is_new: bool
    cases: tuple[str, ...] = ()
    moved: int = 0
    under_way: bool = False


async def publish(pool: Pool, log: Log, clock: Clock, notice: Notice, by: Actor) -> Published:
    """The notice is on record, and whoever comes to a case has its clocks moved before anything else. As many as can be
    in a moment are moved at once; the workers see to the others.

    A notice that is on record already changes nothing. Raises AnotherNoticeOfThatName.
    """
    async with pool.acquire() as connection, connection.transaction():
        published = await publish_in(connection, log.notices, clock, notice, by)
    return await moved_for_a_moment(pool, log, clock, published)


async def moved_for_a_moment(pool: Pool, log: Log, clock: Clock, published: Published) -> Published:
    """A new notice, with as many of its cases moved as can be in a moment; whatever goes wrong, it is on record."""
    if not published.is_new:
        return published
    left_to_workers = replace(published, under_way=True)
    try:
        cases = await Moving(pool, Steps(log, clock, A_FEW)).work_off(A_MOMENT)
        row = await pool.fetchrow("select moved, done_at from notices_moving where position = $1", published.position)
    except AWAY as away:
        LOG.info("the cases of notice %d are left to the workers: %r", published.position, away)
        return left_to_workers
    except Exception:
        LOG.exception("the cases of notice %d are left to the workers", published.position)
        return left_to_workers
    assert row, "it is on record"
    return replace(published, cases=cases, moved=row["moved"], under_way=row["done_at"] is None)


async def publish_in(
    connection: Connection, notices: RecordOfNotices, clock: Clock, notice: Notice, by: Actor
) -> Published:
    """As `publish`, in the caller's transaction, which holds no case; a few milliseconds, however many cases are open,
    and from its commit on the notice counts. No case is moved yet."""
    after = await notices.add(connection, notice)
    if after is None:
        return same_as(await notices.read(connection), notice)
    published_at = clock.at(await present(connection))
    await connection.execute(TO_MOVE, after.version, by.account, published_at)
    return Published(notice, after.version, is_new=True, under_way=True)


def same_as(record: CalendarRecord, notice: Notice) -> Published:
    """The notice as the record has it. Raises AnotherNoticeOfThatName."""
    position, known = next(
        (position, each)
        for position, each in enumerate(record.notices, start=1)
        if (each.scope, each.document) == (notice.scope, notice.document)
    )
    has, wanted = content_of(known), content_of(notice)
    if differ := tuple(name for name in has if has[name] != wanted[name]):
        raise AnotherNoticeOfThatName(differ)
    return Published(known, position, is_new=False)


def content_of(notice: Notice) -> dict[str, object]:
    """The content of a notice, by field, however its days are grouped: equal content is the same notice."""
    return {
        "published_on": notice.published_on,
        "covers": notice.covers,
        "days_off": {day for span in notice.days_off for day in span.days()},
        "days_worked": set(notice.days_worked),
    }
