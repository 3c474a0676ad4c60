"""The cases of a published notice are moved: listed once, then so many at a time, outside of every lock on a calendar.

A case is moved in one transaction with its going off the list, under its row lock: whoever dies in the middle leaves it
on the list and not moved, or moved and off it. Any number may be at it; none waits for another, nor for whoever acts in
a case meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from activities.database import AWAY, present, take_time
from activities.record.clocks_moved import Done, move_clocks
from activities.record.notices_first import EFFECTS, LOOKED_AT, moved_by, still_to_move
from activities.record.touching import put_notices_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from activities.clock import Clock
    from activities.database import Connection, Pool
    from activities.record.log import Log

LOG = logging.getLogger("kaifang.notices")

AT_ONCE = 100
"""Cases in one transaction: an act in one of them waits for a fraction of a second."""
EVERY = 1.0
"""Seconds between two looks at whether there is a notice to work off."""
TO_LIST = """
select position from notices_moving
where position = (select min(position) from notices_moving where listed_at is null) and listed_at is null
for update skip locked
"""
"""Said twice: what is inside was looked at once, before the row was had, and what is outside is looked at again."""
LISTED = "update notices_moving set listed_at = clock_timestamp() where position = $1"
TAKEN = """
select case_id from cases_to_move join cases using (case_id) where retry_at is null or retry_at <= clock_timestamp()
order by cases_to_move.position, ends_at, case_id limit $1 for update of cases skip locked
"""
"""Cases that nobody else has in hand and that are not left alone for a while, those first whose clocks end first. They
are looked at by a statement of its own: this one does not see what others did with them until it had them."""
FAILED = """
update cases_to_move set failed = failed + 1,
  retry_at = clock_timestamp() + least($2 * 2 ^ least(failed, 16), $3) * interval '1 second'
where case_id = $1
"""
PAUSE = 10.0
"""Seconds for which a case that cannot be given a notice is left alone; twice as many after each further try."""
LONGEST_PAUSE = 3600.0
"""Seconds beyond which that does not grow: whatever made it fail may be mended by then."""
IN_ORDER = "select case_id, min(position) as position from cases_to_move where case_id = any($1) group by case_id"
COUNTED = "update notices_moving set moved = moved + $2 where position = $1"
ALL_DONE = """
update notices_moving set done_at = clock_timestamp()
where done_at is null and listed_at is not null and not exists (
  select from cases_to_move where cases_to_move.position = notices_moving.position
) returning position, moved, extract(epoch from clock_timestamp() - published_at)::float as seconds
"""
UNDER_WAY = "select position from notices_moving where done_at is null"
CASES_TO_MOVE = "select count(*) from cases_to_move"
IS_THERE_ANY = """
select exists (select from notices_moving where done_at is null) or exists (select from cases_to_move)
"""


async def under_way(connection: Connection | Pool) -> frozenset[int]:
    """The positions of the notices that have not moved all clocks yet: they count, and what is shown of some tasks does
    not say so."""
    return frozenset(row["position"] for row in await connection.fetch(UNDER_WAY))


async def cases_to_move(connection: Connection) -> int:
    """How many cases nobody has looked at yet, each once for every notice."""
    count: int = await connection.fetchval(CASES_TO_MOVE)
    return count


class Step(NamedTuple):
    """What one transaction has come to: whether there was anything to do, and the cases that were moved or woken."""

    did: bool
    cases: tuple[str, ...] = ()


NOTHING = Step(did=False)


class Steps:
    """What is done in one transaction, of a caller that holds no case."""

    def __init__(self, log: Log, clock: Clock, at_once: int = AT_ONCE) -> None:
        self._log = log
        self._clock = clock
        self._at_once = at_once

    async def one(self, connection: Connection) -> Step:
        """One transaction of `next`; where that fails, one in which cases are given the act one by one: whatever is
        wrong with one of them is not to hold up the others, nor them it."""
        try:
            async with connection.transaction():
                return await self.next(connection)
        except AWAY:
            raise
        except Exception:
            LOG.exception("cases are given the notice one by one")
        async with connection.transaction():
            return await self.waking(connection)

    async def next(self, connection: Connection) -> Step:
        """A notice is listed, or some cases are moved, or what is done is marked so."""
        position = await connection.fetchval(TO_LIST)
        if position is not None:
            await take_time(connection)
            await connection.execute(LISTED, position)
            record = await self._log.notices.read(connection)
            await EFFECTS.of(record, position).list_cases(connection)
            return Step(did=True)
        if cases := await self._taken(connection):
            return await self._moved(connection, cases)
        for row in await connection.fetch(ALL_DONE):
            LOG.info("notice %d has moved %d cases in %.1f s", row["position"], row["moved"], row["seconds"])
        return NOTHING

    async def _taken(self, connection: Connection) -> list[str]:
        rows = await connection.fetch(TAKEN, self._at_once)
        return sorted({row["case_id"] for row in rows})

    async def _moved(self, connection: Connection, cases: Sequence[str]) -> Step:
        """These cases, locked, are off the list of the first notice that each is on."""
        of = defaultdict[int, list[str]](list)
        for row in await connection.fetch(IN_ORDER, cases):
            of[row["position"]].append(row["case_id"])
        now = self._clock.at(await present(connection))
        notices, found = self._log.notices, list[str]()
        for it in await still_to_move(connection, notices, cases):
            if some := of.get(it.position):
                moves = await moved_by(connection, notices, it, some)
                done = await move_clocks(connection, self._log, it, moves, now)
                await connection.execute(LOOKED_AT, some, it.position)
                found += await self._counted(connection, it.position, done)
        return Step(did=True, cases=tuple(found))

    async def _counted(self, connection: Connection, position: int, done: Done) -> list[str]:
        cases = [*done.moved, *done.woken]
        if cases:
            # The last statement for this notice: whoever else moves its cases waits no longer than for a commit.
            await connection.execute(COUNTED, position, len(cases))
        return cases

    async def waking(self, connection: Connection) -> Step:
        """As `next`, of cases that are listed, but each gets the act alone and is judged in its turn. One that cannot
        even be given it stays listed and is tried again after a pause that grows: those behind it go on meanwhile."""
        cases = await self._taken(connection)
        rows = await connection.fetch("select case_id, number from cases where case_id = any($1)", cases)
        woken: list[str] = []
        for row in rows:
            try:
                async with connection.transaction():
                    await put_notices_first(connection, self._log.notices, {row["case_id"]: row["number"]})
            except AWAY:
                raise
            except Exception:
                LOG.exception("case %s cannot be given the notice", row["case_id"])
                await connection.execute(FAILED, row["case_id"], PAUSE, LONGEST_PAUSE)
            else:
                woken.append(row["case_id"])
        return Step(did=bool(cases), cases=tuple(woken))


async def move_all(connection: Connection, log: Log, clock: Clock) -> None:
    """Moves the cases of every notice on record over this one connection, but for those that somebody has in hand."""
    steps = Steps(log, clock)
    did = True
    while did:
        did = (await steps.one(connection)).did


class Moving:
    """Moves the cases of every notice on record; any number may be at it, and be killed at any moment."""

    def __init__(self, pool: Pool, steps: Steps, every: float = EVERY) -> None:
        self._pool = pool
        self._steps = steps
        self._every = every

    async def run(self) -> None:
        """Moves until it is cancelled; an absent PostgreSQL is waited for."""
        while True:
            try:
                await self.work_off()
            except AWAY as away:
                LOG.info("PostgreSQL is away: %r", away)
            await asyncio.sleep(self._every)

    async def work_off(self, patience: timedelta | None = None) -> tuple[str, ...]:
        """Moves until there is nothing more to do but what others have in hand, or patience is over; the cases that
        this call has moved, or given the act."""
        now = asyncio.get_running_loop().time
        until = None if patience is None else now() + patience.total_seconds()
        cases: list[str] = []
        while until is None or now() < until:
            step = await self.step()
            if not step.did:
                break
            cases += step.cases
        return tuple(sorted(set(cases)))

    async def step(self) -> Step:
        """One transaction: a notice is listed, or some cases are moved, or what is done is marked so."""
        if not await self._pool.fetchval(IS_THERE_ANY):
            return NOTHING
        async with self._pool.acquire() as connection:
            return await self._steps.one(connection)
