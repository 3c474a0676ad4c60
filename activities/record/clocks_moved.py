"""The clocks of many cases, moved by one notice at once: what `Log.write` would have made of the act of each, in a few
statements for all of them.

Only what is plain is done so. A case in whose inbox something waits, and one that makes anything but moved clocks of
the act, gets the act alone: it is judged in its turn, as every act is.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from activities.database import AWAY
from activities.outbox.outbox import put_out
from activities.record.log import HeadHasMoved, with_clocks
from activities.record.notices_first import acts_of
from activities.record.task_rows import Change, keep_tasks
from activities.record.touching import ActPut, act_put, last_acts, put_as_it_is
from activities.statements import by_column, numbered
from models import events as e
from models.passing import next_instant
from models.procedures import BY_NAME
from models.state import CaseState, fold
from models.telling import told as tellings_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import asyncpg

    from activities.calendar.clock_moves import Move
    from activities.database import Connection
    from activities.record.log import Log
    from activities.record.notices_first import NoticePublished
    from models.acts import ApplyNotice
    from rules.procedure_rules import ProcedureRules

LOG = logging.getLogger("kaifang.notices")

STANDING = """
select case_id, number, head, procedure, rules_digest, exists (
  select from acts where acts.case_id = cases.case_id and state = 'received' and delivered_at is null
) as waits
from cases where case_id = any($1) order by case_id
"""
LOGS = "select case_id, event from events where case_id = any($1) order by case_id, number"


class Moves(NamedTuple):
    """What one statement adds to many cases: acts, events and heads, column by column."""

    act_id: list[str]
    of: list[str]
    seq: list[int]
    kind: list[str]
    account: list[str]
    received_at: list[datetime]
    act: list[str]
    act_hash: list[str]
    delivered_at: list[datetime | None]
    case_id: list[str]
    number: list[int]
    type: list[str]
    at: list[datetime]
    event: list[str]
    hash: list[str]
    moved: list[str]
    length: list[int]
    previous: list[str]
    head: list[str]


MOVE = numbered(
    """
with put as (
  insert into acts (act_id, case_id, seq, kind, account, received_at, act, hash, delivered_at, state, content,
    request_digest)
  select *, 'accepted', null, '' from unnest(:act_id::text[], :of::text[], :seq::int[], :kind::text[],
    :account::text[], :received_at::timestamptz[], :act::jsonb[], :act_hash::text[], :delivered_at::timestamptz[])
), logged as (
  insert into events (case_id, number, type, at, event, hash)
  select * from unnest(:case_id::text[], :number::int[], :type::text[], :at::timestamptz[], :event::jsonb[],
    :hash::text[])
), grown as (
  update cases set number = length, head = new_head
  from unnest(:moved::text[], :length::int[], :previous::text[], :head::text[])
    as written (moved, length, previous, new_head)
  where case_id = moved and head = previous returning 1
)
select count(*) from grown
""",
    Moves._fields,
)


class Moved(NamedTuple):
    """A case with what the act of a notice adds to it."""

    put: ActPut
    change: Change
    events: list[e.Event]
    previous: str

    @property
    def ends_sooner(self) -> bool:
        """Whether the engine, which waits for the next instant that it knows of, would come too late. It wakes too
        early otherwise, asks, and sleeps on."""
        rules, before, after = self.change
        was, will_be = next_instant(rules, before), next_instant(rules, after)
        return will_be is not None and (was is None or will_be < was)


class Done(NamedTuple):
    """Cases whose clocks were moved, and those that were given the act alone."""

    moved: list[str]
    woken: list[str]


async def move_clocks(
    connection: Connection, log: Log, it: NoticePublished, moves: Mapping[str, Sequence[Move]], now: datetime
) -> Done:
    """What the notice moves in each of these cases, which the caller has locked, is on record in it. The engine is told
    of those that end sooner, and finds the others in the log when it next looks."""
    acts = {act.case_id: act for act in acts_of(it, moves)}
    if not acts:
        return Done([], [])
    rows = await connection.fetch(STANDING, list(acts))
    logs = defaultdict[str, list[str]](list)
    for row in await connection.fetch(LOGS, list(acts)):
        logs[row["case_id"]].append(row["event"])
    last = await last_acts(connection, list(acts))
    found: list[Moved] = []
    for row in rows:
        case_id = row["case_id"]
        if len(logs[case_id]) == row["number"] and not row["waits"]:
            rules = await log.rules_of(connection, row["rules_digest"])
            found += _moved(row, rules, logs[case_id], acts[case_id], last[case_id])
        await asyncio.sleep(0)  # whoever waits beside this goes on
    record = await log.notices.read(connection)
    done = [_with_ends(each, with_clocks(each.events, record)) for each in found]
    await _write(connection, log, done, now)
    moved = [each.put.case_id for each in done]
    woken = [act for case_id, act in acts.items() if case_id not in set(moved)]
    await put_as_it_is(connection, woken, {row["case_id"]: row["number"] for row in rows})
    return Done(moved, [act.case_id for act in woken])


def _moved(
    row: asyncpg.Record, rules: ProcedureRules, log: Sequence[str], act: ApplyNotice, last: asyncpg.Record
) -> list[Moved]:
    """The case with the clocks that the act moves, not set yet; none where that is not all that it makes."""
    put = act_put(act, row["number"], last)
    stamped = act.model_copy(update={"received_at": put.received_at, "seen": row["number"]})
    try:
        before = fold(CaseState(), e.read_events(log))
        events = BY_NAME[row["procedure"]].judge(rules, before, stamped)
    except AWAY:
        raise
    except Exception:
        # Such as a log that a newer version wrote: it is judged by whoever can, and named there where nobody can.
        LOG.exception("case %s is not moved with the others", row["case_id"])
        return []
    if not events or not all(isinstance(event, e.ClockMoved) and event.act == act.id for event in events):
        return []
    return [Moved(put, Change(rules, before, before), events, row["head"])]


def _with_ends(it: Moved, events: list[e.Event]) -> Moved:
    before = it.change.before
    return it._replace(events=events, change=it.change._replace(after=fold(before, events)))


async def _write(connection: Connection, log: Log, moved: Sequence[Moved], now: datetime) -> None:
    if not moved:
        return
    put, written, grown = [], [], []
    for each in moved:
        kept = [event.model_dump_json() for event in each.events]
        numbers, case_id = [event.number for event in each.events], each.put.case_id
        hashes = log.chain.on(each.previous, case_id, numbers, kept)
        put.append((*each.put, None if each.ends_sooner else now))
        written += [
            (case_id, event.number, event.type, event.at, as_json, hashed)
            for event, as_json, hashed in zip(each.events, kept, hashes, strict=True)
        ]
        grown.append((case_id, numbers[-1], each.previous, hashes[-1]))
    count = await connection.fetchval(MOVE, *by_column(put), *by_column(written), *by_column(grown))
    if count != len(moved):
        raise HeadHasMoved(", ".join(each.put.case_id for each in moved))
    await keep_tasks(connection, [each.change for each in moved])
    tellings = [
        telling for each in moved for telling in tellings_of(each.change.before, each.change.after, each.events)
    ]
    await put_out(connection, tellings, now)
