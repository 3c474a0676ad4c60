"""The activity by which a case workflow writes: the one door from the engine to the log."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.log import ActSettled, LockedCase, Log, closes, grants_data, lock, moves_data, read_log, sets_clocks
from activities.touching import dataset_of, dataset_updated_by, have_dataset_alone, hold_dataset
from models.messages import Tail, Write
from models.state import CaseState, fold

if TYPE_CHECKING:
    from activities.clock import Clock
    from activities.database import Connection, Pool


REMEMBERED = 1000
"""Cases: a few kilobytes each."""


class Append:
    """Writes what a workflow proposes, or tells it what the log holds that it does not know."""

    def __init__(self, pool: Pool, log: Log, clock: Clock) -> None:
        self._pool = pool
        self._log = log
        self._clock = clock
        self._states: OrderedDict[str, CaseState] = OrderedDict()
        """Cases as committed logs made them, the latest last."""

    @activity.defn(name="append")
    async def append(self, write: Write) -> Tail:
        """Returns what the log holds after event `write.after`: the proposed events, or others that came before them.

        Writes nothing where the log already holds more than the workflow knows, and nothing that time has not brought
        about yet: not before the instant by PostgreSQL's clock, nor while an act received before it waits. Raises
        ActSettled (as an ApplicationError that is not retried).
        """
        try:
            tail, state = await self._in_a_transaction(write)
        except ActSettled as fact:
            raise ApplicationError(str(fact), type="ActSettled", non_retryable=True) from fact
        if state:
            self._remember(state)
        return tail

    async def _in_a_transaction(self, write: Write) -> tuple[Tail, CaseState | None]:
        """What the log holds now, and the case as it stands if this wrote to it."""
        async with self._pool.acquire() as connection, connection.transaction():
            await self._hold_before_the_case(connection, write)
            case = await lock(connection, write.case_id, self._clock)
            if case.number > write.after or not write.events:
                return Tail(events=tuple(await read_log(connection, write.case_id, write.after))), None
            if write.passing and await self._too_early(connection, case, write):
                return Tail(events=()), None
            before = await self._state(connection, case)
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
        if sets_clocks(write.events) or moves_data(write.events):
            await self._log.notices.hold(connection)
        if moves_data(write.events):
            await have_dataset_alone(connection, await dataset_of(connection, write.case_id))
        elif grants_data(write.events):
            await hold_dataset(connection, await dataset_of(connection, write.case_id))
        elif closes(write.events) and (dataset_id := await dataset_updated_by(connection, write.case_id)):
            # Its end tells the next update: like who publishes a notice, it locks more than one case.
            await self._log.notices.hold(connection)
            await have_dataset_alone(connection, dataset_id)

    async def _state(self, connection: Connection, case: LockedCase) -> CaseState:
        """The case as its log makes it. A log only grows, so what it made of a case holds until it is longer."""
        known = self._states.get(case.case_id)
        if known and known.number == case.number:
            return known
        return fold(CaseState(), await read_log(connection, case.case_id))

    def _remember(self, state: CaseState) -> None:
        self._states[state.case_id] = state
        self._states.move_to_end(state.case_id)
        if len(self._states) > REMEMBERED:
            self._states.popitem(last=False)

    async def _too_early(self, connection: Connection, case: LockedCase, write: Write) -> bool:
        # A notice may have brought an end forward while the workflow waited for a later instant.
        if case.now < max(event.at for event in write.events):
            return True
        first = min(event.at for event in write.events)
        waits: bool = await connection.fetchval(
            "select exists (select from acts where case_id = $1 and state = 'received' and received_at < $2)",
            write.case_id,
            first,
        )
        return waits
