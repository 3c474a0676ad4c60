"""How PostgreSQL goes about what is asked of the log of accesses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import create_async_engine

from activities.database import Pool
from reading.accesses import questions
from rules.deadlines import to_shanghai
from tests.owning import by_owner


async def test_no_month_of_the_log_is_read_for_a_page(pool: Pool, database_url: str) -> None:
    """As PostgreSQL plans what is asked, over rows of a hundred datasets and grants. In the middle of a month: one with
    hardly a row in it is read whole, and rightly."""
    now = to_shanghai(await pool.fetchval("select clock_timestamp()")).replace(day=15, hour=12)
    await by_owner(
        pool,
        "insert into gate_decisions (at, session, dataset_id, grant_case_id, data_items, allowed, reason) "
        "select $1::timestamptz - interval '1 second' * n, 's', 'd' || n % 100, 'g' || n % 100, '{}', n % 10 > 0, "
        "case when n % 10 > 0 then 'granted' else 'held' end from generate_series(1, 20000) n",
        now,
    )
    await by_owner(pool, "analyze gate_decisions")
    asked: dict[str, Any] = {
        "wanted": ["d1", "d2"],
        "since": now - timedelta(days=3),
        "until": now,
        "before": now,
        "before_id": questions.LAST_ID,
        "most": 51,
        "reason": "held",
    }
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))
    try:
        for sql in (
            questions.ACCESSES.format(column="dataset_id", more=""),
            questions.ACCESSES.format(column="dataset_id", more=questions.REFUSED),
            questions.ACCESSES.format(column="dataset_id", more=questions.OF_A_REASON),
            questions.ACCESSES.format(column="grant_case_id", more=""),
            questions.DAYS_OF_GRANTS,
        ):
            async with engine.connect() as connection:
                explained = questions.asking(f"explain (format json) {sql}", asked)
                plan = (await connection.execute(explained)).scalar_one()
            read = [node for node in nodes(plan) if str(node.get("Relation Name", "")).startswith("gate_decisions")]
            assert read
            assert {node["Node Type"] for node in read} <= {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}, sql
    finally:
        await engine.dispose()


def nodes(plan: Any) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    found = json.loads(plan) if isinstance(plan, str) else plan
    if isinstance(found, list):
        for each in found:
            yield from nodes(each)
    elif isinstance(found, dict):
        if "Node Type" in found:
            yield found
        for name in ("Plan", "Plans"):
            if name in found:
                yield from nodes(found[name])
