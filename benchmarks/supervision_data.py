"""Many open and closed tasks in PostgreSQL, made there: what the bench of supervision asks about.

Five cities of unlike size with sixty providers each. Every case keeps the rules of its city as they are today, so that
what is listed can be rendered. One open task in five is overdue, the longest by more than a year. The first task of
each case, which is closed, lay before the operator of its city.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import asyncpg

from models.clock import Clock
from rules.deadlines import midnight, to_shanghai
from rules.loading import load_pack
from rules.pinned import APPLICANT
from rules.procedure_names import ACCESS_REQUEST, CATALOGUE_UPDATE, DEMAND, OBJECTION
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve

SHARES = {"nanning": 40, "guangzhou": 20, "nanjing": 16, "yulin": 14, "lianyungang": 10}
"""Percent of the cases."""
BUSIEST = "nanning"
PROCEDURES = (ACCESS_REQUEST, OBJECTION, CATALOGUE_UPDATE, DEMAND)
PROVIDERS = 60
SLOTS_OF_A_CITY = 12_000
WAITING = 9000
"""One case in so many, where it is open, has a decision that was received in time and not worked off."""
TABLES = ("cases", "tasks", "acts", "events")


class Template(NamedTuple):
    """A stage before a body."""

    city: str
    procedure: str
    digest: str
    step: str
    stage: str
    body: str
    provider: str
    period: str | None
    clock: str


MADE = """
create temp table made on commit drop as
select n, md5('case' || n)::uuid::text as case_id, n % 9 < 5 as is_open, t.*,
  case when t.period like '%h' then $3::timestamptz + (h - 0.2) * interval '60 hours'
    when h < 0.2 then $2::timestamptz - floor(least(-30 * ln(h / 0.2 + 1e-6), 400)) * interval '1 day'
    else $2::timestamptz + (1 + floor((h - 0.2) * 40)) * interval '1 day' end as due_at,
  case when h2 < 0.4 then (array['acc_1', 'acc_2', 'acc_3'])[1 + n % 3] end as claimed_by, h2
from (
  select n, (hashint8(n) & 16777215) / 16777216.0::float8 as h, (hashint8(-n) & 16777215) / 16777216.0::float8 as h2
  from generate_series(1, $1::bigint) n
) numbered join slots t on t.slot = (hashint8(n * 7919) & 2147483647) % (select count(*) from slots)
order by due_at
"""
CASES = """
insert into cases (case_id, case_number, city, procedure, dataset_id, party, provider, received_at, rules_digest,
  number, engine_number, closed_at, outcome)
select case_id, upper(city) || '-' || n, city, procedure, '', 'acc_party', provider, due_at - interval '20 days',
  digest, 3, 3, case when not is_open then due_at end, case when not is_open then 'refused' end
from made
"""
TASKS = """
insert into tasks (task_id, case_id, city, procedure, party, step, stage, round, body, state, claimed_by, late,
  opened_at, ended_at, due_at, at_once, provisional, case_received_at, urgings, urged_at, clock)
select case_id || '.' || stage || '.' || r, case_id, city, procedure, 'acc_party', step, stage, r,
  case when r = 1 then city || '.operator' else body end,
  case when not it_is_open then 'done' when claimed_by is null then 'open' else 'claimed' end, claimed_by,
  not it_is_open and r = 3, due_at - interval '20 days', case when not it_is_open then due_at end, due_at, false, false,
  due_at - interval '20 days',
  case when it_is_open and h2 < 0.05 then 1 + n % 3 else 0 end,
  case when it_is_open and h2 < 0.05 then due_at - interval '1 day' end,
  clock || jsonb_build_object('started_at', due_at - interval '20 days', 'due_at', due_at,
    'last_day', (due_at - interval '1 second')::date)
from made cross join lateral generate_series(1, case when is_open then 2 else 5 end) r
cross join lateral (select is_open and r = 2 as it_is_open) as whether
"""
ACTS = """
insert into acts (act_id, case_id, seq, kind, account, received_at, state, delivered_at, request_digest,
  act)
select case_id || '.filed', case_id, 1, 'file', 'acc_party', due_at - interval '20 days', 'accepted',
  due_at - interval '20 days', '', jsonb_build_object('kind', 'file')
from made where is_open
union all
select case_id || '.decided', case_id, 2, 'decide', 'acc_1', due_at - interval '1 hour', 'received', null, '',
  jsonb_build_object('kind', 'decide', 'task_id', case_id || '.' || stage || '.2')
from made where is_open and n % $1 = 0
"""
EVENTS = """
insert into events (case_id, number, type, at, event)
select case_id, number, (array['Filed', 'TaskOpened', 'TaskClaimed'])[number],
  due_at - interval '20 days' + number * interval '1 hour',
  jsonb_build_object('task_id', case_id || '.' || stage || '.2')
from made cross join generate_series(1, 3) number where is_open and claimed_by is not null
"""


async def make(connection: asyncpg.Connection[asyncpg.Record], cases: int) -> None:
    """So many cases with their tasks: of nine cases five are open, with one open task and one closed; the others have
    five closed tasks. Rows lie in the order in which the tasks were opened. Indexes are made afterwards, and the tables
    vacuumed, as a night does it."""
    now = await connection.fetchval("select clock_timestamp()")
    today = to_shanghai(now).date()
    kept = await connection.fetch(
        "select indexdef, indexname from pg_indexes where schemaname = 'public' and tablename = any($1) "
        "and indexname not in (select conname from pg_constraint)",
        TABLES,
    )
    await connection.execute("set maintenance_work_mem = '512MB'; set work_mem = '256MB'")
    async with connection.transaction():
        # Nothing refers to what is not there, and looking six million times costs minutes.
        await connection.execute("set local session_replication_role = replica; set local timezone = 'Asia/Shanghai'")
        for row in kept:
            await connection.execute(f'drop index "{row["indexname"]}"')
        await _put_slots(connection, today)
        await connection.execute(MADE, cases, midnight(today), now)
        await connection.execute(CASES)
        await connection.execute(TASKS)
        await connection.execute(ACTS, WAITING)
        await connection.execute(EVENTS)
        for row in kept:
            await connection.execute(row["indexdef"].replace(" ON ONLY ", " ON "))
    await connection.execute("vacuum analyze")


async def _put_slots(connection: asyncpg.Connection[asyncpg.Record], today: date) -> None:
    """A slot for each template, as often as its city has a share in the cases."""
    await connection.execute(
        "create temp table slots (slot int primary key, city text, procedure text, digest text, step text, stage text, "
        "body text, provider text, period text, clock jsonb) on commit drop"
    )
    slots: list[tuple[int, *Template]] = []
    for city, share in SHARES.items():
        providers = await _providers(connection, city)
        known = []
        for procedure in PROCEDURES:
            if procedure in load_pack(city).procedures:
                rules = resolve(load_pack(city), procedure, today)
                await connection.execute(
                    "insert into pinned_rules (digest, rules) values ($1, $2) on conflict do nothing",
                    rules.digest(),
                    rules.model_dump_json(),
                )
                known += list(_templates(rules, providers))
        slots += [(len(slots) + n, *known[n % len(known)]) for n in range(SLOTS_OF_A_CITY * share // 100)]
    await connection.copy_records_to_table("slots", records=slots)


async def _providers(connection: asyncpg.Connection[asyncpg.Record], city: str) -> list[str]:
    name = json.dumps({"zh": "某局", "en": "A department"})
    bodies = [f"{city}.transport", f"{city}.health", *(f"{city}.department-{n}" for n in range(3, PROVIDERS + 1))]
    await connection.executemany(
        "insert into bodies (body, city, role, name) values ($1, $2, 'provider', $3) on conflict do nothing",
        [(body, city, name) for body in bodies],
    )
    return bodies


def _templates(rules: ProcedureRules, providers: list[str]) -> Iterator[Template]:
    """Every stage of a procedure before each body that may have it; a stage without a number in the law is taken to
    have ten working days here, for what has no due day is in none of these lists."""
    for n, provider in enumerate(providers):
        for step in rules.steps[:2]:
            for stage in step.stages:
                if stage.body == APPLICANT:
                    continue
                period = list(stage.periods.values())[n % len(stage.periods)] if stage.periods else "10wd"
                body = provider if stage.body == "provider" else f"{rules.city}.{stage.body}"
                clock = Clock(
                    started_at=midnight(date(2026, 1, 1)),
                    period=period,
                    article=stage.citation.article,
                    basis=stage.citation.basis,
                    calendar=rules.calendar,
                    calendar_version=1,
                )
                yield Template(
                    *(rules.city, rules.procedure, rules.digest(), step.step, stage.stage, body, provider, period),
                    clock.model_dump_json(),
                )
