"""The release before works on the schema of this one: what it knows is still there, and nothing more is demanded."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, rmtree

import asyncpg
import pytest
from alembic import command

from activities.database import Connection
from migrations import configuration, upgrade
from migrations.compatible import COLUMNS, KEYS, RELEASED, RELEASED_COMMIT, RESTRAINTS, Column, Schema, taken
from migrations.looking_first import look_first
from migrations.waiting import Attempt
from stack.postgres import Login
from tests.migrations.released import AS_BEFORE, ENDS, RULES, UNTIL, later, released
from tests.owning import url_as
from tests.stack.running import ROOT

__all__ = ["released"]

LONG = os.environ.get("KAIFANG_LONG") == "1"
OF_THE_RELEASE = ("tests/workflows/test_case_in_the_engine.py", "tests/api/test_five_cities.py")
"""What goes through every part that writes: they file, decide, sign and fetch in each city."""
OF_ITS_OWN = {"__init__.py", "__main__.py"}


async def schema(connection: Connection | asyncpg.Connection[asyncpg.Record]) -> Schema:
    columns = await connection.fetch(COLUMNS)
    restraints, keys = await connection.fetch(RESTRAINTS), await connection.fetch(KEYS)
    return Schema(
        {row["what"]: Column(row["kind"], row["must_be_given"], row["never_null"]) for row in columns},
        {row["what"]: row["columns"] for row in restraints},
        frozenset(row["what"] for row in keys),
    )


async def test_no_migration_since_the_release_takes_what_its_programs_use(released: str) -> None:
    connection = await asyncpg.connect(released)
    before = await schema(connection)
    for migration in later(RELEASED):
        await asyncio.to_thread(command.upgrade, configuration(released), migration.revision)
        after = await schema(connection)
        if contracts := getattr(migration.module, "contracts", None):
            assert contracts <= RELEASED, f"{migration.revision}: {contracts} is of no earlier release"
        else:
            assert taken(before, after) == [], migration.revision
        before = after
    await connection.close()


BREACHES = {
    "alter table cases drop column closed_at": ["cases.closed_at is gone"],
    "alter table cases rename column outcome to ending": ["cases.outcome is gone"],
    "alter table cases alter column closed_at set not null": ["cases.closed_at may be left out no longer"],
    "alter table cases alter column head drop default": ["cases.head may be left out no longer"],
    "alter table cases add column zone text not null": ["cases.zone is new and must be given"],
    "alter table grants alter column report_days type bigint": ["grants.report_days was integer and is bigint"],
    "alter table cases add check (number > 0)": ["rows are refused by cases: CHECK ((number > 0))"],
    "create unique index on cases (city, number)": ["rows are refused by cases: unique btree (city, number)"],
    "alter table cases drop constraint cases_case_number_key": ["rows are not unique any longer by cases: case_number"],
}
EXPANSIONS = (
    "alter table cases add column zone text",
    "alter table cases add column zone text not null default 'Asia/Shanghai'",
    "create table zones (name text primary key, since timestamptz not null, check (name <> ''))",
    "create index on cases (city, number)",
    "alter table cases add column zone text check (zone <> ''), add unique (zone)",
    "alter table cases alter column city drop not null",
)


async def test_what_takes_something_is_found_and_what_adds_is_let_by(released: str) -> None:
    connection = await asyncpg.connect(released)
    before = await schema(connection)
    for statement, found in [*BREACHES.items(), *((each, []) for each in EXPANSIONS)]:
        change = connection.transaction()
        await change.start()
        await connection.execute(statement)
        assert taken(before, await schema(connection)) == found, statement
        await change.rollback()
    await connection.execute("drop table rate_buckets")
    assert {line.partition(".")[0] for line in taken(before, await schema(connection))} == {"rate_buckets"}
    await connection.close()


LOOKED_AT = """
select conrelid::regclass::text as of_table, convalidated from pg_constraint
where conname in ('events_current_year', 'acts_current_year') order by 1
"""


async def test_rows_are_looked_at_before_a_migration_that_locks_while_others_write(released: str) -> None:
    connection = await asyncpg.connect(released)
    await look_first(released, Attempt(3))
    assert [tuple(row) for row in await connection.fetch(LOOKED_AT)] == [("acts", True), ("events", True)]
    await connection.execute("alter table events drop constraint events_current_year")
    await connection.execute("alter table events add constraint events_current_year check (archive_year = 0) not valid")
    async with connection.transaction():
        await connection.execute("lock table events, acts in row exclusive mode")
        await look_first(released, Attempt(3))
    assert [tuple(row) for row in await connection.fetch(LOOKED_AT)] == [("acts", True), ("events", True)]
    await upgrade(released)
    await upgrade(released)
    parted = "select relname from pg_class where relkind = 'p' and relname in ('events', 'acts') order by 1"
    assert [row["relname"] for row in await connection.fetch(parted)] == ["acts", "events"]
    await connection.close()


OF_THE_LOG = "select case_id, wanted_until::text, for_body from cases order by case_id"


async def test_a_case_that_an_older_process_files_during_a_roll_out_has_its_end(released: str) -> None:
    """Whether it was filed when only the columns were there, or on the schema of today; by the login of the services.
    It is known for which body, too."""
    owner = await asyncpg.connect(released, server_settings={"timezone": "Asia/Shanghai"})
    await owner.execute(RULES)
    await asyncio.to_thread(command.upgrade, configuration(released), "0046")
    await owner.execute(AS_BEFORE, "before", ENDS)
    await owner.execute(AS_BEFORE, "bound by none", "{}")
    assert [tuple(row)[1:] for row in await owner.fetch(OF_THE_LOG)] == [(None, None), (None, None)]

    await upgrade(released)
    writer = await asyncpg.connect(url_as(released, Login.WRITER))
    await writer.execute(AS_BEFORE, "meanwhile", ENDS)
    await writer.execute(AS_BEFORE, "of no period", '{"wanted_until": null}')
    await writer.execute(AS_BEFORE, "of no period, for a body", '{"for_body": "nanning.health"}')

    assert [tuple(row) for row in await owner.fetch(OF_THE_LOG)] == [
        ("before", UNTIL, "nanning.health"),
        ("bound by none", None, None),
        ("meanwhile", UNTIL, "nanning.health"),
        ("of no period", None, None),
        ("of no period, for a body", None, "nanning.health"),
    ]
    await writer.close()
    await owner.close()


def test_the_tests_of_the_last_release_hold_on_this_schema(tmp_path: Path) -> None:
    if not LONG:
        pytest.skip("KAIFANG_LONG=1 runs the code of the last release")
    git = ("git", "-C", ROOT, "archive", RELEASED_COMMIT)
    archive = subprocess.run(git, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip(f"{RELEASED_COMMIT} is not in this clone: it has no history, or not all of it")
    subprocess.run(("tar", "-x", "-C", tmp_path), input=archive.stdout, check=True)
    # Its programs, and of this release the schema and who may do what with it: all but that by which they come to it.
    for part in (ROOT / "migrations").iterdir():
        there = tmp_path / "migrations" / part.name
        if part.name == "versions":
            rmtree(there)
            copytree(part, there)
        elif part.suffix == ".py" and part.name not in OF_ITS_OWN:
            there.write_bytes(part.read_bytes())
    ended = subprocess.run(
        (sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:schemathesis", "-q", *OF_THE_RELEASE),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stdout[-4000:]
    assert "passed" in ended.stdout
