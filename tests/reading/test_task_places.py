"""The tasks before and after one: what somebody goes through who goes from task to task is the list, in its order."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from activities.calendar.record import RecordOfNotices
from activities.clock import DatabaseClock
from reading.cases import sought
from reading.cases.sought import ENDED, Beside, TasksSought
from reading.sight import Caller
from reading.store import Archive, Store
from rules.seed_notices import read_scopes

BODY = "nanning.transport"
BEGINNING = datetime(2026, 3, 2, 1, tzinfo=UTC)
CASE = """
insert into cases (case_id, case_number, city, procedure, dataset_id, party, received_at, rules_digest, number,
  engine_number) values ($1, $2, 'nanning', 'access_request', '', 'acc_party', $3, 'none', 0, 0)
"""
TASK = """
insert into tasks (task_id, case_id, city, procedure, party, step, stage, round, body, state, late, opened_at, ended_at,
  due_at, at_once, provisional, urgings, clock)
values ($1, $2, 'nanning', 'access_request', 'acc_party', 'review', 'review', 1, $3, $4, false, $5, $6, $7, $8, false,
  0, '{"started_at": "2026-11-02T09:00:00+08:00", "period": null, "article": "", "basis": "service", "calendar": "CN"}')
"""
OFFICER = Caller("acc_officer", "officer", "nanning", BODY, "provider", frozenset({"reviewer"}))


@pytest.fixture
async def store(pool: Any, database_url: str) -> AsyncIterator[Store]:
    """Tasks promptly owed and not, with and without a due day, of which some share every instant; half have ended."""
    await pool.execute("insert into pinned_rules (digest, rules) values ('none', '{}')")
    for n, (at_once, due, opened, ended) in enumerate(
        product((True, False), (None, 0, 0, 3), (1, 1, 2), (None, 5, 5, 6))
    ):
        await put(pool, n, at_once, day(due), BEGINNING + timedelta(days=opened), day(ended))
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=partial(asyncpg.connect, database_url), isolation_level="AUTOCOMMIT"
    )
    async with Archive(DatabaseClock(), pool, engine, RecordOfNotices(read_scopes())).store() as found:
        yield found
    await engine.dispose()


def day(number: int | None) -> datetime | None:
    return None if number is None else BEGINNING + timedelta(days=number)


async def put(
    pool: asyncpg.Pool[asyncpg.Record],
    n: int,
    at_once: bool,
    due: datetime | None,
    opened: datetime,
    ended: datetime | None,
) -> None:
    case_id = str(uuid.UUID(int=n * 7919 % 1009))
    await pool.execute(CASE, case_id, f"C-{n}", BEGINNING)
    state = "done" if ended else "open"
    await pool.execute(TASK, f"{case_id}.review.1", case_id, BODY, state, opened, ended, due, at_once)


@pytest.mark.parametrize("states", [None, ENDED], ids=["to be answered", "ended"])
async def test_going_on_from_task_to_task_is_going_through_the_list(store: Store, states: Any) -> None:
    wanted, present = TasksSought(states=states, body=BODY), await store.present()
    listed = sought.tasks_ended if states else sought.tasks
    rows = (await listed(store, OFFICER, wanted, present, None, 200)).rows
    places = [f"{row.case_number}/review.1" for row in rows]
    assert len(places) == (72 if states else 24)
    for row, (before, _, after) in zip(rows, triples([None, *places, None]), strict=True):
        assert await sought.beside(store, OFFICER, wanted, present, row.task_id) == Beside(before, after)


def triples(places: list[str | None]) -> Iterator[tuple[str | None, ...]]:
    return zip(places, places[1:], places[2:], strict=False)


async def test_a_task_that_is_not_in_the_list_has_none_beside_it(store: Store) -> None:
    other = TasksSought(body=BODY, procedure="objection")
    assert await sought.beside(store, OFFICER, other, await store.present(), str(uuid.UUID(int=0))) == Beside()
