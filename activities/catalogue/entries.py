"""The catalogue in PostgreSQL: its entries, and every version of them, each naming the case that made it."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from activities.catalogue.index import index_words
from activities.database import present
from activities.statements import numbered
from models import events as e
from models.drafting import FITTING, SHARING, with_its_sharing
from rules.deadlines import to_shanghai
from rules.opened_first import PRIORITY

if TYPE_CHECKING:
    from activities.clock import Clock
    from activities.database import Connection, Pool
    from models.state import CaseState

KEEP_THE_FIRST = """
insert into dataset_versions (dataset_id, number, case_id, openness, items, entry, published_at)
select dataset_id, 1, null, openness, items, entry, null from datasets where dataset_id = $1
on conflict (dataset_id, number) do nothing
"""


class EntryKept(NamedTuple):
    """An entry as a case publishes it, with the words by which it is found."""

    dataset_id: str
    city: str
    provider: str
    openness: str
    items: list[str]
    entry: str
    case_id: str
    published_at: datetime
    words: list[str]


PUBLISH = numbered(
    """
with published as (
  insert into datasets (dataset_id, city, provider, openness, items, entry, sample, search)
  values (:dataset_id, :city, :provider, :openness, :items, :entry, false, array_to_tsvector(:words::text[]))
  on conflict (dataset_id) do update set openness = excluded.openness, items = excluded.items, entry = excluded.entry,
    search = excluded.search
  returning dataset_id, openness, items, entry
)
insert into dataset_versions (dataset_id, number, case_id, openness, items, entry, published_at)
select dataset_id, coalesce((select max(number) from dataset_versions where dataset_id = :dataset_id), 0) + 1, :case_id,
  openness, items, entry, :published_at
from published
""",
    EntryKept._fields,
)
SAY_UPDATED = """
update datasets set updated_on = $2, updated_by = $3
where dataset_id = $1 and (updated_on is null or updated_on <= $2) returning dataset_id
"""


class DayAhead(Exception):
    """The day has not come yet, so nobody knows how the catalogue will stand on it."""


class UpdatedSince(Exception):
    """The record already has a later day on which the data was brought up to date."""


async def publish_entry(connection: Connection, case: CaseState, it: e.EntryPublished) -> None:
    """The draft of a case is the entry of its dataset from here on, one version more; the caller has the dataset alone.

    What a draft leaves out stays as it was, where data of its openness can have it. The gate no longer knows an item
    that it drops, whoever has a grant.
    """
    draft = await connection.fetchval("select content -> 'entry' from acts where act_id = $1", it.submission)
    known = await connection.fetchrow("select openness, entry from datasets where dataset_id = $1", case.dataset_id)
    changed: dict[str, Any] = {**(json.loads(known["entry"]) if known else {}), **json.loads(draft or "{}")}
    openness = it.openness or (known["openness"] if known else "closed")
    changed["openness"] = openness
    # A draft answers it as it answers the class, and the entry says it.
    if priority := case.choices.get(PRIORITY):
        changed[PRIORITY] = priority
    for field in [field for field, fitting in FITTING.items() if openness not in fitting]:
        changed.pop(field, None)
    changed = with_its_sharing(changed, case.choices.get(SHARING))
    provider = case.bodies["provider"]
    provider_name = await connection.fetchval("select name from bodies where body = $1", provider)
    await connection.execute(KEEP_THE_FIRST, case.dataset_id)
    kept = EntryKept(
        dataset_id=case.dataset_id,
        city=case.city,
        provider=provider,
        openness=openness,
        items=[item["item"] for item in changed.get("items", [])],
        entry=json.dumps(changed, ensure_ascii=False),
        case_id=case.case_id,
        published_at=it.at,
        words=index_words(case.city, changed, json.loads(provider_name or "{}")),
    )
    await connection.execute(PUBLISH, *kept)


async def say_updated(pool: Pool, clock: Clock, dataset_id: str, on: date, account: str) -> None:
    """Records that the account says the data was brought up to date on that day; the same again changes nothing. Raises
    DayAhead, UpdatedSince."""
    async with pool.acquire() as connection, connection.transaction():
        if on > to_shanghai(clock.at(await present(connection))).date():
            raise DayAhead
        if await connection.fetchval(SAY_UPDATED, dataset_id, on, account) is None:
            raise UpdatedSince
