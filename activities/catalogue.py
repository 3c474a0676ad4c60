"""The catalogue in PostgreSQL: its entries, and every version of them, each naming the case that made it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from models import events as e

if TYPE_CHECKING:
    from activities.database import Connection
    from models.state import CaseState

KEEP_THE_FIRST = """
insert into dataset_versions (dataset_id, number, case_id, openness, items, entry, published_at)
select dataset_id, 1, null, openness, items, entry, null from datasets where dataset_id = $1
on conflict (dataset_id, number) do nothing
"""
PUBLISH = """
with published as (
  insert into datasets (dataset_id, city, provider, openness, items, entry, sample)
  values ($1, $2, $3, $4, $5, $6, false)
  on conflict (dataset_id) do update set openness = excluded.openness, items = excluded.items, entry = excluded.entry
  returning dataset_id, openness, items, entry
)
insert into dataset_versions (dataset_id, number, case_id, openness, items, entry, published_at)
select dataset_id, coalesce((select max(number) from dataset_versions where dataset_id = $1), 0) + 1, $7, openness,
  items, entry, $8
from published
"""
WITHDRAWN_BY = """
select case_id from restrictions where dataset_id = $1 and ended_at is null and kind = 'withdrawal' order by case_id
"""


async def publish_entry(connection: Connection, case: CaseState, it: e.EntryPublished) -> None:
    """The draft of a case is the entry of its dataset from here on, one version more; the caller has the dataset alone.

    What a draft leaves out stays as it was. An item that it drops is known to the gate no more, whoever has a grant.
    """
    draft = await connection.fetchval("select content -> 'entry' from acts where act_id = $1", it.submission)
    known = await connection.fetchrow("select openness, entry from datasets where dataset_id = $1", case.dataset_id)
    changed: dict[str, Any] = {**(json.loads(known["entry"]) if known else {}), **json.loads(draft or "{}")}
    openness = it.openness or (known["openness"] if known else "closed")
    changed["openness"] = openness
    await connection.execute(KEEP_THE_FIRST, case.dataset_id)
    await connection.execute(
        PUBLISH,
        case.dataset_id,
        case.city,
        case.bodies["provider"],
        openness,
        [item["item"] for item in changed.get("items", [])],
        json.dumps(changed, ensure_ascii=False),
        case.case_id,
        it.at,
    )


async def withdrawn_by(connection: Connection, dataset_id: str) -> list[str]:
    """The cases that have withdrawn the dataset or a part of it."""
    return [row["case_id"] for row in await connection.fetch(WITHDRAWN_BY, dataset_id)]
