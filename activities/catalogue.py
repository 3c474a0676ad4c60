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
  update datasets set entry = $2, items = $3 where dataset_id = $1 returning dataset_id, openness, items, entry
)
insert into dataset_versions (dataset_id, number, case_id, openness, items, entry, published_at)
select dataset_id, (select max(number) + 1 from dataset_versions where dataset_id = $1), $4, openness, items, entry, $5
from published
"""


async def publish_entry(connection: Connection, case: CaseState, it: e.EntryPublished) -> None:
    """The draft of a case is the entry of its dataset from here on, one version more; the caller has the dataset alone.

    What a draft leaves out stays as it was.
    """
    draft = await connection.fetchval("select content -> 'entry' from acts where act_id = $1", it.submission)
    entry = await connection.fetchval("select entry from datasets where dataset_id = $1", case.dataset_id)
    if entry is None:
        return
    changed: dict[str, Any] = json.loads(entry) | json.loads(draft or "{}")
    items = [item["item"] for item in changed["items"]]
    await connection.execute(KEEP_THE_FIRST, case.dataset_id)
    await connection.execute(
        PUBLISH, case.dataset_id, json.dumps(changed, ensure_ascii=False), items, case.case_id, it.at
    )
