"""The log of the gate: every decision on conditional data, how many there were on other data in each minute, and
how far what is written of it can be relied on.

Decisions wait in memory for less than a second. A run of the gate is a row of `gate_sessions`: what it decided before
`written_until` is in `gate_decisions` and `gate_minutes`; what it decided from there until `ended_at` may be missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import asyncpg

from activities.database import Connection, present
from activities.gate.clock import GateClock
from models.gate import ALLOWING, GrantFacts, Question, Reason, day_of

LOG = logging.getLogger("kaifang.gate")

PAUSE = 0.4
"""Seconds between two writings."""
HEARTBEAT = 1.0
"""Seconds after which `written_until` moves on though nothing was decided."""
AT_A_TIME = 25
"""How many rows are encoded before answers come first again."""
BATCH = 150
"""How many waiting decisions are written before the pause has ended: more at once would hold up callers."""
ROOM = 50_000
"""So many are kept while PostgreSQL does not take them."""
WRITES_WITHIN = 5
"""Seconds."""
LAST_TRIES_WITHIN = 5
"""Seconds for which a gate that stops tries to write what is left."""


class DecisionKept(NamedTuple):
    """A row of `gate_decisions`, but for the session."""

    at: datetime
    dataset_id: str
    grant_case_id: str | None
    data_items: tuple[str, ...]
    access_mode: str | None
    use: str | None
    allowed: bool
    reason: str
    delegation_id: str | None


class Counted(NamedTuple):
    """What is counted together: the answers of a minute. `in_rows`: each of them is a row of its own besides."""

    dataset_id: str
    minute: datetime
    access_mode: str
    reason: str
    in_rows: bool


COLUMNS = ("session", *DecisionKept._fields)
LOCKS = 0x6B66
"""The class of the advisory locks by which one sees that a session runs."""

BEGIN = "select clock_timestamp() as now, pg_current_xact_id()::text as transaction"
KEEP = """
insert into gate_sessions (session, started_at, written_until, ended_at, lost) values ($1, $2, $2, $3, $4)
on conflict (session) do update
set written_until = excluded.written_until, ended_at = excluded.ended_at, lost = excluded.lost
"""
COUNT_MINUTES = """
insert into gate_minutes as counted (dataset_id, minute, access_mode, reason, calls)
select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::bigint[])
on conflict (dataset_id, minute, access_mode, reason) do update set calls = counted.calls + excluded.calls
"""
COUNT_DAYS = """
insert into gate_days as counted (dataset_id, "on", access_mode, reason, calls)
select * from unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::bigint[])
on conflict (dataset_id, "on", access_mode, reason) do update set calls = counted.calls + excluded.calls
"""
"""In the order of their keys: gates that count at the same time wait for each other in one order."""
IS_RUNNING = """
exists (
  select from pg_locks
  where locktype = 'advisory' and classid = $1::int::oid and objid = hashtext(session)::oid and objsubid = 2
  and database = (select oid from pg_database where datname = current_database())
)
"""
CLOSE_BROKEN_OFF = f"""
update gate_sessions set ended_at = greatest($2, written_until + interval '1 second')
where ended_at is null and session <> $3 and not {IS_RUNNING}
"""  # noqa: S608  a constant of this module
GAPS = f"""
select session, written_until as since, ended_at as until, lost, ended_at is null and {IS_RUNNING} as is_running
from gate_sessions
where (ended_at is null or ended_at > written_until) and written_until < $3 and coalesce(ended_at, 'infinity') > $2
order by written_until, session
"""  # noqa: S608  a constant of this module


@dataclass(frozen=True)
class Gap:
    """A span in which decisions of one session may be missing from the log; `until` is None where nobody knows it yet.

    Of a running session it is what waits to be written. `lost` are decisions that found no room in memory.
    """

    session: str
    since: datetime
    until: datetime | None
    lost: int
    is_running: bool


async def gaps(connection: Connection, since: datetime, until: datetime) -> list[Gap]:
    """The spans that touch [since, until) in which the log may be incomplete; outside of them it is whole."""
    return [Gap(**row) for row in await connection.fetch(GAPS, LOCKS, since, until)]


@dataclass(frozen=True)
class _Written:
    """What one transaction was to write; `transaction` is its id, by which PostgreSQL knows whether it did."""

    transaction: str
    taken: int
    counted: Mapping[Counted, int]
    lost: int
    session: str
    until: datetime


class GateLog:
    """Writes one gate's decisions beside the answers. `add` and `count` never wait; `run` is a task of its own,
    until `stop`."""

    def __init__(self, dsn: str, clock: GateClock, room: int = ROOM) -> None:
        self._dsn = dsn
        self._clock = clock
        self._room = room
        self._session = uuid.uuid4().hex
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._rows: list[DecisionKept] = []
        self._counts: Counter[Counted] = Counter()
        self._lost = 0
        self._lost_since: datetime | None = None
        self._unsure: _Written | None = None
        self._call = asyncio.Event()
        self._stops = False
        self._is_away = False
        self.opened = asyncio.Event()
        """Set once PostgreSQL has the session: before that, nobody would know of decisions that a crash loses."""
        self.lost = 0
        """Decisions that found no room since the start."""

    @property
    def backlog(self) -> int:
        """Decisions that PostgreSQL does not have yet."""
        return len(self._rows)

    def add(self, at: datetime, asked: Question, reason: Reason, grant: GrantFacts | None) -> None:
        """Takes a decision, or counts it as lost where there is no room."""
        if len(self._rows) >= self._room:
            self._lose(at)
            return
        self._counts[_place(at, asked, reason, in_rows=True)] += 1
        self._rows.append(
            DecisionKept(
                at=at,
                dataset_id=asked.dataset_id,
                grant_case_id=grant.case_id if grant else None,
                data_items=asked.items,
                access_mode=asked.mode,
                use=asked.use,
                allowed=reason in ALLOWING,
                reason=reason.value,
                delegation_id=grant.delegation.delegation_id if grant and grant.delegation else None,
            )
        )
        if len(self._rows) == BATCH:
            self._call.set()

    def count(self, at: datetime, asked: Question, reason: Reason) -> None:
        """Counts a decision of which no row is kept, or counts it as lost where there is no room for another minute."""
        place = _place(at, asked, reason, in_rows=False)
        if place not in self._counts and len(self._counts) >= self._room:
            self._lose(at)
            return
        self._counts[place] += 1

    def _lose(self, at: datetime) -> None:
        self._lost += 1
        self.lost += 1
        self._lost_since = self._lost_since or at

    async def run(self) -> None:
        """Writes at least twice a second while there is something; what fails is kept and tried again."""
        loop = asyncio.get_running_loop()
        written_at = -HEARTBEAT
        while not self._stops:
            if (self._rows or loop.time() - written_at >= HEARTBEAT) and await self._try_to_write():
                written_at = loop.time()
            if len(self._rows) >= BATCH and not self._is_away:
                continue
            self._call.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PAUSE):
                    await self._call.wait()

    def stop(self) -> None:
        """Tells `run` to end."""
        self._stops = True
        self._call.set()

    async def close(self) -> None:
        """Writes what is left and ends the session, after `run` has ended and when no decision is under way any more.

        Where PostgreSQL stays away, what is left is lost, and the session has no end.
        """
        try:
            async with asyncio.timeout(LAST_TRIES_WITHIN):
                while not await self._try_to_write(ending=True):  # noqa: ASYNC110  another process ends it
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            LOG.error("the gate stops, and PostgreSQL does not take its last %d decisions", len(self._rows))
        finally:
            if self._connection:
                self._connection.terminate()

    async def _try_to_write(self, *, ending: bool = False) -> bool:
        try:
            async with asyncio.timeout(2 * WRITES_WITHIN):
                await self._write(await self._connected(), ending)
        except Exception as failure:  # noqa: BLE001  whatever it is, what was decided is kept and tried again
            if not self._is_away:
                LOG.warning("the gate's log cannot be written: %r", failure)
            self._is_away = True
            if self._connection:
                self._connection.terminate()
            return False
        if self._is_away:
            LOG.info("the gate's log is written again")
        self._is_away = False
        return True

    async def _connected(self) -> asyncpg.Connection[asyncpg.Record]:
        if self._connection and not self._connection.is_closed():
            return self._connection
        connection = await asyncpg.connect(
            self._dsn,
            timeout=WRITES_WITHIN,
            command_timeout=WRITES_WITHIN,
            server_settings={"application_name": "kaifang gate log"},
        )
        self._connection = connection
        await self._settle(connection)
        await self._lock(connection, self._session)
        now = self._clock.present(await present(connection))
        if not self.opened.is_set():
            await connection.execute(KEEP, self._session, now, None, 0)
            self.opened.set()
        await connection.execute(CLOSE_BROKEN_OFF, LOCKS, now, self._session)
        return connection

    async def _lock(self, connection: asyncpg.Connection[asyncpg.Record], session: str) -> None:
        """Comes before the session can be seen. Shared: PostgreSQL may not know yet that a connection broke."""
        await connection.execute("select pg_advisory_lock_shared($1::int, hashtext($2))", LOCKS, session)

    async def _settle(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        """A connection that breaks in a commit leaves open whether it was one; PostgreSQL knows."""
        if self._unsure is None:
            return
        status = await connection.fetchval("select pg_xact_status($1::text::xid8)", self._unsure.transaction)
        if status == "in progress":
            raise ConnectionError("PostgreSQL has not given up the connection before")
        if status == "committed":
            self._written(self._unsure)
        self._unsure = None

    async def _write(self, connection: asyncpg.Connection[asyncpg.Record], ending: bool) -> None:
        async with connection.transaction():
            begun = await connection.fetchrow(BEGIN)
            assert begun
            now = self._clock.present(begun["now"])
            # Nothing is awaited between these lines: what is not among the rows was not decided before `until`.
            until = self._clock.settled_until(now)
            taken, lost, lost_since = len(self._rows), self._lost, self._lost_since
            counted = dict(self._counts)
            records = _unhurried(self._session, self._rows[:taken])
            await connection.copy_records_to_table("gate_decisions", records=records, columns=COLUMNS)
            await _write_counts(connection, counted)
            session = self._session
            if lost_since is not None:
                # A session ends with what it lost, so that only the span in which that was is in doubt.
                await connection.execute(KEEP, session, min(until, lost_since), now, lost)
                session = uuid.uuid4().hex
                await self._lock(connection, session)
            await connection.execute(KEEP, session, until, until if ending else None, 0)
            self._unsure = written = _Written(begun["transaction"], taken, counted, lost, session, until)
        self._written(written)
        self._unsure = None

    def _written(self, written: _Written) -> None:
        del self._rows[: written.taken]
        self._counts.subtract(written.counted)
        self._counts = +self._counts
        self._session = written.session
        self._lost -= written.lost
        if written.lost:
            self._lost_since = written.until if self._lost else None


async def _unhurried(session: str, rows: Sequence[tuple[object, ...]]) -> AsyncIterator[tuple[object, ...]]:
    """The records of a session, between which answers are given: to encode a batch takes longer than an answer may."""
    for place, row in enumerate(rows):
        if place % AT_A_TIME == 0:
            await asyncio.sleep(0)
        yield (session, *row)


def _place(at: datetime, asked: Question, reason: Reason, *, in_rows: bool) -> Counted:
    return Counted(asked.dataset_id, at.replace(second=0, microsecond=0), asked.mode or "", reason.value, in_rows)


async def _write_counts(connection: asyncpg.Connection[asyncpg.Record], counted: Mapping[Counted, int]) -> None:
    """Adds what was counted to what stands: the minutes of what has no rows, and the days of all."""
    minutes = sorted((each[:4], calls) for each, calls in counted.items() if not each.in_rows)
    if minutes:
        await connection.execute(COUNT_MINUTES, *_columns(minutes))
    days: Counter[tuple[str, date, str, str]] = Counter()
    for each, calls in counted.items():
        days[each.dataset_id, day_of(each.minute), each.access_mode, each.reason] += calls
    if days:
        await connection.execute(COUNT_DAYS, *_columns(sorted(days.items())))


def _columns(counted: Sequence[tuple[tuple[object, ...], int]]) -> list[list[object]]:
    return [list(column) for column in zip(*((*place, calls) for place, calls in counted), strict=True)]
