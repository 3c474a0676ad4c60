"""A database as the last release had it, and the migrations that have come since."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest
from alembic import command
from alembic.script import Script, ScriptDirectory

from migrations import configuration
from migrations.beforehand import build_beforehand
from migrations.compatible import RELEASED
from migrations.filling_first import fill_in_first
from migrations.looking_first import look_first
from migrations.waiting import USUAL, Attempt
from stack.postgres import Login, Postgres

RULES = "insert into pinned_rules (digest, rules) values ('pinned', '{}')"
AS_BEFORE = """
with filed as (
  insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, rules_digest, number,
    engine_number) values ($1, $1, 'nanning', 'quality_check', 'd', 'p', clock_timestamp(), 'pinned', 1, 0)
  returning case_id
), received as (
  insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, content, request_digest)
  select case_id || '.file', case_id, 1, 'file', 'p', clock_timestamp(), 'accepted', '{}', '{}', '' from filed
)
insert into events (case_id, number, type, at, event)
select case_id, 1, 'Filed', clock_timestamp(), $2::jsonb from filed
"""
"""As a process files that knows of its log what it says of end and body, and no columns of those names."""
ENDS = '{"wanted_until": "2026-12-02T00:00:00+08:00", "for_body": "nanning.health"}'
UNTIL = "2026-12-02 00:00:00+08"
TASK_AS_BEFORE = """
insert into tasks (task_id, case_id, city, procedure, party, step, stage, round, body, state, late, opened_at, at_once,
  provisional, urgings, clock)
values ($1, $2, 'nanning', 'quality_check', 'p', 'check', 'check', 1, 'nanning.operator', 'open', false,
  clock_timestamp(), false, false, 0, '{}')
"""


def later(than: str) -> list[Script]:
    """The migrations that came after a revision, in their order."""
    scripts = ScriptDirectory.from_config(configuration("postgresql://nobody@nowhere/none"))
    return list(reversed([*scripts.iterate_revisions("heads", than)]))


async def prepared(url: str) -> None:
    """All that comes before the migrations."""
    for part in (look_first, fill_in_first, build_beforehand):
        await part(url, Attempt(USUAL.for_a_lock))


@pytest.fixture
async def released(postgres_server: Postgres) -> AsyncIterator[str]:
    """The URL of a database as the last release had it, as its owner comes in."""
    name = f"released_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    await server.execute(f"create database {name} owner {Login.OWNER}")
    url = postgres_server.dsn(name, Login.OWNER)
    await asyncio.to_thread(command.upgrade, configuration(url), RELEASED)
    yield url
    await server.execute(f"drop database {name} with (force)")
    await server.close()
