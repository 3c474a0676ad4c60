"""The activity by which a case workflow writes: the one door from the engine to the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.log import ActSettled, LockedCase, Log, lock, read_log, sets_clocks
from models.messages import Tail, Write
from models.state import CaseState, fold

if TYPE_CHECKING:
    from activities.clock import Clock
    from activities.database import Connection, Pool


class Append:
    """Writes what a workflow proposes, or tells it what the log holds that it does not know."""

    def __init__(self, pool: Pool, log: Log, clock: Clock) -> None:
        self._pool = pool
        self._log = log
        self._clock = clock

    @activity.defn(name="append")
    async def append(self, write: Write) -> Tail:
        """Returns what the log holds after event `write.after`: the proposed events, or others that came before them.

        Writes nothing where the log already holds more than the workflow knows, and nothing that time has not brought
        about yet: not before the instant by PostgreSQL's clock, nor while an act received before it waits. Raises
        ActSettled (as an ApplicationError that is not retried).
        """
        async with self._pool.acquire() as connection, connection.transaction():
            if sets_clocks(write.events):
                await self._log.notices.under_share_lock(connection)
            case = await lock(connection, write.case_id, self._clock)
            log = await read_log(connection, write.case_id)
            if case.number > write.after or not write.events:
                return Tail(events=tuple(log[write.after :]))
            if write.passing and await self._too_early(connection, case, write):
                return Tail(events=())
            try:
                events = await self._log.write(
                    connection,
                    case,
                    fold(CaseState(), log),
                    write.events,
                    engine_number=write.after + len(write.events),
                )
            except ActSettled as fact:
                raise ApplicationError(str(fact), type="ActSettled", non_retryable=True) from fact
            return Tail(events=tuple(events))

    async def _too_early(self, connection: Connection, case: LockedCase, write: Write) -> bool:
        assert write.passing
        if case.now < write.passing:
            return True
        first = min(event.at for event in write.events)
        waits: bool = await connection.fetchval(
            "select exists (select from acts where case_id = $1 and state = 'received' and received_at < $2)",
            write.case_id,
            first,
        )
        return waits
