"""Reminders leave by PostgreSQL's clock: a loop beside the worker looks at the tasks whose time has come.

It decides nothing and writes no log: what it finds goes into the outbox, and the task's row says when to look again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from activities.database import AWAY, present
from activities.looking import look_on
from activities.outbox.outbox import put_out
from activities.record.opening import LawOn, law_of
from activities.record.pinned_rules import PinnedRules
from activities.record.service_rules import reminders_of
from models.clock import Clock
from models.conflicts import sides
from models.events import read_events
from models.procedures import ANSWERS_NOTHING, BY_NAME
from models.reminding import Look, Reminded, look, tellings
from models.state import CaseState, fold
from models.telling import NEARLY_USED_UP as FEW_LEFT
from models.telling import nearly_used_up
from models.tellings import Telling
from rules.deadlines import to_shanghai

if TYPE_CHECKING:
    import asyncpg

    from activities import clock
    from activities.calendar.record import RecordOfNotices
    from activities.database import Connection, Pool
    from rules.calendar import CalendarRecord

LOG = logging.getLogger("kaifang.reminding")

REMINDING_LOCK = 5272
"""An advisory lock: of several workers, one looks at a time."""
A_SET = 500
"""Tasks in one transaction, whose cases cannot be written to meanwhile."""
WHILE_AN_ACT_WAITS = timedelta(minutes=15)
A_FIFTH = 5
"""When no more than this part of the accesses is left, a delegate is told."""
AFTER_A_DEFECT = timedelta(hours=1)

# Nobody is reminded by a clock that a notice has moved already, although the task does not show it yet.
CASES_TO_LOOK_AT = """
select case_id from cases where case_id in (
  select case_id from tasks where ended_at is null and remind_at <= $1
    and not exists (select from notices_moving where listed_at is null)
    and not exists (select from cases_to_move where cases_to_move.case_id = tasks.case_id)
    and not exists (
      select from acts where acts.case_id = tasks.case_id and state = 'received' and delivered_at is null
        and kind = 'apply_notice'
    )
  order by remind_at limit $2
)
-- As the messages will hold them; whoever writes to a case now is not waited for, nor made to wait in a circle.
for key share skip locked
"""
TASKS_TO_LOOK_AT = """
select task_id, tasks.case_id, rules_digest, tasks.city, tasks.party, stage, round, body, claimed_by,
  opened_at, clock, opening.event as opening, (due_at <= $2 or clock -> 'own_due_at' <> '{}') and exists (
    select from acts where acts.case_id = tasks.case_id and acts.state = 'received' and acts.delivered_at is null
    and (due_at is null or due_at > $2 or received_at < due_at) and act ->> 'task_id' = task_id and acts.kind <> all($3)
  ) as answered_in_time
from tasks join cases on cases.case_id = tasks.case_id
join events as opening on opening.case_id = tasks.case_id and opening.number = 1
where tasks.case_id = any($1) and ended_at is null and remind_at <= $2
"""
LOOK_AGAIN = """
update tasks set remind_at = again_at from unnest($1::text[], $2::timestamptz[]) as looked (looked_at, again_at)
where task_id = looked_at
"""


NEARLY_USED_UP = f"""
select let.delegation_id, let.delegate, held.dataset_id, let.accesses, let.accesses - counted.calls as left
from delegated_calls counted join delegations let using (delegation_id) join grants held on held.case_id = let.case_id
where let.ended is null and let.until_at > $1 and held.ended is null
  and counted.calls > 0 and let.accesses - counted.calls <= greatest(let.accesses / {A_FIFTH}, 1)
  and not exists (
    select from messages where account_id = let.delegate and kind = '{FEW_LEFT}'
    and facts ->> 'delegation_id' = let.delegation_id
  )
order by let.delegation_id limit $2
"""  # noqa: S608 - constants of ours


class Reminding:
    """Reminds those who have a task at its points. Any number may run; nobody is reminded twice of a point."""

    def __init__(
        self, pool: Pool, notices: RecordOfNotices, clock: clock.Clock, every: float = 20.0, law: LawOn = law_of
    ) -> None:
        self._pool = pool
        self._notices = notices
        self._clock = clock
        self._every = every
        self._pinned = PinnedRules()
        self._law = law

    async def run(self) -> None:
        """Looks until it is cancelled; an absent PostgreSQL is waited for."""
        await look_on(self.look, self._every, LOG, "what is to be reminded of cannot be looked at")

    async def look(self) -> None:
        """Every task whose time has come."""
        while await self.remind() >= A_SET:
            pass

    async def remind(self) -> int:
        """One look at the tasks whose time has come, as many as one transaction takes; returns how many it found."""
        async with self._pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", REMINDING_LOCK):
                return 0
            now = self._clock.at(await present(connection))
            cases = [row["case_id"] for row in await connection.fetch(CASES_TO_LOOK_AT, now, A_SET)]
            # A second query, which sees what the writers of these cases had written before they were locked.
            tasks = await connection.fetch(TASKS_TO_LOOK_AT, cases, now, list(ANSWERS_NOTHING))
            record = await self._notices.read(connection)
            looks = [await self._look(connection, task, record, now) for task in tasks]
            new = await put_out(connection, [telling for _, tellings_ in looks for telling in tellings_], now)
            new += await self._of_delegations(connection, now)
            again = [found.again_at for found, _ in looks]
            await connection.execute(LOOK_AGAIN, [task["task_id"] for task in tasks], again)
        if new:
            LOG.info("%d reminders of %d tasks", new, len(tasks))
        return len(tasks)

    async def _of_delegations(self, connection: Connection, now: datetime) -> int:
        """Delegates with few accesses left are told, once. The gate counts and writes no messages."""
        rows = await connection.fetch(NEARLY_USED_UP, now, A_SET)
        few = (
            nearly_used_up(each["delegation_id"], each["delegate"], each["dataset_id"], each["accesses"], each["left"])
            for each in rows
        )
        return await put_out(connection, list(few), now)

    async def _look(
        self, connection: Connection, row: asyncpg.Record, record: CalendarRecord, now: datetime
    ) -> tuple[Look, Sequence[Telling]]:
        if row["answered_in_time"]:
            return Look(None, now + WHILE_AN_ACT_WAITS), ()
        try:
            kept = await self._pinned.of(connection, row["rules_digest"])
            rule = reminders_of(kept, self._law, to_shanghai(now).date())
            task = reminded(row)
            found = look(task.clock, task.opened_at, rule, record.calendar(task.clock.calendar), now)
            return found, tuple(tellings(task, found.point)) if found.point else ()
        except AWAY:
            raise
        except Exception:
            # Such as a clock that a newer version wrote: whatever is wrong with one task holds up no other.
            LOG.exception("task %s cannot be looked at", row["task_id"])
            return Look(None, now + AFTER_A_DEFECT), ()


def reminded(row: asyncpg.Record) -> Reminded:
    """A task with the facts that a reminder needs. Raises ValueError."""
    begun = fold(CaseState(), read_events([row["opening"]]))
    return Reminded(
        task_id=row["task_id"],
        case_id=row["case_id"],
        city=row["city"],
        party=row["party"],
        stage=row["stage"],
        round=row["round"],
        body=row["body"],
        claimed_by=row["claimed_by"],
        opened_at=row["opened_at"],
        clock=Clock.model_validate_json(row["clock"]),
        sides=sides(begun, BY_NAME[begun.procedure].is_the_partys_own(begun)),
    )
