"""What rows of before lack, and the database has written into new ones since a migration, is filled in after it.

Within the migration's transaction whoever writes would wait until all of it is read, and where somebody has such a row
in hand, one would wait for the other. Here rows are filled in a page at a time, each in a transaction of its own, which
passes over those that somebody has in hand; these come last, one by one.

By rows and not by revisions: what breaks off is done by the next run. That all of it is done is said at the trigger by
which nothing is added that lacks it: both hold together, and go together (docs/decisions/0167). Files of evidence have
no such trigger: few belong to no case, and each run looks whether they should.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import asyncpg

from activities.database_url import checked
from migrations.waiting import Attempt

AT_A_TIME = 500
"""Cases: for some milliseconds somebody may wait for one of them."""
DONE = "rows of before have it too"
IS_OWED = """
select exists (
  select from pg_trigger where tgrelid = to_regclass('public.' || $1) and tgname = $2
    and obj_description(oid, 'pg_trigger') is distinct from $3
)
"""
CASES = "select case_id from cases where case_id > $1 order by case_id limit $2"
LACKS = """
((cases.wanted_until is null and said.wanted_until is not null)
  or (cases.for_body is null and said.for_body is not null))
"""
OF_THE_LOG = f"""
with said as (
  select case_id, (event ->> 'wanted_until')::timestamptz as wanted_until, event ->> 'for_body' as for_body
  from events where case_id = any($1) and number = 1
), free as (
  select cases.case_id from cases join said using (case_id) where {LACKS} for no key update of cases {{in_hand}}
), filled as (
  update cases set wanted_until = coalesce(cases.wanted_until, said.wanted_until),
    for_body = coalesce(cases.for_body, said.for_body)
  from said join free using (case_id) where cases.case_id = said.case_id
)
select case_id from cases join said using (case_id) where {LACKS} and case_id not in (select case_id from free)
"""  # noqa: S608 - made of constants
PASSED_OVER = OF_THE_LOG.format(in_hand="skip locked")
WAITED_FOR = OF_THE_LOG.format(in_hand="")
TASKS = "select task_id from tasks where case_received_at is null"
"""Few: the others were filled in before (`migrations/filling_first.py`)."""
OF_ITS_CASE = """
update tasks set case_received_at = cases.received_at from cases
where cases.case_id = tasks.case_id and tasks.task_id = $1 and tasks.case_received_at is null
"""

OF_NO_CASE = "select exists (select from evidence where case_id is null)"
OF_ITS_ACT = """
with named as (
  select distinct on (evidence_id) evidence_id, acts.case_id
  from evidence join cases on party = account join acts on acts.case_id = cases.case_id
  where evidence.case_id is null and kind = 'submit_evidence' and state <> 'refused' and acts.account = evidence.account
    and act -> 'evidence' ? evidence_id
  order by evidence_id, acts.received_at, seq
)
update evidence set case_id = named.case_id from named
where evidence.evidence_id = named.evidence_id and evidence.case_id is null
"""
"""The release before let evidence whose act waited belong to no case, whatever became of the act."""


async def fill_in_after(dsn: str, attempt: Attempt) -> None:
    """Every row has what a row has that is added now. A database of which that is known is asked only for files that
    belong to no case."""
    connection = await asyncpg.connect(checked(dsn))
    try:
        await attempt.begin(connection)
        for each in OWED:
            if await connection.fetchval(IS_OWED, each.table, each.trigger, DONE):
                await each.fill_in(connection)
                await connection.execute(f"comment on trigger {each.trigger} on {each.table} is '{DONE}'")
        if await connection.fetchval(OF_NO_CASE):
            await connection.execute(OF_ITS_ACT)
    finally:
        await connection.close()


async def _cases(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """What the first event of its log says of a case, and its row does not."""
    in_hand: list[str] = []
    last = ""
    # By their ids, which never change: where a row lies does, whenever somebody writes it.
    while page := [row["case_id"] for row in await connection.fetch(CASES, last, AT_A_TIME)]:
        in_hand += [row["case_id"] for row in await connection.fetch(PASSED_OVER, page)]
        last = page[-1]
    for case_id in in_hand:
        await connection.execute(WAITED_FOR, [case_id])


async def _tasks(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    for row in await connection.fetch(TASKS):
        await connection.execute(OF_ITS_CASE, row["task_id"])


class Owed(NamedTuple):
    """What fills in rows of before, and the trigger on a table since which none is added that lacks it."""

    table: str
    trigger: str
    fill_in: Callable[[asyncpg.Connection[asyncpg.Record]], Awaitable[None]]


OWED = (Owed("events", "filed_with_its_end", _cases), Owed("tasks", "case_is_known", _tasks))
