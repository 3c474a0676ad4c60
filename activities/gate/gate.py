"""The gate: asks PostgreSQL what a decision rests on, many calls in one query, and never says yes when it cannot know.

A call is answered by a query that began after the call arrived. Nothing on which a decision rests is kept from one call
to the next.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import asyncpg

from activities.clock import Clock
from activities.database import AWAY, ConnectionByMeaning
from activities.gate.clock import ClockJumped, GateClock
from activities.gate.counting import Counting, Waiting, count
from activities.gate.log import GateLog
from models.curtailing import Curtailment
from models.gate import DatasetFacts, DelegationFacts, GrantFacts, Question, Reason, decide
from models.restrictions import items_of
from models.sharing import Shared
from rules.pinned_stages import GrantEffect

LOG = logging.getLogger("kaifang.gate")

ANSWERS_WITHIN = 1.0
"""Seconds after which the gate says that it cannot know."""
ASKING, COUNTING = 0, 1
"""The gate's connections. One query at a time asks for all who came meanwhile: a second beside it gains nothing. Calls
are counted beside it, so that only those that are counted wait until the disk has it."""
MOST_AT_ONCE = 200
"""So many calls share a query at most."""

SETTINGS = {
    "application_name": "kaifang gate",
    "statement_timeout": "1000",
    "jit": "off",
    # One plan, by the indexes, whatever the statistics say of tables that were empty a moment ago.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}

FACTS = """
with present as materialized (select clock_timestamp() as now, pg_is_in_recovery() as is_copy)
select present.now, present.is_copy, d.openness, d.items,
  case when asked.by_exchange then d.entry ->> 'sharing_class' end as sharing_class,
  case when asked.by_exchange and g.shared = 'determination' and d.entry ->> 'sharing_class' = 'none' then (
    select c.for_body is null from cases c where c.case_id = g.case_id
  ) end as of_unit,
  -- Told once for a dataset, however many ask about it.
  case when asked.place = min(asked.place) over (partition by asked.dataset_id) then (
    select json_agg(json_build_array(r.kind, r.data_items, r.except_items))
    from restrictions r where r.dataset_id = asked.dataset_id and r.ended_at is null
  ) end as restrictions,
  g.case_id, g.dataset_id as granted, g.data_items, g.access_mode, g.access_modes, g.use, g.granted_at, g.valid_until,
  g.ended, g.shared, g.daily_calls, counted."on" as calls_on, counted.calls, (
    select json_agg(json_build_array(c.effect, c.data_items, c.access_mode))
    from curtailments c where c.grant_case_id = g.case_id and c.ended_at is null
  ) as curtailments, g.delegation_id, g.accesses, g.until_at, g.delegation_ended, g.delegated_calls
from present
cross join unnest($1::text[], $2::text[], $3::bool[]) with ordinality
  as asked (dataset_id, key_digest, by_exchange, place)
left join datasets d on d.dataset_id = asked.dataset_id
left join lateral (
  select own.*, null::text as delegation_id, null::int as accesses, null::timestamptz as until_at,
    null::boolean as delegation_ended, null::int as delegated_calls
  from grants own where own.key_digest = asked.key_digest and own.key_digest is not null
  union all
  -- Not looked at for whoever has a grant of its own: the first row is all that is wanted.
  select held.*, let.delegation_id, let.accesses, let.until_at,
    -- What is taken of a grant ends its delegations, and giving it back gives none of them back.
    let.ended is not null or exists (
      select from curtailments c where c.grant_case_id = let.case_id and c.since >= let.delegated_at
    ), (select calls from delegated_calls where delegation_id = let.delegation_id)
  from delegations let join grants held on held.case_id = let.case_id
  where let.key_digest = asked.key_digest and let.key_digest is not null
  limit 1
) g on true
left join lateral (
  select "on", calls from gate_calls where case_id = g.case_id and g.daily_calls is not null order by "on" desc limit 1
) counted on true
order by asked.place
"""
SEEN = "select max(written_until) from gate_sessions"
"""The latest instant that any gate has seen, as far as is written."""


class Gate:
    """Answers questions until it is closed. Safe to ask at any time: it says when it cannot know."""

    def __init__(self, dsn: str, clock: GateClock, log: GateLog) -> None:
        self._dsn = dsn
        self._clock = clock
        self._log = log
        self._waiting: deque[Waiting] = deque()
        self._counting: list[Counting] = []
        self._asks = False
        self._counts = False
        self._connections: list[asyncpg.Connection[asyncpg.Record] | None] = [None, None]
        self._under_way: set[asyncio.Task[None]] = set()
        self._trouble: Reason | None = None

    async def ask(self, question: Question) -> Reason:
        """The decision, and never an error: whatever goes wrong is a reason other than yes. Takes a second at most."""
        answer: asyncio.Future[Reason] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if not self._asks:
            self._asks = True
            self._start(self._answer_all())
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                return await answer
        except TimeoutError:
            return Reason.DATABASE_AWAY

    async def close(self) -> None:
        """Returns when nothing is under way any more; every query ends by its own limit."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        for connection in self._connections:
            if connection:
                connection.terminate()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                together: list[Waiting] = []
                while self._waiting and len(together) < MOST_AT_ONCE:
                    waiting = self._waiting.popleft()
                    if not waiting[1].done():
                        together.append(waiting)
                if together:
                    await self._answer(together)
        finally:
            self._asks = False

    async def _answer(self, together: Sequence[Waiting]) -> None:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                connection = await self._connected(ASKING)
                begun = self._clock.begin()
                try:
                    await self._decide(connection, together)
                finally:
                    self._clock.end(begun)
        except Exception as failure:  # noqa: BLE001  whatever it is, the answer is that the gate cannot know
            self._give_up(ASKING, failure, together)

    async def _count_all(self) -> None:
        try:
            while self._counting:
                together, self._counting = self._counting, []
                try:
                    async with asyncio.timeout(ANSWERS_WITHIN):
                        await self._count_these(await self._connected(COUNTING), together)
                except Exception as failure:  # noqa: BLE001  as above
                    self._give_up(COUNTING, failure, [each.waiting for each in together])
                finally:
                    for each in together:
                        self._clock.end(each.now)
        finally:
            self._counts = False

    def _give_up(self, which: int, failure: Exception, together: Sequence[Waiting]) -> None:
        if connection := self._connections[which]:
            connection.terminate()
        reason = self._meaning(failure)
        for _, answer in together:
            _say(answer, reason)

    def _meaning(self, failure: Exception) -> Reason:
        """The reason that callers get; the log line comes once, however many call while the failure lasts."""
        reason = Reason.UNEXPECTED
        if isinstance(failure, ClockJumped):
            reason = Reason.CLOCK_JUMPED
        elif isinstance(failure, AWAY):
            reason = Reason.DATABASE_AWAY
        if self._trouble is not reason:
            LOG.error("the gate cannot know: %r", failure, exc_info=failure if reason is Reason.UNEXPECTED else None)
        self._trouble = reason
        return reason

    async def _connected(self, which: int) -> asyncpg.Connection[asyncpg.Record]:
        connection = self._connections[which]
        if connection and not connection.is_closed():
            return connection
        connection = await asyncpg.connect(
            self._dsn, timeout=ANSWERS_WITHIN, connection_class=ConnectionByMeaning, server_settings=SETTINGS
        )
        self._connections[which] = connection
        await self._log.opened.wait()
        if seen := await connection.fetchval(SEEN):
            self._clock.know(seen)
        return connection

    async def _decide(self, connection: asyncpg.Connection[asyncpg.Record], together: Sequence[Waiting]) -> None:
        rows = await connection.fetch(
            FACTS,
            [asked.dataset_id for asked, _ in together],
            [asked.key_digest for asked, _ in together],
            [asked.by_exchange for asked, _ in together],
        )
        if rows[0]["is_copy"]:
            raise ConnectionError("this PostgreSQL is a copy of another: what it says may be out of date")
        now = self._clock.read(rows[0]["now"])
        self._trouble = None
        datasets: dict[str, DatasetFacts | None] = {}
        for waiting, row in zip(together, rows, strict=True):
            # The first row of a dataset tells what is kept back of it.
            asked_for = waiting[0].dataset_id
            if asked_for not in datasets:
                datasets[asked_for] = _dataset(row)
            dataset, grant = datasets[asked_for], _grant(row)
            if dataset and waiting[0].by_exchange:
                dataset = replace(dataset, sharing_class=row["sharing_class"])
            reason = decide(waiting[0], dataset, grant, now)
            if reason is Reason.GRANTED and grant and grant.is_counted:
                self._counting.append(Counting(waiting, grant, self._clock.begin(now)))
            elif dataset and (dataset.openness == "conditional" or waiting[0].by_exchange):
                self._log_and_say(waiting, now, reason, grant)
            else:
                if dataset and not waiting[1].done():
                    self._log.count(now, waiting[0], reason)
                _say(waiting[1], reason)
        if self._counting and not self._counts:
            self._counts = True
            self._start(self._count_all())

    async def _count_these(self, connection: asyncpg.Connection[asyncpg.Record], together: Sequence[Counting]) -> None:
        for each, reason in await count(connection, together):
            self._log_and_say(each.waiting, each.now, reason, each.grant)

    def _log_and_say(self, waiting: Waiting, now: datetime, reason: Reason, grant: GrantFacts | None) -> None:
        asked, answer = waiting
        if not answer.done():
            # Items that no dataset has are a stranger's words.
            known = replace(asked, items=()) if reason is Reason.UNKNOWN_ITEM else asked
            self._log.add(now, known, reason, grant)
        _say(answer, reason)


def _say(answer: asyncio.Future[Reason], reason: Reason) -> None:
    if not answer.done():  # who asked may have gone
        answer.set_result(reason)


def _dataset(row: asyncpg.Record) -> DatasetFacts | None:
    if row["openness"] is None:
        return None
    restrictions = row["restrictions"]
    return DatasetFacts(
        row["openness"],
        row["items"],
        tuple((kind, items_of(items, but)) for kind, items, but in json.loads(restrictions)) if restrictions else (),
    )


def _grant(row: asyncpg.Record) -> GrantFacts | None:
    if row["case_id"] is None:
        return None
    return GrantFacts(
        case_id=row["case_id"],
        dataset_id=row["granted"],
        data_items=row["data_items"],
        access_mode=row["access_mode"],
        access_modes=row["access_modes"],
        use=row["use"],
        granted_at=row["granted_at"],
        valid_until=row["valid_until"],
        ended=row["ended"],
        shared=Shared(row["shared"]) if row["shared"] else None,
        of_unit=bool(row["of_unit"]),
        daily_calls=row["daily_calls"],
        calls_on=row["calls_on"],
        calls=row["calls"] or 0,
        delegation=_delegation(row),
        curtailments=tuple(
            Curtailment(GrantEffect(effect), tuple(items), mode)
            for effect, items, mode in (json.loads(row["curtailments"]) if row["curtailments"] else ())
        ),
    )


def _delegation(row: asyncpg.Record) -> DelegationFacts | None:
    if row["delegation_id"] is None:
        return None
    return DelegationFacts(
        delegation_id=row["delegation_id"],
        accesses=row["accesses"],
        until_at=row["until_at"],
        ended=row["delegation_ended"],
        calls=row["delegated_calls"] or 0,
    )


@asynccontextmanager
async def opened(dsn: str, clock: Clock) -> AsyncIterator[tuple[Gate, GateLog]]:
    """A gate and its log, until the block ends; what was decided is written then. Opens while PostgreSQL is away."""
    present = GateClock(clock)
    log = GateLog(dsn, present)
    gate = Gate(dsn, present, log)
    writing = asyncio.create_task(log.run())
    try:
        yield gate, log
    finally:
        await gate.close()
        log.stop()
        await writing
        await log.close()
