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

    from activities.calendar.clock_moves import Effect, Move
    from activities.calendar.record import RecordOfNotices
    from activities.database import Connection
    from rules.calendar_notices import Notice

IS_BEHIND = """
(exists (select from notices_moving where listed_at is null) or exists (select from cases_to_move where case_id = $1))
"""
"""Whether a notice may move clocks of a case to which it has not come yet: nearly always not, and found in an index."""
STILL_TO_MOVE = """
select position, account, published_at from notices_moving
where (listed_at is null and done_at is null)
  or position in (select cases_to_move.position from cases_to_move where case_id = any($1))
order by position
"""
"""What is listed is always worked off, whatever else is said of its notice."""
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

    def act_for(self, case_id: str, tasks: Iterable[str] | None) -> ApplyNotice:
        """The act by which a case learns that the clocks of these tasks are moved, or all that may be where none are
        named; received when the notice was published."""
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
            tasks=None if tasks is None else tuple(sorted(tasks)),
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
    have its act are left out. Raises whatever is wrong with a clock that cannot be read."""
    moves = by_case(await (await effect_of(connection, notices, it)).moves_of(connection, cases))
    return {case_id: moves[case_id] for case_id in await without_its_act(connection, it, moves)}


async def acts_for(
    connection: Connection, notices: RecordOfNotices, it: NoticePublished, cases: Sequence[str]
) -> list[ApplyNotice]:
    """The acts by which these cases, which the caller has locked, learn what a notice moves in them, in the order of
    their ids. A case with a clock that cannot be read has one that names no task: whoever can read the case finds out
    what it moves, and nobody who comes to the case, or to others with it, is held up."""
    found = await (await effect_of(connection, notices, it)).found_in(connection, cases)
    tasks: dict[str, list[str] | None] = {
        case_id: [move.task_id for move in moves] for case_id, moves in by_case(found.moves).items()
    }
    tasks |= dict.fromkeys(found.not_read)
    return [it.act_for(case_id, tasks[case_id]) for case_id in await without_its_act(connection, it, tasks)]


def acts_of(it: NoticePublished, moved: Mapping[str, Sequence[Move]]) -> list[ApplyNotice]:
    """The acts by which these cases learn of a notice, in the order of their ids."""
    return [it.act_for(case_id, (move.task_id for move in moves)) for case_id, moves in sorted(moved.items())]


async def effect_of(connection: Connection, notices: RecordOfNotices, it: NoticePublished) -> Effect:
    """What a notice on record does to clocks."""
    return EFFECTS.of(await notices.read(connection), it.position)


def by_case(moves: Iterable[Move]) -> dict[str, list[Move]]:
    """The moves of each case, in their order."""
    found: dict[str, list[Move]] = {}
    for move in moves:
        found.setdefault(move.case_id, []).append(move)
    return found


async def without_its_act(connection: Connection, it: NoticePublished, cases: Iterable[str]) -> list[str]:
    """Those of these cases that have not been given the act of a notice, in the order of their ids."""
    ids = {it.act_id(case_id): case_id for case_id in cases}
    if not ids:
        return []
    rows = await connection.fetch("select act_id from acts where act_id = any($1)", list(ids))
    return sorted(set(ids.values()) - {ids[row["act_id"]] for row in rows})
