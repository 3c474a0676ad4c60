"""What a notice moves in a case comes before whatever else reaches it since: no act, and no passing of time, is judged
by a clock that a notice on record has moved already.

A notice is on record in a moment, and its cases are moved by and by (`activities/notices/moving.py`). Whoever comes to
one of them before, under its row lock, puts the act of the notice in front.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities.calendar.clock_moves import Effects
from activities.idempotency import id_from_key
from models.act_contents import NoticeNamed
from models.acts import Actor, ApplyNotice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from activities.calendar.clock_moves import Move
    from activities.calendar.record import RecordOfNotices
    from activities.database import Connection
    from rules.calendar_notices import Notice

IS_BEHIND = """
(exists (select from notices_moving where listed_at is null) or exists (select from cases_to_move where case_id = $1))
"""
"""Whether a notice may move clocks of a case to which it has not come yet: nearly always not, and found in an index."""
STILL_TO_MOVE = """
select position, account, published_at from notices_moving
where done_at is null and (listed_at is null or exists (
  select from cases_to_move where cases_to_move.position = notices_moving.position and case_id = any($1)
)) order by position
"""
LOOKED_AT = "delete from cases_to_move where case_id = any($1) and position = $2"
EFFECTS = Effects()


class NoticePublished:
    """A notice on record: its position, by whom and when it was published."""

    def __init__(self, notice: Notice, position: int, account: str, published_at: datetime) -> None:
        self.notice = notice
        self.position = position
        self.account = account
        self.published_at = published_at

    def act_id(self, case_id: str) -> str:
        """Of the one act by which the case learns of it, whoever puts it there."""
        return id_from_key(self.account, f"notices/{self.position}", case_id)

    def act_for(self, case_id: str, tasks: Iterable[str]) -> ApplyNotice:
        """The act by which a case learns that the clocks of these tasks are moved; received when the notice was
        published."""
        return ApplyNotice(
            id=self.act_id(case_id),
            case_id=case_id,
            by=Actor(account=self.account),
            received_at=self.published_at,
            calendar_version=self.position,
            notice=NoticeNamed(
                calendar_version=self.position,
                scope=self.notice.scope,
                document=self.notice.document,
                published_on=self.notice.published_on,
            ),
            tasks=tuple(sorted(tasks)),
        )


async def still_to_move(
    connection: Connection, notices: RecordOfNotices, cases: Sequence[str]
) -> list[NoticePublished]:
    """The notices that nobody has held against these cases yet, or against one of them, in the order of record."""
    rows = await connection.fetch(STILL_TO_MOVE, cases)
    if not rows:
        return []
    record = await notices.read(connection)
    return [NoticePublished(record.notices[row["position"] - 1], *row) for row in rows]


async def moved_by(
    connection: Connection, notices: RecordOfNotices, it: NoticePublished, cases: Sequence[str]
) -> dict[str, list[Move]]:
    """What a notice moves in these cases, which the caller has locked, by case in the order of their ids; those that
    have its act are left out."""
    effect = EFFECTS.of(await notices.read(connection), it.position)
    found: dict[str, list[Move]] = {}
    for move in await effect.moves_of(connection, cases):
        found.setdefault(move.case_id, []).append(move)
    if not found:
        return {}
    ids = {it.act_id(case_id): case_id for case_id in found}
    for row in await connection.fetch("select act_id from acts where act_id = any($1)", list(ids)):
        del found[ids[row["act_id"]]]
    return found


def acts_of(it: NoticePublished, moved: Mapping[str, Sequence[Move]]) -> list[ApplyNotice]:
    """The acts by which these cases learn of a notice, in the order of their ids."""
    return [it.act_for(case_id, (move.task_id for move in moves)) for case_id, moves in sorted(moved.items())]
