"""The activity by which a case workflow writes: the one door from the engine to the log."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import TYPE_CHECKING

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.database import NEVER_TAKEN, with_a_second_try
from activities.record.failing import PASSING, Why, try_to_note
from activities.record.log import (
    ActSettled,
    CaseUnknown,
    LockedCase,
    Log,
    closes,
    grants_data,
    lock,
    lock_and_look,
    moves_data,
    orders_a_case,
    read_log,
    sets_clocks,
)
from activities.record.notices_first import IS_BEHIND
from activities.record.refusing import settle_refused
from activities.record.touching import (
    dataset_of,
    dataset_updated_by,
    have_dataset_alone,
    hold_dataset,
    put_notices_first,
)
from models.messages import Tail, Write
from models.refusals import CannotBeStored
from models.state import CaseState, fold

if TYPE_CHECKING:
    from datetime import datetime

    from activities.clock import Clock
    from activities.database import Connection, Pool


LOG = logging.getLogger("kaifang.append")
BEHIND = f"select {IS_BEHIND}"
REMEMBERED = 1000
"""Cases: a few kilobytes each."""


class AheadOfTheLog(Exception):
    """The engine knows events that the log does not hold: PostgreSQL was set back, as by a restored backup."""


class Append:
    """Writes what a workflow proposes, or returns the events of the log that it does not know."""

    def __init__(self, pool: Pool, log: Log, clock: Clock) -> None:
        self._pool = pool
        self._log = log
        self._clock = clock
        self._states: OrderedDict[str, CaseState] = OrderedDict()
        """Cases as committed logs made them, the latest last."""

    @property
    def most_at_once(self) -> int:
        """How many may write at once: each has a connection."""
        return self._pool.get_max_size()

    @activity.defn(name="append")
    async def append(self, write: Write) -> Tail:
        """Returns what the log holds after event `write.after`: the proposed events, or others that came before them.

        Writes nothing where the log already holds more than the workflow knows. Writes what time brings about only once
        PostgreSQL's clock has reached its instant and no act received before it waits. What PostgreSQL will never take
        settles its act as refused, which the tail tells, as it tells a workflow that knows more than the log does. What
        time brings about and cannot be written, unless that passes, is on record as failing. Raises ActSettled (as an
        ApplicationError that is not retried).
        """
        acts = sorted({event.act for event in write.events if event.act})
        try:
            tail, state = await with_a_second_try(lambda: self._in_a_transaction(write))
        except ActSettled as fact:
            raise ApplicationError(str(fact), type="ActSettled", non_retryable=True) from fact
        except (AheadOfTheLog, CaseUnknown):
            LOG.warning("case %s is ahead of its log in the engine (kaifang restore)", write.case_id)
            await try_to_note(self._pool, write.case_id, acts, Why.ENGINE_AHEAD, f"after event {write.after}")
            return Tail(events=(), ahead=True)
        except NEVER_TAKEN as fault:
            return await self._refused(write.case_id, acts, fault)
        except PASSING:
            raise
        except Exception as fault:
            await try_to_note(self._pool, write.case_id, acts, Why.NOT_WRITTEN, fault)
            if not write.passing:
                raise
            # Tried without end, it would hold up every act of the case; the workflow comes back to it.
            LOG.exception("what time brings about in case %s cannot be written", write.case_id)
            return Tail(events=())
        if state:
            self._remember(state)
        return tail

    async def _refused(self, case_id: str, acts: list[str], fault: Exception) -> Tail:
        """Settles the acts whose events PostgreSQL can never take. What time brings about has no act that could be
        refused: it is tried again, and named as failing meanwhile."""
        # The message of such an error can quote what people wrote.
        LOG.error("what %s of case %s makes follow is never taken: %s", acts or "time", case_id, type(fault).__name__)
        if not acts:
            await try_to_note(self._pool, case_id, acts, Why.NOT_WRITTEN, fault)
            return Tail(events=())
        async with self._pool.acquire() as connection, connection.transaction():
            await lock(connection, case_id, self._clock)
            for act_id in acts:
                await settle_refused(connection, act_id, {"code": CannotBeStored.__name__})
        return Tail(events=(), refused=CannotBeStored.__name__)

    async def _in_a_transaction(self, write: Write) -> tuple[Tail, CaseState | None]:
        """What the log holds now, and the case as it stands if this wrote to it."""
        async with self._pool.acquire() as connection, connection.transaction():
            await self._hold_before_the_case(connection, write)
            case, latest = await lock_and_look(connection, write.case_id, self._clock, write.after)
            if case.number < write.after or write.known_at not in (None, latest):
                raise AheadOfTheLog(write.case_id)
            if case.number > write.after or not write.events:
                return Tail(events=tuple(await read_log(connection, write.case_id, write.after))), None
            if write.passing and await self._too_early(connection, case, write):
                return Tail(events=()), None
            before = await self._state(connection, case, latest)
            events = await self._log.write(
                connection,
                case,
                before,
                write.events,
                engine_number=write.after + len(write.events),
                record=await self._log.notices.at(connection, case.calendar_version),
            )
        return Tail(events=tuple(events)), fold(before, events)

    async def _hold_before_the_case(self, connection: Connection, write: Write) -> None:
        """The locks that everybody takes before a case's row lock, in the same order: calendar, then dataset."""
        if sets_clocks(write.events) or moves_data(write.events) or orders_a_case(write.events):
            await self._log.notices.hold_of_case(connection, write.case_id)
        if moves_data(write.events):
            await have_dataset_alone(connection, await dataset_of(connection, write.case_id))
        elif grants_data(write.events):
            await hold_dataset(connection, await dataset_of(connection, write.case_id))
        elif closes(write.events) and (dataset_id := await dataset_updated_by(connection, write.case_id)):
            # Its end tells the next update: like who publishes a notice, it locks more than one case.
            await self._log.notices.hold_of_case(connection, write.case_id)
            await have_dataset_alone(connection, dataset_id)

    async def _state(self, connection: Connection, case: LockedCase, latest: datetime | None) -> CaseState:
        """The case as its log makes it. A log only grows, so the case that it made holds until the log is longer, or
        was set back and has grown again."""
        known = self._states.get(case.case_id)
        if known and (known.number, known.at) == (case.number, latest):
            return known
        return fold(CaseState(), await read_log(connection, case.case_id))

    def _remember(self, state: CaseState) -> None:
        self._states[state.case_id] = state
        self._states.move_to_end(state.case_id)
        if len(self._states) > REMEMBERED:
            self._states.popitem(last=False)

    async def _too_early(self, connection: Connection, case: LockedCase, write: Write) -> bool:
        # One write may hold several instants. A notice may have brought an end forward while the workflow waited for a
        # later one.
        last = max(event.at for event in write.events)
        if case.now < last:
            return True
        if await connection.fetchval(BEHIND, write.case_id):
            await put_notices_first(connection, self._log.notices, {case.case_id: case.number})
        waits: bool = await connection.fetchval(
            "select exists (select from acts where case_id = $1 and state = 'received' and delivered_at is null "
            "and received_at < $2)",
            write.case_id,
            last,
        )
        return waits
