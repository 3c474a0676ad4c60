"""Task lists and one case, over HTTP from the real API, in a database that holds 100,000 tasks.

Two requests of Nanning are received and decided as always, one up to the approval and one up to the signatures, and
then copied in SQL with their logs, inboxes and tasks: all in one city, so that no index by city or body helps more than
it would in the busiest one. Due instants are spread so that a fifth of the open tasks that have one are overdue.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

import asyncpg
import httpx

from activities.calendar.record import RecordOfNotices
from activities.clock import DatabaseClock
from activities.database import Pool, open_pool
from activities.record.append import Append
from activities.record.inbox import Inbox
from activities.record.log import Log, read_log
from api.http.tokens import issue, signing_key
from benchmarks.figures import Figure, percentile
from benchmarks.parties import ACCOUNTS, CITY, CONTENT, DECISIONS, decision, filing
from benchmarks.servers import servers
from models.messages import Write
from models.procedures import BY_NAME
from models.signing import naming_what_stands
from models.state import CaseState, fold
from rules.agreement import SIGN
from rules.procedure_names import ACCESS_REQUEST
from rules.seed_notices import read_scopes
from stack.ports import free_port, listen
from stack.programs import Api

BENCH = "lists"


class Size(NamedTuple):
    """How many tasks, eight to a copied pair of requests, and how many calls of each kind."""

    tasks: int
    calls: int


FULL, QUICK, TINY = Size(100_000, 300), Size(10_000, 100), Size(16, 10)
DECIDED = (2, 3)
"""How many of the decisions each of the two requests has behind it: three tasks and five, of which one and two open."""
WARM_UP = 30
COPIED_AT_ONCE = 20_000
READER = f"reviewer@{CITY}.authority"
SUPERVISOR = f"supervisor@{CITY}.authority"

COPY = """
insert into {table} select copy.* from {table} original
cross join generate_series($3::int, $4::int) n
cross join lateral (select md5($1 || n)::uuid::text as id) other
cross join lateral jsonb_populate_record(null::{table},
  replace(replace(to_jsonb(original)::text, $1, other.id), $2, $2 || '-' || n)::jsonb) copy
where original.case_id = $1
"""
SPREAD = """
with numbered as (
  select task_id, row_number() over (order by task_id) as n from tasks where ended_at is null and due_at is not null
)
update tasks
set due_at = clock_timestamp() + case when n % 5 = 1 then -1 else 1 end * (1 + n % 2000) * interval '5 minutes'
from numbered where numbered.task_id = tasks.task_id
"""
"""Up to a week before now and after; the first of each five is overdue."""


def run(size: Size) -> list[Figure]:
    """Median and p99 of each call."""
    return asyncio.run(_run(size))


async def _run(size: Size) -> list[Figure]:
    async with servers() as running:
        async with await open_pool(running.postgres.dsn()) as pool:
            cases = [await decided_without_engine(pool, decided) for decided in DECIDED]
            for case in cases:
                await copied(pool, case, size.tasks // 8 - 1)
            await pool.execute(SPREAD)
            held = await pool.fetchval("select count(*) from tasks")
            open_tasks = await pool.fetchval("select count(*) from tasks where ended_at is null")
            ids = [row["case_id"] for row in await pool.fetch("select case_id from cases")]
        connection = await asyncpg.connect(running.postgres.dsn())
        await connection.execute("vacuum analyze")
        await connection.close()
        where = f"{held:,} tasks ({open_tasks:,} open) of {len(ids):,} cases in one city"
        with listen(free_port()) as listener:
            api = Api(listener, running.home / "logs" / "api.log", running.environment())
            running.keep(api)
            api.start()
            return [
                figure
                for name, login, paths in (
                    ("task list of a body", READER, ["/v1/tasks"]),
                    ("overdue tasks of a body", READER, ["/v1/tasks?overdue=true"]),
                    ("task list of a city", SUPERVISOR, ["/v1/tasks"]),
                    ("one case", READER, [f"/v1/cases/{case_id}" for case_id in random.choices(ids, k=size.calls)]),
                )
                for figure in _called(api.url, running.home, name, login, paths, size.calls, where)
            ]


async def decided_without_engine(pool: Pool, decided: int) -> str:
    """A request with its log, received and decided without an engine; nothing of it waits to be handed over."""
    case_id = str(uuid.uuid4())
    log = Log(RecordOfNotices(read_scopes()))
    inbox, append = Inbox(pool, log, DatabaseClock()), Append(pool, log, DatabaseClock())
    await inbox.receive_filing(case_id, ACCESS_REQUEST, CONTENT, filing)
    for stage, body, outcome in DECISIONS[:decided]:
        act = decision(case_id, stage, body, outcome, f"{case_id}.{stage}.decided")
        if outcome == SIGN:
            async with pool.acquire() as connection:
                state = fold(CaseState(), await read_log(connection, case_id))
            assert state.received_at
            act = naming_what_stands(filing(state.received_at).rules, state, act)
        received = await inbox.receive_act(act)
        async with pool.acquire() as connection:
            state = fold(CaseState(), await read_log(connection, case_id))
        act = act.model_copy(update={"received_at": received.received_at})
        events = BY_NAME[state.procedure].judge(filing(received.received_at).rules, state, act)
        await append.append(Write(case_id=case_id, after=state.number, events=tuple(events)))
    await pool.execute("update acts set delivered_at = received_at, state = 'accepted' where case_id = $1", case_id)
    return case_id


async def copied(pool: Pool, case_id: str, times: int) -> None:
    number = await pool.fetchval("select case_number from cases where case_id = $1", case_id)
    for first in range(1, times + 1, COPIED_AT_ONCE):
        last = min(times, first + COPIED_AT_ONCE - 1)
        for table in ("cases", "acts", "events", "tasks"):
            await pool.execute(COPY.format(table=table), case_id, number, first, last, timeout=120)


def _called(url: str, home: Path, name: str, login: str, paths: list[str], calls: int, where: str) -> list[Figure]:
    token = issue(signing_key(home / "signing-key.pem"), ACCOUNTS[login], timedelta(hours=1))
    milliseconds = []
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30) as http:
        for call in range(WARM_UP + calls):
            started = perf_counter()
            answer = http.get(paths[call % len(paths)]).raise_for_status()
            milliseconds.append((perf_counter() - started) * 1e3)
            if answer.json().get("items") == []:
                raise RuntimeError(f"{login} finds nothing under {paths[0]}: there is nothing to measure")
    measured = milliseconds[WARM_UP:]
    method = f"{calls} calls over HTTP one after another by {login}, first page of 50; {where}"
    return [
        Figure(BENCH, f"{name}, median", median(measured), "ms", method),
        Figure(BENCH, f"{name}, p99", percentile(measured, 0.99), "ms", method),
    ]
