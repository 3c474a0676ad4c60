"""The log in PostgreSQL and what is derived from it: one writer for engine and receipt, under the case's row lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.calendar.record import RecordOfNotices, with_due
from activities.catalogue.entries import publish_entry
from activities.database import PLANNED_ONCE
from activities.outbox.outbox import put_out
from activities.proof.chain import BEGINNING, Chain
from activities.record.kept_acts import RECEIVE_ACT, act_kept
from activities.record.opening import LawOn, cases_begun, law_of
from activities.record.pinned_rules import PinnedRules
from activities.record.rows import keep
from activities.record.touching import tell_new_grant, tell_other_cases
from activities.statements import insert, numbered
from models import events as e
from models.access_events import AccessOpened
from models.acts import Actor, File
from models.curtailing import given_back
from models.restrictions import RestrictionKind, items_of, restriction
from models.restrictions import written as items_written
from models.state import CaseState, fold
from models.telling import told

if TYPE_CHECKING:
    from asyncpg import Record

    from activities.clock import Clock
    from activities.database import Connection, Pool
    from activities.sealing.seals import Seals
    from rules.calendar import CalendarRecord
    from rules.procedure_rules import ProcedureRules


class ActSettled(Exception):
    """The act was settled before: its events must not be written."""


class CaseUnknown(LookupError):
    """There is no case of that id."""


class HeadHasMoved(RuntimeError):
    """Whoever writes does not know the last event of the log: the chain would not hold. A defect of the caller."""


class Written(NamedTuple):
    """What one write adds to a case: the acts that it settles, the events column by column, and how the case stands
    after it."""

    case_id: str
    acts: list[str]
    numbers: list[int]
    types: list[str]
    instants: list[datetime]
    events: list[str]
    hashes: list[str]
    previous: str
    head: str
    engine_number: int
    outcome: str | None
    closed_at: datetime | None
    urgency: str | None


SETTLE_AND_LOG = numbered(
    """
with settled as (
  update acts set state = 'accepted' where act_id = any(:acts) and state = 'received' returning act_id
), logged as (
  insert into events (case_id, number, type, at, event, hash)
  select :case_id, *
  from unnest(:numbers::int[], :types::text[], :instants::timestamptz[], :events::jsonb[], :hashes::text[])
  returning number
)
update cases set number = (select max(number) from logged), engine_number = :engine_number, outcome = :outcome,
  closed_at = :closed_at, urgency = :urgency, head = :head, archived_at = null
where case_id = :case_id and head = :previous returning (select count(*) from settled)
""",
    Written._fields,
)


class NewCase(NamedTuple):
    """The row of a case in which nothing has happened yet."""

    case_id: str
    case_number: str
    city: str
    procedure: str
    dataset_id: str
    party: str
    for_body: str | None
    provider: str | None
    received_at: datetime
    wanted_until: datetime | None
    rules_digest: str
    number: int
    engine_number: int
    key_id: str | None


OPEN_CASE = insert("cases", NewCase._fields)


@dataclass(frozen=True)
class LockedCase:
    """A case under its row lock: nobody else writes to its log or its inbox until the transaction ends."""

    case_id: str
    number: int
    engine_number: int
    now: datetime
    dataset_id: str = ""
    calendar_version: int = 0
    """The position of the record of notices, for those who held it before they locked the case."""
    head: str = BEGINNING
    """The hash of the last event of the log."""


LOCK = f"""
select number, engine_number, dataset_id, head, clock_timestamp() as now, {PLANNED_ONCE},
  (select version from calendar) as calendar_version
from cases where case_id = $1 for update
"""  # noqa: S608 - made of constants
LOCK_AND_LOOK = f"""
select number, engine_number, dataset_id, head, clock_timestamp() as now, {PLANNED_ONCE},
  (select version from calendar) as calendar_version,
  (select max(events.number) from events where events.case_id = $1 and events.number <= $2) as up_to,
  (select max(events.at) from events where events.case_id = $1 and events.number <= $2) as latest
from cases where case_id = $1 for update
"""  # noqa: S608 - made of constants


async def lock(connection: Connection, case_id: str, clock: Clock) -> LockedCase:
    """Takes the row lock of a case. Raises CaseUnknown."""
    row = await connection.fetchrow(LOCK, case_id)
    if row is None:
        raise CaseUnknown(case_id)
    return _locked(case_id, row, clock)


async def lock_and_look(
    connection: Connection, case_id: str, clock: Clock, up_to: int
) -> tuple[LockedCase, datetime | None]:
    """As `lock`, and the latest instant of the log up to an event. Raises CaseUnknown."""
    row = await connection.fetchrow(LOCK_AND_LOOK, case_id, up_to)
    if row is None:
        raise CaseUnknown(case_id)
    case, latest = _locked(case_id, row, clock), row["latest"]
    if row["up_to"] != up_to:
        # What was written while it waited for the lock it does not see: a log only grows, so that it has seen all up to
        # an event if it has seen that.
        latest = (await length_and_instant(connection, case_id, up_to))[1]
    return case, latest


def _locked(case_id: str, row: Record, clock: Clock) -> LockedCase:
    return LockedCase(
        case_id,
        row["number"],
        row["engine_number"],
        clock.at(row["now"]),
        dataset_id=row["dataset_id"],
        calendar_version=row["calendar_version"],
        head=row["head"],
    )


async def with_its_head(connection: Connection, case: LockedCase) -> LockedCase:
    """A case under its row lock to whose log the transaction has written since."""
    return replace(case, head=await connection.fetchval("select head from cases where case_id = $1", case.case_id))


async def read_log(connection: Connection, case_id: str, after: int = 0) -> list[e.Event]:
    """The events of a case beyond number `after`, in order, in today's shape."""
    rows = await connection.fetch(
        "select event from events where case_id = $1 and number > $2 order by number", case_id, after
    )
    return e.read_events(row["event"] for row in rows)


async def length_and_instant(
    connection: Connection | Pool, case_id: str, up_to: int
) -> tuple[int | None, datetime | None]:
    """The length of a log and its latest instant, up to an event: both together show whether two logs of that length
    hold the same events."""
    row = await connection.fetchrow(
        "select max(number), max(at) from events where case_id = $1 and number <= $2", case_id, up_to
    )
    assert row
    return row[0], row[1]


def moves_data(events: Iterable[e.Event]) -> bool:
    """Whether these events change what is served, to all or under a grant, or what the catalogue says of it, for which
    the writer must have the dataset alone."""
    return any(
        isinstance(event, (*e.DATA_MOVED, *e.GRANT_MOVED, e.EntryPublished, e.EntryChangeOrdered)) for event in events
    )


def grants_data(events: Iterable[e.Event]) -> bool:
    """Whether these events grant access, so that nobody may restrict the dataset meanwhile."""
    return any(isinstance(event, e.Granted) for event in events)


def orders_a_case(events: Iterable[e.Event]) -> bool:
    """Whether these events begin a case of their own, whose tasks may have clocks that are set in the same write."""
    return any(isinstance(event, e.CaseOrdered) for event in events)


def closes(events: Iterable[e.Event]) -> bool:
    """Whether these events close the case."""
    return any(isinstance(event, e.Closed) for event in events)


def sets_clocks(events: Iterable[e.Event]) -> bool:
    """Whether the writer must look at the calendar for these events."""
    return any(isinstance(event, e.TaskOpened | e.ClockMoved) and event.clock.wants_due for event in events)


def with_clocks(events: Sequence[e.Event], record: CalendarRecord | None) -> list[e.Event]:
    """The events with the end of each clock filled in."""
    if not sets_clocks(events):
        return list(events)
    assert record, "clocks are set under the calendar's share lock"
    return [
        event.model_copy(update={"clock": with_due(event.clock, record_for(event, record))})
        if isinstance(event, e.TaskOpened | e.ClockMoved)
        else event
        for event in events
    ]


def record_for(event: e.TaskOpened | e.ClockMoved, record: CalendarRecord) -> CalendarRecord:
    """The record by which a clock is set: as it stands, but for a move by a notice that others have followed.

    Then it is the record up to that notice, so that the log says of each notice what it did; the acts of those that
    followed wait behind. A clock is never set by less than it was.
    """
    notice = event.notice if isinstance(event, e.ClockMoved) else None
    if notice is None:
        return record
    return record.at(max(notice.calendar_version, event.clock.calendar_version or 0))


class Log:
    """Writes events and all that is derived from them in the transaction of the caller."""

    def __init__(
        self,
        notices: RecordOfNotices,
        law: LawOn = law_of,
        chain: Chain | None = None,
        seals: Seals | None = None,
    ) -> None:
        self.notices = notices
        self.law = law
        self.chain = chain or Chain()
        self.seals = seals
        """Without them what people write is kept as they wrote it: for whoever has no personal data."""
        self._pinned = PinnedRules()

    async def rules_of(self, connection: Connection, digest: str) -> ProcedureRules:
        """The rules of that digest, which cases keep."""
        return await self._pinned.of(connection, digest)

    async def write(
        self,
        connection: Connection,
        case: LockedCase,
        before: CaseState,
        proposed: Sequence[e.Event],
        *,
        engine_number: int,
        record: CalendarRecord | None = None,
    ) -> list[e.Event]:
        """Appends events to a locked case whose log makes `before`; returns them as they now stand in the log.

        Fills in each clock's end, settles the acts that made the events, brings the read model up to date, opens the
        access case of a grant and puts into the outbox the messages that the events make. `engine_number` is how much
        of the log the engine knows afterwards; `record` is the record of notices, read under its share lock, without
        which no clock can be set. Raises ActSettled, HeadHasMoved.
        """
        events = with_clocks(proposed, record)
        after = fold(before, events)
        acts = sorted({event.act for event in events if event.act})
        numbers, kept = [event.number for event in events], [event.model_dump_json() for event in events]
        hashes = self.chain.on(case.head, case.case_id, numbers, kept)
        written = Written(
            case_id=case.case_id,
            acts=acts,
            numbers=numbers,
            types=[event.type for event in events],
            instants=[event.at for event in events],
            events=kept,
            hashes=hashes,
            previous=case.head,
            head=hashes[-1],
            engine_number=engine_number,
            outcome=after.closed,
            closed_at=after.closed_at,
            urgency=after.choices.get("urgency"),
        )
        settled = await connection.fetchval(SETTLE_AND_LOG, *written)
        if settled is None:
            raise HeadHasMoved(case.case_id)
        if settled != len(acts):
            raise ActSettled(", ".join(acts))
        rules = await self._pinned.of(connection, after.rules_digest)
        await keep(connection, rules, before, after)
        if after.published and after.published != before.published:
            await publish_entry(connection, after, after.published)
            if after.published.reopens:
                await self._reopen(connection, case, after.published)
        if after.gives_back and not before.gives_back:
            await self._give_back(connection, case, after.gives_back)
        for begun in await cases_begun(connection, self._pinned, self.law, before, after):
            opening = begun.opening
            await open_case(connection, self.chain, opening, content=None, request_digest="")
            new = LockedCase(opening.case_id, 0, 0, case.now)
            known = len(begun.events)
            await self.write(connection, new, CaseState(), begun.events, engine_number=known, record=record)
            if isinstance(opening, AccessOpened):
                await tell_new_grant(connection, self.notices, opening, case.now)
        await tell_other_cases(connection, self.notices, before, after, case.now)
        await put_out(connection, told(before, after, events), case.now)
        return events

    async def _reopen(self, connection: Connection, case: LockedCase, it: e.EntryPublished) -> None:
        """Opens again what closed objections have withdrawn, where that has not changed since the update was decided;
        their logs name the update, although they are closed."""
        for case_id, items in sorted(it.reopens.items()):
            head = await connection.fetchval("select head from cases where case_id = $1 for update", case_id)
            state = fold(CaseState(), await read_log(connection, case_id))
            reopened = items_of(items, it.reopens_except.get(case_id, ()))
            if not (state.closed and state.strongest_restriction == restriction(RestrictionKind.WITHDRAWAL, reopened)):
                continue
            event = e.DataRestored(number=state.number + 1, at=it.at, by_case=case.case_id, **items_written(reopened))
            other = LockedCase(case_id, state.number, state.number, case.now, head=head)
            await self.write(connection, other, state, [event], engine_number=event.number)

    async def _give_back(self, connection: Connection, case: LockedCase, it: e.RestorationOrdered) -> None:
        """Gives back what the case against which an appeal was upheld has taken, and corrects what it has published;
        its log names the appeal, although it is closed. Nothing where that was done before."""
        head = await connection.fetchval("select head from cases where case_id = $1 for update", it.of_case)
        state = fold(CaseState(), await read_log(connection, it.of_case))
        events = given_back(state, it, case.case_id)
        if not events:
            return
        other = LockedCase(it.of_case, state.number, state.number, case.now, head=head)
        await self.write(connection, other, state, events, engine_number=events[-1].number)


async def open_case(
    connection: Connection,
    chain: Chain,
    filed: e.Filed | AccessOpened,
    *,
    content: str | None,
    request_digest: str,
    files: Mapping[str, str] | None = None,
    key_id: str | None = None,
) -> None:
    """The row of a new case, and its filing as the first act of its inbox, with the files that came with it; the caller
    writes the first events."""
    case = NewCase(
        case_id=filed.case_id,
        case_number=filed.case_number,
        city=filed.city,
        procedure=filed.procedure,
        dataset_id=filed.dataset_id,
        party=filed.party,
        for_body=filed.for_body,
        provider=filed.bodies.get("provider"),
        received_at=filed.at,
        wanted_until=filed.wanted_until if isinstance(filed, e.Filed) else None,
        rules_digest=filed.rules_digest,
        number=0,
        engine_number=0,
        key_id=key_id,
    )
    await connection.execute(OPEN_CASE, *case)
    act = File(id=filed.act or "", case_id=filed.case_id, by=Actor(account=filed.party), received_at=filed.at, seen=1)
    await connection.execute(RECEIVE_ACT, *act_kept(chain, act, 1, content, request_digest, files=files))
