"""Which open clocks a notice moves, and to where: for who publishes it, and for who wants to know beforehand.

A clock that counts working days, or ends with one, can change only if it counts a day that the notice makes or
unmakes, or awaited one that it settles; so each is set by the record without the notice and by the record with it, and
the two are compared.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from activities.calendar.record import with_due
from models.clock import Clock
from rules.calendar_changes import ChangedDays, changes
from rules.deadlines import Unit, parse_period, to_shanghai

if TYPE_CHECKING:
    import asyncpg

    from activities.database import Connection
    from rules.calendar import CalendarRecord
    from rules.calendar_notices import Notice

LOG = logging.getLogger("kaifang.notices")

AT_A_TIME = 200
"""Clocks between which others of the process have their turn: some milliseconds."""
PATIENCE = 60.0
"""Seconds until PostgreSQL has found the first of them, however many tasks there are."""
LONG_PATIENCE = 600.0
"""Seconds until it has listed all of them."""

RUNS = "(tasks.clock ->> 'stopped_at' is null or tasks.clock -> 'open_stops' -> 0 is not null)"
"""A clock that stands still by a rule with a most has ends all the same."""

# The ends in the table may be old: an earlier notice that has not come to the case yet, or whose act still waits there.
WHICH_MAY_MOVE = f"""
from tasks
where tasks.ended_at is null and tasks.clock ->> 'calendar' = any($1) and {RUNS}
  and (tasks.clock ->> 'started_at')::timestamptz < $3::date + 1
  and (
    tasks.due_at > $2::date
    or exists (select from jsonb_each_text(tasks.clock -> 'own_due_at') where value::timestamptz > $2::date)
    or exists (
      select from jsonb_array_elements(tasks.clock -> 'stops') as stop where (stop ->> 'resumed_at')::timestamptz > $2
    )
    or exists (
      select from jsonb_array_elements(tasks.clock -> 'open_stops') as stop where (stop ->> 'ends_at')::timestamptz > $2
    )
    or exists (
      select from acts where acts.case_id = tasks.case_id and acts.state = 'received' and acts.delivered_at is null
        and acts.kind = 'apply_notice'
    )
    or exists (select from cases_to_move where cases_to_move.case_id = tasks.case_id)
    or exists (select from notices_moving where listed_at is null)
  )
"""  # noqa: S608 - made of constants
CANDIDATES = f"select tasks.task_id, tasks.case_id, tasks.clock {WHICH_MAY_MOVE}"
LISTED = f"""
insert into cases_to_move (case_id, position, ends_at)
select tasks.case_id, $4, min(coalesce(tasks.due_at, $2::date)) {WHICH_MAY_MOVE}
  and coalesce(tasks.clock -> 'calendar_version', 'null') < to_jsonb($4::int)
group by tasks.case_id on conflict do nothing
"""
"""Without those whose clocks were set by the notice already."""
RUNNING = f"""
select task_id, case_id, clock from tasks
where case_id = any($1) and ended_at is null and clock ->> 'calendar' = any($2) and {RUNS}
order by case_id, task_id
"""  # noqa: S608 - made of constants


@dataclass(frozen=True)
class Move:
    """The clock of a task before a notice and after it."""

    task_id: str
    case_id: str
    before: Clock
    after: Clock

    @property
    def becomes_firm(self) -> bool:
        return self.before.provisional and not self.after.provisional


class Found(NamedTuple):
    """What a notice moves in some cases, and those of them of which nobody can say it here: a clock of theirs cannot be
    read."""

    moves: list[Move]
    not_read: frozenset[str]


class Effect:
    """What a notice does to clocks: `after` is the record `before` with the notice in it.

    A clock that was set by a record with the notice in it counts by it already.
    """

    def __init__(self, before: CalendarRecord, after: CalendarRecord, notice: Notice) -> None:
        self._before = before
        self._after = after
        self.changed: Mapping[str, ChangedDays] = changes(before, after, notice)
        """Calendar to the days on which the notice makes a difference there."""

    def is_of(self, record: CalendarRecord) -> bool:
        """Whether it is what the last notice of this record does, or one in it at the same position."""
        return self._after.notices == record.notices[: self._after.version]

    async def moves(self, connection: Connection) -> AsyncIterator[Move]:
        """Every open clock that the notice moves; in a transaction of the caller, in no order."""
        if not self.changed:
            return
        candidates = connection.cursor(CANDIDATES, *self._days(), prefetch=AT_A_TIME, timeout=PATIENCE)
        async for row in candidates:
            if move := self._move(row):
                yield move

    async def list_cases(self, connection: Connection) -> None:
        """Every case that `moves` would look at is listed, to be looked at later, without those that count the notice
        already; in a transaction of the caller."""
        if self.changed:
            await connection.execute(LISTED, *self._days(), self._after.version, timeout=LONG_PATIENCE)

    async def moves_of(self, connection: Connection, cases: Sequence[str]) -> list[Move]:
        """As `moves`, of these cases alone, in the order of their ids."""
        return [move for move in map(self._move, await self._running(connection, cases)) if move]

    async def found_in(self, connection: Connection, cases: Sequence[str]) -> Found:
        """As `moves_of`, and a clock that cannot be read hides nothing but what is moved in its own case."""
        moves, not_read = list[Move](), set[str]()
        for row in await self._running(connection, cases):
            try:
                move = self._move(row)
            except Exception:
                # Such as a clock that a newer version has set.
                LOG.exception("a clock of case %s cannot be read", row["case_id"])
                not_read.add(row["case_id"])
            else:
                moves += [move] if move else []
        return Found(moves, frozenset(not_read))

    async def _running(self, connection: Connection, cases: Sequence[str]) -> list[asyncpg.Record]:
        return await connection.fetch(RUNNING, cases, list(self.changed)) if self.changed else []

    def _days(self) -> tuple[list[str], date, date]:
        first = min(days.first for days in self.changed.values())
        return list(self.changed), first, max(days.last for days in self.changed.values())

    def _move(self, row: asyncpg.Record) -> Move | None:
        task_id, case_id, clock = row["task_id"], row["case_id"], Clock.model_validate_json(row["clock"])
        is_set_by_it = (clock.calendar_version or 0) >= self._after.version
        if is_set_by_it or not clock.may_be_moved_by_a_notice:
            return None
        unset = clock.unset()
        before, after = with_due(unset, self._before), with_due(unset, self._after)
        changed = self.changed[clock.calendar]
        counts_others = any(changed.counted_otherwise(*span) for span in spans_of(before))
        if ends_of(before) == ends_of(after) and not counts_others:
            return None
        return Move(task_id, case_id, before, after)


class Effects:
    """What the notices on record do, each found out once in a process."""

    def __init__(self) -> None:
        self._known: dict[int, Effect] = {}

    def of(self, record: CalendarRecord, position: int) -> Effect:
        """What the notice at this position does, which the record has reached."""
        known = self._known.get(position)
        if known is None or not known.is_of(record):
            known = Effect(record.at(position - 1), record.at(position), record.notices[position - 1])
            self._known[position] = known
        return known


def in_working_days(clock: Clock) -> list[datetime]:
    """The ends of the clock's periods in working days: which days those count, a notice says."""
    ends = [(clock.period, clock.due_at)] + [(p, clock.own_due_at.get(o)) for o, p in clock.own_periods.items()]
    return [end for period, end in ends if period and end and parse_period(period).unit is Unit.WORKING_DAYS]


def ends_of(clock: Clock) -> tuple[datetime | None, Mapping[str, datetime], bool, list[datetime | None]]:
    """What a clock says of its ends and of those of its stops, and whether they may move."""
    return clock.due_at, clock.own_due_at, clock.provisional, [stop.ends_at for stop in clock.open_stops]


def spans_of(clock: Clock) -> Iterator[tuple[date, date]]:
    """The days that a clock in working days counts: those after the first day of a span, up to and with the second."""
    if not in_working_days(clock):
        return
    last = max((to_shanghai(end) - timedelta(microseconds=1)).date() for end in in_working_days(clock))
    yield to_shanghai(clock.started_at).date(), last
    for span in clock.stood:
        # The days on which it stood still are counted too: they are added to its period.
        yield to_shanghai(span.since).date(), to_shanghai(span.until).date()
