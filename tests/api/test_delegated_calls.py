"""The gate and delegates, against a real PostgreSQL: accesses in total, and who comes first where two are the last."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import uuid
from datetime import timedelta
from typing import Any

import pytest

from activities.database import Pool
from activities.gate import gate
from activities.gate.counting import COUNT_DELEGATED
from activities.settings import Settings
from activities.statements import insert
from api.app import create_app
from tests.api.calling import Service, serving
from tests.api.gate import CONDITIONAL, put_case, put_grant
from tests.api.test_gate import DOWNLOAD, ask, clock, said, service, settings
from tests.owning import by_owner, owner_of

__all__ = ["clock", "service", "settings"]

WAITING = """
select count(distinct pid) from pg_stat_activity join pg_locks using (pid)
where application_name = 'kaifang gate' and datname = current_database() and not granted
"""


async def put_delegation(pool: Pool, case_id: str, accesses: int, **columns: Any) -> tuple[str, str]:
    """A delegation of the grant until tomorrow; its id and its key. `columns` replace what it has."""
    delegation_id, key = str(uuid.uuid4()), "kf_" + secrets.token_urlsafe(32)
    now = await pool.fetchval("select clock_timestamp()")
    row = {
        "delegation_id": delegation_id,
        "case_id": case_id,
        "delegate": "acc_delegate",
        "accesses": accesses,
        "delegated_at": now - timedelta(minutes=1),
        "until_at": now + timedelta(hours=12),
        "key_digest": hashlib.sha256(key.encode()).hexdigest(),
        **columns,
    }
    await pool.execute(insert("delegations", list(row)), *row.values())
    return delegation_id, key


async def counted(pool: Pool, delegation_id: str) -> int | None:
    calls: int | None = await pool.fetchval("select calls from delegated_calls where delegation_id = $1", delegation_id)
    return calls


async def wait_at_the_row(pool: Pool, waiting: int) -> None:
    """Until so many gates wait for whoever has the row of a delegation."""
    async with asyncio.timeout(30):
        while True:
            if await pool.fetchval(WAITING) >= waiting:
                return
            await asyncio.sleep(0.02)


async def test_of_two_concurrent_last_calls_one_is_yielded_and_one_is_refused(
    service: Service, settings: Settings, pool: Pool
) -> None:
    case_id, _ = await put_grant(pool)
    delegation_id, key = await put_delegation(pool, case_id, accesses=3)
    told = [said(await ask(service, key, **DOWNLOAD)) for _ in range(2)]
    async with serving(create_app(settings), settings) as another:
        # Both gates have looked, found one access left, and wait for the row that somebody has.
        async with owner_of(pool) as holding, holding.transaction():
            await holding.execute("select from delegated_calls where delegation_id = $1 for update", delegation_id)
            calls = [asyncio.create_task(ask(where, key, **DOWNLOAD)) for where in (service, another)]
            await wait_at_the_row(pool, 2)
        last = sorted(said(answer) for answer in await asyncio.gather(*calls))
    assert told == ["yes", "yes"]
    assert last == ["delegation_exhausted", "yes"]
    assert await counted(pool, delegation_id) == 3


@pytest.mark.parametrize(("committed", "told"), [(True, "delegation_exhausted"), (False, "yes")])
async def test_whoever_waits_for_the_last_access_has_it_only_if_the_other_did_not(
    service: Service, pool: Pool, committed: bool, told: str
) -> None:
    case_id, _ = await put_grant(pool)
    delegation_id, key = await put_delegation(pool, case_id, accesses=1)
    async with owner_of(pool) as first:
        counting = first.transaction()
        await counting.start()
        taken = await first.fetchrow(COUNT_DELEGATED, [delegation_id], [1], [1])
        call = asyncio.create_task(ask(service, key, **DOWNLOAD))
        await wait_at_the_row(pool, 1)
        await (counting.commit() if committed else counting.rollback())
        answer = said(await call)
    assert taken
    assert (taken["taken"], answer) == (1, told)
    assert await counted(pool, delegation_id) == 1


async def test_however_many_come_at_once_exactly_so_many_are_let_in(
    service: Service, settings: Settings, pool: Pool
) -> None:
    case_id, own_key = await put_grant(pool, daily_calls=1000)
    delegation_id, key = await put_delegation(pool, case_id, accesses=25)
    async with serving(create_app(settings), settings) as another:
        told = await asyncio.gather(*[ask(where, key, **DOWNLOAD) for where in (service, another) for _ in range(30)])
    assert sum(said(answer) == "yes" for answer in told) == 25
    assert {said(answer) for answer in told} == {"yes", "delegation_exhausted"}
    assert said(await ask(service, own_key, **DOWNLOAD)) == "yes"
    assert await counted(pool, delegation_id) == 25
    assert await pool.fetchval("select calls from gate_calls where case_id = $1", case_id) == 26


async def test_what_the_quota_has_no_room_for_takes_nothing_of_the_delegation(service: Service, pool: Pool) -> None:
    case_id, own_key = await put_grant(pool, daily_calls=2)
    delegation_id, key = await put_delegation(pool, case_id, accesses=5)
    told = await asyncio.gather(*[ask(service, each, **DOWNLOAD) for each in (key, own_key, key, key)])
    assert sorted(said(answer) for answer in told) == ["quota_exhausted", "quota_exhausted", "yes", "yes"]
    by_delegate = [told[0], *told[2:]]
    assert await counted(pool, delegation_id) == sum(said(answer) == "yes" for answer in by_delegate)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("update delegations set ended = 'revoked'", "delegation_ended"),
        ("update delegations set until_at = clock_timestamp()", "delegation_expired"),
        ("update grants set ended = 'revoked'", "grant_ended"),
        ("update grants set valid_until = clock_timestamp()", "grant_expired"),
    ],
)
async def test_what_ends_a_delegation_is_obeyed_by_the_next_call(
    service: Service, pool: Pool, change: str, told: str
) -> None:
    case_id, _ = await put_grant(pool)
    _, key = await put_delegation(pool, case_id, accesses=5)
    assert said(await ask(service, key, **DOWNLOAD)) == "yes"
    await by_owner(pool, change)
    assert said(await ask(service, key, **DOWNLOAD)) == told


async def test_what_is_taken_of_a_grant_ends_its_delegations_at_once_and_for_good(service: Service, pool: Pool) -> None:
    case_id, own_key = await put_grant(pool)
    _, key = await put_delegation(pool, case_id, accesses=9)
    report = await put_case(pool, "misuse", CONDITIONAL)
    columns = dict.fromkeys(("body", "stage", "outcome", "source", "article", "basis"), "x")
    row = {
        "case_id": report, "city": "nanning", "dataset_id": CONDITIONAL, "grant_case_id": case_id, "effect": "restrict",
        "data_items": [], **columns, "since": await pool.fetchval("select clock_timestamp()"),
    }  # fmt: skip
    await pool.execute(insert("curtailments", list(row)), *row.values())
    assert said(await ask(service, key, **DOWNLOAD)) == "delegation_ended"
    await pool.execute("update curtailments set ended_at = clock_timestamp() where case_id = $1", report)
    told = [said(await ask(service, each, **DOWNLOAD)) for each in (key, own_key)]
    assert told == ["delegation_ended", "yes"]
    _, anew = await put_delegation(pool, case_id, 1, delegated_at=await pool.fetchval("select clock_timestamp()"))
    assert said(await ask(service, anew, **DOWNLOAD)) == "yes"


async def test_whoever_has_a_grant_of_its_own_costs_no_look_at_delegations(service: Service, pool: Pool) -> None:
    case_id, own_key = await put_grant(pool)
    _, key = await put_delegation(pool, case_id, accesses=1)
    looks = {}
    async with owner_of(pool) as connection:
        for name, value in gate.SETTINGS.items():
            await connection.execute("select set_config($1, $2, false)", name, value)
        for asked in (own_key, key):
            digest = hashlib.sha256(asked.encode()).hexdigest()
            explain = f"explain (analyze, format json) {gate.FACTS}"
            plan = json.loads(await connection.fetchval(explain, [CONDITIONAL], [digest], [False]))[0]["Plan"]
            looks[asked] = sum(
                each["Actual Loops"] for each in nodes(plan) if each.get("Relation Name") == "delegations"
            )
    assert looks == {own_key: 0, key: 1}


def nodes(plan: Any) -> list[Any]:
    return [plan, *(deeper for each in plan.get("Plans", ()) for deeper in nodes(each))]
