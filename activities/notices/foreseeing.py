"""What a notice would do if it were published now: read, and nothing written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest
from typing import TYPE_CHECKING

from activities.batches import in_batches
from activities.calendar.clock_moves import Effect, Move
from activities.database import present
from activities.notices.publishing import same_as
from models.procedures import ANSWERS_NOTHING

if TYPE_CHECKING:
    from activities.calendar.record import RecordOfNotices
    from activities.clock import Clock
    from activities.database import Connection, Pool
    from rules.calendar_changes import ChangedDays
    from rules.calendar_notices import Notice

AT_A_TIME = 1000
NAMED = """
select task_id, case_number, tasks.city, tasks.procedure, stage, body, (
  select min(acts.received_at) from acts
  where acts.case_id = tasks.case_id and acts.state = 'received' and acts.delivered_at is null
    and acts.act ->> 'task_id' = task_id
  and acts.kind <> all($2)
) as acted_at
from tasks join cases using (case_id) where task_id = any($1)
"""


@dataclass(frozen=True)
class Foreseen:
    """What a notice would do to one task. `acted_at`: since when an answer to it waits."""

    move: Move
    case_number: str
    city: str
    procedure: str
    stage: str
    body: str
    was_overdue: bool
    will_be_overdue: bool

    @property
    def becomes_overdue(self) -> bool:
        return self.will_be_overdue and not self.was_overdue

    @property
    def no_more_overdue(self) -> bool:
        return self.was_overdue and not self.will_be_overdue


@dataclass
class Outlook:
    """What a notice would do to open cases; all numbers but `cases` are of tasks."""

    on_record: bool
    """The record has it already: it would do nothing."""
    changed: Mapping[str, ChangedDays]
    cases: int = 0
    tasks: int = 0
    later: int = 0
    earlier: int = 0
    becomes_overdue: int = 0
    no_more_overdue: int = 0
    becomes_firm: int = 0
    foreseen: list[Foreseen] = field(default_factory=list)
    """The order of the tasks that are named: those that become overdue or cease to be first, then by the new day."""

    def count(self, named: Sequence[Foreseen]) -> None:
        """Takes these tasks into the numbers."""
        ends = [(each.move.before.due_at, each.move.after.due_at) for each in named]
        self.tasks += len(named)
        self.later += sum(1 for old, new in ends if old and new and new > old)
        self.earlier += sum(1 for old, new in ends if old and new and new < old)
        self.becomes_overdue += sum(each.becomes_overdue for each in named)
        self.no_more_overdue += sum(each.no_more_overdue for each in named)
        self.becomes_firm += sum(each.move.becomes_firm for each in named)


async def foresee(pool: Pool, notices: RecordOfNotices, clock: Clock, notice: Notice, most: int) -> Outlook:
    """What the notice would do now, with at most `most` tasks named one by one. Raises AnotherNoticeOfThatName."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        before = await notices.read(connection)
        if before.has(notice):
            same_as(before, notice)
            return Outlook(on_record=True, changed={})
        effect = Effect(before, before.with_notice(notice), notice)
        outlook = Outlook(on_record=False, changed=effect.changed)
        now, cases = clock.at(await present(connection)), set[str]()
        async for moves in in_batches(effect.moves(connection), AT_A_TIME):
            named = await _named(connection, moves, now)
            outlook.count(named)
            outlook.foreseen = nsmallest(most, [*outlook.foreseen, *named], key=_most_telling)
            cases.update(move.case_id for move in moves)
    outlook.cases = len(cases)
    return outlook


async def _named(connection: Connection, moves: list[Move], now: datetime) -> list[Foreseen]:
    rows = await connection.fetch(NAMED, [move.task_id for move in moves], list(ANSWERS_NOTHING))
    known = {row["task_id"]: row for row in rows}
    return [
        Foreseen(
            move=move,
            case_number=row["case_number"],
            city=row["city"],
            procedure=row["procedure"],
            stage=row["stage"],
            body=row["body"],
            was_overdue=is_overdue(move.before.due_at, row["acted_at"], now),
            will_be_overdue=is_overdue(move.after.due_at, row["acted_at"], now),
        )
        for move in moves
        for row in (known[move.task_id],)
    ]


def is_overdue(due_at: datetime | None, acted_at: datetime | None, now: datetime) -> bool:
    """Whether an open task is overdue: its end has come, and no act on it waits that was received before."""
    return due_at is not None and due_at <= now and not (acted_at is not None and acted_at < due_at)


def _most_telling(each: Foreseen) -> tuple[bool, datetime, str]:
    ends = [each.move.after.due_at] if each.move.after.due_at else sorted(each.move.after.own_due_at.values())
    return (each.was_overdue == each.will_be_overdue, ends[0], each.move.task_id)
