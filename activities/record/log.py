"""The log in PostgreSQL and what is derived from it: one writer for engine and receipt, under the case's row lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from activities.calendar.record import RecordOfNotices, with_due
from activities.catalogue.entries import publish_entry
from activities.outbox.outbox import put_out
from activities.record.opening import Law, cases_begun, law_of
from activities.record.pinned_rules import PinnedRules
from activities.record.touching import tell_new_grant, tell_other_cases
from activities.tables.cases import FORESEEN
from models import events as e
from models.access_events import AccessOpened
from models.acts import Actor, File
from models.kept_back import by_kind
from models.passing import foreseen
from models.restrictions import RestrictionKind, items_of, restriction, written
from models.state import CaseState, GrantState, fold
from models.task_state import TaskState
from models.telling import told
from rules.pack import GROUND

if TYPE_CHECKING:
    from activities.clock import Clock
    from activities.database import Connection, Pool
    from rules.calendar import CalendarRecord
    from rules.procedure_rules import ProcedureRules


class ActSettled(Exception):
    """The act was settled before: its events must not be written."""


class CaseUnknown(LookupError):
    """There is no case of that id."""


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


async def lock(connection: Connection, case_id: str, clock: Clock) -> LockedCase:
    """Takes the row lock of a case. Raises CaseUnknown."""
    row = await connection.fetchrow(
        "select number, engine_number, dataset_id, clock_timestamp() as now, "
        "(select version from calendar) as calendar_version "
        "from cases where case_id = $1 for update",
        case_id,
    )
    if row is None:
        raise CaseUnknown(case_id)
    return LockedCase(
        case_id,
        row["number"],
        row["engine_number"],
        clock.at(row["now"]),
        dataset_id=row["dataset_id"],
        calendar_version=row["calendar_version"],
    )


async def read_log(connection: Connection, case_id: str, after: int = 0) -> list[e.Event]:
    """The events of a case beyond number `after`, in order, in today's shape."""
    rows = await connection.fetch(
        "select event from events where case_id = $1 and number > $2 order by number", case_id, after
    )
    return e.read_events(row["event"] for row in rows)


async def length_and_instant(
    connection: Connection | Pool, case_id: str, up_to: int
) -> tuple[int | None, datetime | None]:
    """How long a log is and its latest instant, up to an event: by both it is known whether two who know so many events
    know the same ones."""
    row = await connection.fetchrow(
        "select max(number), max(at) from events where case_id = $1 and number <= $2", case_id, up_to
    )
    assert row
    return row[0], row[1]


def moves_data(events: Iterable[e.Event]) -> bool:
    """Whether these events change what is served or what the catalogue says of it, for which the writer must have the
    dataset alone."""
    return any(isinstance(event, (*e.DATA_MOVED, e.EntryPublished, e.EntryChangeOrdered)) for event in events)


def grants_data(events: Iterable[e.Event]) -> bool:
    """Whether these events grant access, while which nobody may restrict the dataset."""
    return any(isinstance(event, e.Granted) for event in events)


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

    def __init__(self, notices: RecordOfNotices, law: Law = law_of) -> None:
        self.notices = notices
        self.law = law
        self._pinned = PinnedRules()

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
        access case of a grant and puts into the outbox what the events tell people. `engine_number` is how much of the
        log the engine knows afterwards; `record` is the record of notices, read under its share lock, without which no
        clock can be set. Raises ActSettled.
        """
        events = with_clocks(proposed, record)
        after = fold(before, events)
        acts = sorted({event.act for event in events if event.act})
        settled = await connection.fetchval(
            SETTLE_AND_LOG,
            case.case_id,
            acts,
            [event.number for event in events],
            [event.type for event in events],
            [event.at for event in events],
            [event.model_dump_json() for event in events],
            engine_number,
            after.closed,
            after.closed_at,
            after.choices.get("urgency"),
        )
        if settled != len(acts):
            raise ActSettled(", ".join(acts))
        rules = await self._pinned.of(connection, after.rules_digest)
        await self._derive(connection, rules, before, after)
        if after.published and after.published != before.published:
            await publish_entry(connection, after, after.published)
            if after.published.reopens:
                await self._reopen(connection, case, after.published)
        for begun in await cases_begun(connection, self._pinned, self.law, before, after):
            opening = begun.opening
            await open_case(connection, opening, content=None, request_digest="")
            new = LockedCase(opening.case_id, 0, 0, case.now)
            known = len(begun.events)
            await self.write(connection, new, CaseState(), begun.events, engine_number=known, record=record)
            if isinstance(opening, AccessOpened):
                await tell_new_grant(connection, opening, case.now)
        await tell_other_cases(connection, before, after, case.now)
        await put_out(connection, told(before, after, events), case.now)
        return events

    async def _reopen(self, connection: Connection, case: LockedCase, it: e.EntryPublished) -> None:
        """What closed objections have withdrawn is open again, where it stands as it did when the update was decided;
        their logs say by which update, though they are closed."""
        for case_id, items in sorted(it.reopens.items()):
            await connection.execute("select from cases where case_id = $1 for update", case_id)
            state = fold(CaseState(), await read_log(connection, case_id))
            reopened = items_of(items, it.reopens_except.get(case_id, ()))
            if not (state.closed and state.strongest_restriction == restriction(RestrictionKind.WITHDRAWAL, reopened)):
                continue
            event = e.DataRestored(number=state.number + 1, at=it.at, by_case=case.case_id, **written(reopened))
            other = LockedCase(case_id, state.number, state.number, case.now)
            await self.write(connection, other, state, [event], engine_number=event.number)

    async def _derive(self, connection: Connection, rules: ProcedureRules, before: CaseState, after: CaseState) -> None:
        if rules.opens_when_passed:
            # Before the rows of this write: what was foreseen may have come to be, or not be so any more.
            await connection.execute(
                "delete from tasks where case_id = $1 and state = $2 and ended_at is null", after.case_id, FORESEEN
            )
        amended = after.choices.get("urgency") != before.choices.get("urgency")
        changed = [task for task in after.tasks.values() if amended or before.tasks.get(task.task_id) != task]
        if changed:
            rows = [(*task_row(after, task), look_again_at(after, task)) for task in changed]
            await connection.executemany(UPSERT_TASK, rows)
        if rows := [(*foreseen_row(after, task), task.opened_at) for task in foreseen(rules, after)]:
            await connection.executemany(UPSERT_TASK, rows)
        if after.grant and not before.grant:
            await connection.execute(INSERT_GRANT, *grant_row(after, after.grant))
        elif after.grant and (after.grant != before.grant or after.closed):
            await connection.execute(
                "update grants set key_digest = $2, ended = $3 where case_id = $1",
                after.case_id,
                after.grant.key_digest,
                after.closed,
            )

        if (row := objection_row(after)) and row != objection_row(before):
            await connection.execute(UPSERT_OBJECTION, *row)
        if (rows := restriction_rows(after)) != restriction_rows(before):
            await connection.execute(OTHERWISE_RESTRICTED, after.case_id, [row[2] for row in rows])
            await connection.executemany(UPSERT_RESTRICTION, rows)


async def open_case(
    connection: Connection, filed: e.Filed | AccessOpened, *, content: str | None, request_digest: str
) -> None:
    """The row of a new case, and its filing as the first act of its inbox; the caller writes the first events."""
    await connection.execute(
        "insert into cases (case_id, case_number, city, procedure, dataset_id, party, provider, received_at, "
        "rules_digest, number, engine_number) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0)",
        filed.case_id,
        filed.case_number,
        filed.city,
        filed.procedure,
        filed.dataset_id,
        filed.party,
        filed.bodies.get("provider"),
        filed.at,
        filed.rules_digest,
    )
    act = File(id=filed.act or "", case_id=filed.case_id, by=Actor(account=filed.party), received_at=filed.at, seen=1)
    await connection.execute(
        "insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, content, request_digest) "
        "values ($1, $2, 1, $3, $4, $5, 'received', $6, $7, $8)",
        act.id,
        act.case_id,
        act.kind,
        act.by.account,
        act.received_at,
        act.model_dump_json(),
        content,
        request_digest,
    )


SETTLE_AND_LOG = """
with settled as (
  update acts set state = 'accepted' where act_id = any($2) and state = 'received' returning act_id
), logged as (
  insert into events (case_id, number, type, at, event)
  select $1, * from unnest($3::int[], $4::text[], $5::timestamptz[], $6::jsonb[]) returning number
)
update cases set number = (select max(number) from logged), engine_number = $7, outcome = $8, closed_at = $9,
  urgency = $10
where case_id = $1 returning (select count(*) from settled)
"""
TASK_COLUMNS = (
    "task_id, case_id, city, procedure, party, step, stage, round, body, urgency, state, claimed_by, outcome, late, "
    "opened_at, ended_at, due_at, at_once, provisional, urgings, urged_at, lapsed_of, "
    "supplement_asked_at, supplement_act, clock"
)
UPSERT_TASK = f"""
insert into tasks ({TASK_COLUMNS}, remind_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
  $24, $25, $26)
on conflict (task_id) do update set urgency = excluded.urgency, state = excluded.state,
  claimed_by = excluded.claimed_by, outcome = excluded.outcome, late = excluded.late, ended_at = excluded.ended_at,
  due_at = excluded.due_at, provisional = excluded.provisional, urgings = excluded.urgings,
  urged_at = excluded.urged_at, lapsed_of = excluded.lapsed_of,
  supplement_asked_at = excluded.supplement_asked_at, supplement_act = excluded.supplement_act,
  clock = excluded.clock, remind_at = excluded.remind_at
"""  # noqa: S608 - made of constants


def task_row(case: CaseState, task: TaskState) -> tuple[object, ...]:
    """A task as the read model keeps it, in the order of TASK_COLUMNS."""
    return (
        task.task_id,
        case.case_id,
        case.city,
        case.procedure,
        case.party,
        task.step,
        task.stage,
        task.round,
        task.body,
        case.choices.get("urgency"),
        task.state,
        task.claimed_by,
        task.outcome,
        task.late,
        task.opened_at,
        task.ended_at,
        task.clock.due_at,
        task.clock.promptly,
        task.clock.provisional,
        task.urgings,
        task.urged_at,
        task.lapsed_of,
        task.supplement_asked_at,
        task.supplement_act,
        task.clock.model_dump_json(),
    )


def foreseen_row(case: CaseState, task: TaskState) -> tuple[object, ...]:
    """A task that time will open, as the read model keeps it: whoever asks after that instant finds it open, whether
    or not a worker has come to it."""
    columns = TASK_COLUMNS.split(", ")
    return tuple(
        FORESEEN if name == "state" else kept for name, kept in zip(columns, task_row(case, task), strict=True)
    )


def look_again_at(case: CaseState, task: TaskState) -> datetime | None:
    """When the reminder looks at a task that has changed: at once, for it alone knows when it is next to be told of;
    never at one that is done, or has neither an end nor to be done promptly."""
    clock = task.clock
    return case.at if task.is_open and (clock.due_at or clock.own_due_at or clock.promptly) else None


INSERT_GRANT = """
insert into grants (case_id, granted_by, dataset_id, party, data_items, access_mode, access_modes, use, granted_at,
  valid_until, daily_calls)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""


def grant_row(case: CaseState, it: GrantState) -> tuple[object, ...]:
    """A grant as it begins, in the order of INSERT_GRANT."""
    return (
        case.case_id,
        it.granted_by,
        case.dataset_id,
        case.party,
        list(it.data_items),
        it.access_mode,
        list(it.access_modes),
        it.use,
        case.received_at,
        it.valid_until,
        it.daily_calls,
    )


OBJECTION_COLUMNS = "case_id, dataset_id, party, ground, disputed, answered_at, upheld"
UPSERT_OBJECTION = f"""
insert into objections ({OBJECTION_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (case_id) do update set disputed = excluded.disputed, answered_at = excluded.answered_at,
  upheld = excluded.upheld
"""  # noqa: S608 - made of constants
RESTRICTION_COLUMNS = "case_id, dataset_id, kind, data_items, except_items, since, ended_at"
OTHERWISE_RESTRICTED = "delete from restrictions where case_id = $1 and kind <> all($2)"
UPSERT_RESTRICTION = f"""
insert into restrictions ({RESTRICTION_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (case_id, kind) do update set data_items = excluded.data_items, except_items = excluded.except_items,
  since = excluded.since, ended_at = excluded.ended_at
"""  # noqa: S608 - made of constants


def objection_row(case: CaseState) -> tuple[object, ...] | None:
    """An objection as the read model keeps it, in the order of OBJECTION_COLUMNS; None for any other case."""
    if case.standing is None:
        return None
    ground = case.choices.get(GROUND)
    return (case.case_id, case.dataset_id, case.party, ground, case.disputed, case.answered_at, case.upheld)


def restriction_rows(case: CaseState) -> list[tuple[object, ...]]:
    """What a case keeps back, or kept back last, a row for each way in which it does, in the order of
    RESTRICTION_COLUMNS; none if it never did."""
    return [
        (
            *(case.case_id, case.dataset_id, each.kind.value, list(each.data_items), list(each.except_items)),
            *(each.since, case.lifted_at),
        )
        for each in by_kind(case.kept_back)
    ]
