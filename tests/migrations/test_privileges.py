"""What each login may do with each table, tried for real; and what is on record stays, whoever comes."""

from __future__ import annotations

import importlib
import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pkgutil import iter_modules
from typing import NamedTuple

import asyncpg
import pytest
from sqlmodel import SQLModel

import activities.tables
import migrations.privileges
from migrations.privileges import GATE, PRIVILEGES, READER, WRITER
from stack.postgres import Login, Postgres

LOGINS = {WRITER: Login.WRITER, GATE: Login.GATE, READER: Login.READER}


class Guarded(NamedTuple):
    """A database with a case in it, and a connection to it as each login."""

    server: Postgres
    name: str
    to: Mapping[Login, asyncpg.Connection[asyncpg.Record]]

    async def refused(self) -> int:
        """How many attempts to rewrite were refused."""
        count: int = await self.to[Login.READER].fetchval(
            "select case when is_called then last_value else 0 end from refused_rewritings"
        )
        return count


@pytest.fixture(scope="module")
async def guarded(postgres_server: Postgres, migrated_template: str) -> AsyncIterator[Guarded]:
    name = f"guarded_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_server.dsn("postgres"))
    await server.execute(f"create database {name} template {migrated_template} owner {Login.OWNER}")
    to = {login: await asyncpg.connect(postgres_server.dsn(name, login)) for login in Login}
    await to[Login.OWNER].execute(A_CASE)
    try:
        yield Guarded(postgres_server, name, to)
    finally:
        for connection in to.values():
            await connection.close()
        await server.execute(f"drop database {name}")
        await server.close()


A_CASE = """
insert into pinned_rules (digest, rules) values ('pinned', '{}');
insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, rules_digest, number,
  engine_number) values ('c', 'C-1', 'nanning', 'request', 'd', 'p', now(), 'pinned', 1, 0);
insert into events (case_id, number, type, at, event) values ('c', 1, 'Filed', now(), '{}');
insert into acts (act_id, case_id, seq, kind, account, received_at, state, act, content, request_digest)
  values ('settled', 'c', 1, 'file', 'p', now(), 'accepted', '{}', '{}', ''),
  ('received', 'c', 2, 'withdraw', 'p', now(), 'received', '{}', '{}', '');
insert into signed_days (day, statement, signature) values ('2026-01-05', '{}', '');
insert into signed_heads (case_id, day, events, head, acts, acts_head, place, path)
  values ('c', '2026-01-05', 1, '', 1, '', 0, '{}'), ('c', '2026-01-06', 1, '', 1, '', -1, '{}');
insert into erasures (what, id, erased_at, account, basis) values ('content', 'x', now(), 'a', 'b');
insert into dataset_versions (dataset_id, number, openness, items, entry)
  select dataset_id, 1, openness, items, entry from datasets limit 1;
"""


def test_every_table_has_a_stated_set_of_privileges() -> None:
    for module in iter_modules(activities.tables.__path__, "activities.tables."):
        importlib.import_module(module.name)  # each adds its own to SQLModel's
    stated, there = set(PRIVILEGES), {*SQLModel.metadata.tables, "alembic_version"}
    where = migrations.privileges.__file__
    assert not there - stated, (
        f"{sorted(there - stated)}: say in PRIVILEGES ({where}) what writer, gate and reader do with the table; "
        "without a line nobody but the owner reaches it, and no service works with it"
    )
    assert not stated - there, f"{sorted(stated - there)}: there is no such table; take the line out of {where}"


async def test_the_database_has_no_table_without_stated_privileges(guarded: Guarded) -> None:
    found = await guarded.to[Login.OWNER].fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')"
    )
    assert {row["relname"] for row in found} == set(PRIVILEGES)


async def test_no_login_of_ours_is_a_superuser_or_makes_others(guarded: Guarded) -> None:
    for login in LOGINS.values():
        row = await guarded.to[login].fetchrow(
            "select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication as mighty from pg_roles "
            "where rolname = current_user"
        )
        assert row
        assert not row["mighty"]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await guarded.to[login].execute("create table mine ()")


TRIED = """
do $$
declare
  attempt text;
  allowed jsonb := '[]';
begin
  for attempt in select jsonb_array_elements_text(current_setting('tried.statements')::jsonb) loop
    begin
      execute attempt;
      allowed := allowed || to_jsonb(attempt);
    exception
      when insufficient_privilege then null;
      when generated_always then allowed := allowed || to_jsonb(attempt);  -- let by, and refused for what it is
    end;
  end loop;
  perform set_config('tried.allowed', allowed::text, true);
end $$
"""
"""Each statement is tried, and would change nothing if it is allowed."""


@pytest.mark.parametrize("role", LOGINS)
async def test_each_login_does_what_is_stated_and_nothing_else(guarded: Guarded, role: str) -> None:
    expected: dict[str, set[str]] = {}
    attempts: dict[str, tuple[str, str]] = {}
    columns = await guarded.to[Login.OWNER].fetch(COLUMNS)
    for table in sorted({row["table"] for row in columns}):
        of_it = [(row["name"], row["type"]) for row in columns if row["table"] == table]
        expected[table] = granted(PRIVILEGES[table].by_role()[role], [name for name, _ in of_it])
        attempts |= {statement: (table, what) for what, statement in attempts_at(table, of_it)}
    async with guarded.to[LOGINS[role]].transaction():
        said = "select set_config('tried.statements', $1, true)"
        await guarded.to[LOGINS[role]].execute(said, json.dumps(list(attempts)))
        await guarded.to[LOGINS[role]].execute(TRIED)
        allowed = json.loads(await guarded.to[LOGINS[role]].fetchval("select current_setting('tried.allowed')"))
    found: dict[str, set[str]] = {table: set() for table in expected}
    for statement in allowed:
        table, what = attempts[statement]
        found[table].add(what)
    assert found == expected


COLUMNS = """
select relname as table, attname as name, format_type(atttypid, atttypmod) as type
from pg_attribute join pg_class on pg_class.oid = attrelid
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped
  and attgenerated = ''
"""
"""But those that nobody writes, whatever he may do: PostgreSQL makes them of the others."""


def attempts_at(table: str, columns: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What may be done with a table, and a statement that does it to no row; by column, where it is by column."""
    yield "delete", f"delete from {table} where false"  # noqa: S608 - names from the catalogue
    yield "truncate", f"truncate {table} cascade"
    for name, kind in columns:
        yield f"select {name}", f'select "{name}" from {table} where false'  # noqa: S608
        yield f"update {name}", f'update {table} set "{name}" = default where false'  # noqa: S608
        yield f"insert {name}", f'insert into {table} ("{name}") select null::{kind} where false'


def granted(stated: str, columns: Sequence[str]) -> set[str]:
    """What is stated, column by column."""
    found: set[str] = set()
    for what, some in re.findall(r"(\w+)(?: \(([^)]*)\))?(?:, |$)", stated):
        if what == "delete":
            found.add("delete")
        else:
            found |= {f"{what} {column}" for column in (some.split(", ") if some else columns)}
    return found


REWRITINGS = {
    "update events set at = now()": "update of events case_id=c number=1",
    "delete from events": "delete of events case_id=c number=1",
    "truncate events": "truncate of events",
    "truncate cases cascade": "truncate of acts",
    "update acts set account = 'other' where act_id = 'received'": "update of acts act_id=received",
    "update acts set act = '[]'": "update of acts act_id=settled",
    "update acts set content = null": "update of acts act_id=settled",
    "update acts set hash = 'other'": "update of acts act_id=settled",
    "update acts set state = 'refused'": "update of acts act_id=settled",
    """update acts set problem = '{"code": "x"}' where act_id = 'settled'""": "update of acts act_id=settled",
    "delete from acts where act_id = 'received'": "delete of acts act_id=received",
    "update signed_days set statement = ''": "update of signed_days day=2026-01-05",
    "delete from signed_days": "delete of signed_days day=2026-01-05",
    "update signed_heads set head = 'other'": "update of signed_heads case_id=c day=2026-01-05",
    "update signed_heads set place = 7": "update of signed_heads case_id=c day=2026-01-05",
    "delete from signed_heads": "delete of signed_heads case_id=c day=2026-01-05",
    "delete from erasures": "delete of erasures what=content id=x",
    "update pinned_rules set rules = '[]'": "update of pinned_rules digest=pinned",
    "delete from calendar_notices": "delete of calendar_notices position=1",
    "update dataset_versions set openness = 'closed'": "update of dataset_versions dataset_id=",
    "update chain_adoptions set root = ''": "update of chain_adoptions adopted_at=",
    "update account_record set what = 'x'": "update of account_record",
    "delete from account_record": "delete of account_record",
    "truncate account_record cascade": "truncate of account_record",
}


@pytest.mark.parametrize("login", [Login.WRITER, Login.OWNER, Login.SERVER])
async def test_what_is_on_record_stays_even_for_who_has_the_privilege(
    guarded: Guarded, login: Login, subtests: pytest.Subtests
) -> None:
    connection = guarded.to[login]
    if login is Login.WRITER:
        await guarded.to[Login.OWNER].execute(f"grant all on all tables in schema public, years to {login}")
        # Who does not own the table says in vain that he rewrites.
        await connection.execute("set kaifang.rewriting = 'adoption'")
    try:
        for statement, named in REWRITINGS.items():
            with subtests.test(statement):
                before = await guarded.refused()
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="what is on record stays") as refused:
                    await connection.execute(statement)
                assert named in str(refused.value)
                assert await guarded.refused() == before + 1
    finally:
        if login is Login.WRITER:
            await guarded.to[Login.OWNER].execute(f"revoke all on all tables in schema public, years from {login}")
            await guarded.to[Login.OWNER].execute(STATED_AGAIN)


STATED_AGAIN = ";".join(
    f"grant {each.writer} on {table} to {WRITER}" for table, each in PRIVILEGES.items() if each.writer
)


async def test_an_attempt_is_named_in_the_log_of_postgresql_with_who_made_it(guarded: Guarded) -> None:
    for login, statement in (
        (Login.OWNER, "delete from events"),
        (Login.WRITER, "delete from events where number = 1"),
    ):
        connection = await asyncpg.connect(
            guarded.server.dsn(guarded.name, login), server_settings={"application_name": f"try of {guarded.name}"}
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
        await connection.close()
    lines = [line for line in guarded.server.log.read_text().splitlines() if f"try of {guarded.name}" in line]
    by_trigger = f"LOG:  kaifang: refused, delete of events case_id=c number=1 by {Login.OWNER} (try of {guarded.name}"
    assert any(by_trigger in line for line in lines)
    # Who has no privilege does not come as far as the trigger; PostgreSQL says itself who it was.
    by_privilege = (
        f" {Login.WRITER}@{guarded.name} try of {guarded.name} 127.0.0.1 ERROR:  permission denied for table events"
    )
    assert any(by_privilege in line for line in lines)


async def test_the_owner_rewrites_only_by_saying_so_and_that_is_logged(guarded: Guarded) -> None:
    owner = guarded.to[Login.OWNER]
    before = await guarded.refused()
    reason = f"a reason of {guarded.name}"
    undone = owner.transaction()
    await undone.start()
    await owner.execute("select set_config('kaifang.rewriting', $1, true)", reason)
    assert await owner.execute("update events set at = now()") == "UPDATE 1"
    assert await owner.execute("update acts set state = 'received'") == "UPDATE 2"
    assert await owner.execute("delete from signed_heads") == "DELETE 2"
    await undone.rollback()
    assert await guarded.refused() == before
    logged = [line for line in guarded.server.log.read_text().splitlines() if reason in line and "LOG:" in line]
    assert [re.findall(r"rewriting, (\w+ of \w+)", line) for line in logged] == [
        ["update of events"],
        ["update of acts"],
        ["delete of signed_heads"],
    ]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.execute("delete from events")


async def test_what_settles_an_act_and_places_a_head_is_let_by(guarded: Guarded) -> None:
    writer = guarded.to[Login.WRITER]
    undone = writer.transaction()
    await undone.start()
    assert (
        await writer.execute("update acts set state = 'refused', problem = '{}' where state = 'received'") == "UPDATE 1"
    )
    assert await writer.execute("update acts set delivered_at = now()") == "UPDATE 2"
    assert await writer.execute("update signed_heads set place = 4, path = '{a}' where place = -1") == "UPDATE 1"
    await undone.rollback()


async def test_a_table_without_a_line_is_the_owners_alone(guarded: Guarded) -> None:
    await guarded.to[Login.OWNER].execute("create table of_tomorrow as select 1 as one")
    try:
        for login in LOGINS.values():
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await guarded.to[login].execute("select from of_tomorrow")
    finally:
        await guarded.to[Login.OWNER].execute("drop table of_tomorrow")
