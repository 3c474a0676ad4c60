"""A notice is published: the record grows by it, and every case of which it moves a clock gets an act, in one
transaction; the ordinary hand-over does the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.calendar.clock_moves import Effect
from activities.database import present
from activities.idempotency import id_from_key
from activities.record.touching import put
from models.acts import Act, Actor, ApplyNotice, NoticeNamed

if TYPE_CHECKING:
    from datetime import datetime

    from activities.calendar.record import RecordOfNotices
    from activities.clock import Clock
    from activities.database import Connection, Pool
    from rules.calendar import CalendarRecord
    from rules.calendar_notices import Notice

AT_A_TIME = 1000
"""Acts put by one statement: none takes so long that it looks as if PostgreSQL were away."""


class AnotherNoticeOfThatName(Exception):
    """The record has a notice of the same scope and document that says something else, in these fields."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        super().__init__(", ".join(fields))


@dataclass(frozen=True)
class Published:
    """A notice on record, at its position; `cases` are those that got an act now, in the order of their ids."""

    notice: Notice
    position: int
    is_new: bool
    cases: tuple[str, ...] = ()


async def publish(pool: Pool, notices: RecordOfNotices, clock: Clock, notice: Notice, by: Actor) -> Published:
    """The notice is on record, and every case of which it moves a clock has an act in its inbox.

    A notice that is on record already changes nothing. Cases whose clocks it does not move are not woken. Raises
    AnotherNoticeOfThatName.
    """
    async with pool.acquire() as connection, connection.transaction():
        return await publish_in(connection, notices, clock, notice, by)


async def publish_in(
    connection: Connection, notices: RecordOfNotices, clock: Clock, notice: Notice, by: Actor
) -> Published:
    """As `publish`, in the caller's transaction, which holds no case."""
    after = await notices.add(connection, notice)
    if after is None:
        return same_as(await notices.read(connection), notice)
    position = after.version
    tasks: dict[str, list[str]] = {}
    async for move in Effect(after.at(position - 1), after, notice).moves(connection):
        tasks.setdefault(move.case_id, []).append(move.task_id)
    received_at = clock.at(await present(connection))
    cases = sorted(tasks)
    # In the order of their ids throughout: so do all who lock more than one case.
    for first in range(0, len(cases), AT_A_TIME):
        some = cases[first : first + AT_A_TIME]
        acts: list[Act] = [act_for(each, tasks[each], position, notice, by, received_at) for each in some]
        await put(connection, acts)
    return Published(notice, position, is_new=True, cases=tuple(cases))


def act_for(
    case_id: str, tasks: list[str], position: int, notice: Notice, by: Actor, received_at: datetime
) -> ApplyNotice:
    """The act by which a case learns of a notice that moves the clocks of these tasks."""
    return ApplyNotice(
        id=id_from_key(by.account, f"notices/{position}", case_id),
        case_id=case_id,
        by=by,
        received_at=received_at,
        calendar_version=position,
        notice=NoticeNamed(
            calendar_version=position,
            scope=notice.scope,
            document=notice.document,
            published_on=notice.published_on,
        ),
        tasks=tuple(sorted(tasks)),
    )


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
