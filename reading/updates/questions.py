"""What the service reads from PostgreSQL for those who change the catalogue: what was before, and what is alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func
from sqlmodel import col, select

from activities.catalogue.index import IN_TITLE, MOST_WORDS, cut, query_of, sought_of
from activities.tables.cases import ActRow, EventRow
from activities.tables.catalogue import DatasetVersionRow
from reading.store import CaseRead, Store

CANDIDATES = 100
WITH_WORDS = """
select dataset_id, provider, openness, entry from datasets
where city = $1 and provider <> $2 and dataset_id <> $3 and search @@ $4::text::tsquery
order by (select count(*) from unnest($5::text[]) words where search @@ words::tsquery) desc, dataset_id limit $6
"""
WITH_ITEMS = """
select dataset_id, provider, openness, entry from datasets
where city = $1 and provider <> $2 and dataset_id <> $3 and items && $4::text[]
order by cardinality(array(select unnest(items) intersect select unnest($4::text[]))) desc, dataset_id limit $5
"""


@dataclass(frozen=True)
class Candidate:
    """An entry that may be alike."""

    dataset_id: str
    provider: str
    openness: str
    entry: dict[str, Any]


def words_sought(entry: Mapping[str, Any]) -> Iterator[str]:
    """Each word of the Chinese title, as such, and all words of the name of each item, as a `tsquery` of their own."""
    for part in cut((entry.get("title") or {}).get("zh", "")):
        yield from sought_of(part, IN_TITLE)
    for item in entry.get("items") or ():
        if query := query_of((item.get("name") or {}).get("zh", "")):
            yield f"({query})"


async def waiting_for(store: Store, case_ids: Iterable[str]) -> dict[str, str]:
    """Those of these cases that wait for their turn, each with the case that goes first."""
    if not (of := set(case_ids)):
        return {}
    taken = select(EventRow.case_id).where(col(EventRow.case_id).in_(of), EventRow.type == "TurnTaken")
    by_case = func.jsonb_extract_path_text(col(EventRow.event), "by_case")
    rows = await store.session.exec(
        select(EventRow.case_id, by_case).where(
            col(EventRow.case_id).in_(of), EventRow.type == "TurnAwaited", col(EventRow.case_id).not_in(taken)
        )
    )
    return dict(rows.all())


async def drafts_kept(store: Store, case_ids: Iterable[str]) -> dict[str, Literal["waiting", "kept"]]:
    """Those of these cases whose filing came with a draft of an entry that nobody has submitted yet, each with why:
    it waits for its turn, or is kept for whoever compiles the entry."""
    keeping = await keeping_drafts(store, case_ids)
    waiting = await waiting_for(store, keeping)
    return {case_id: "waiting" if case_id in waiting else "kept" for case_id in keeping}


async def entry_before(store: Store, dataset_id: str, case_id: str) -> dict[str, Any] | None:
    """The entry that the version made by this case replaced; None where there was none."""
    rows = await store.session.exec(
        select(DatasetVersionRow.case_id, DatasetVersionRow.entry)
        .where(DatasetVersionRow.dataset_id == dataset_id)
        .order_by(col(DatasetVersionRow.number))
    )
    before: dict[str, Any] | None = None
    for made_by, entry in rows:
        if made_by == case_id:
            return before
        before = dict(entry)
    return None


async def openness_since(store: Store, dataset_id: str, openness: str) -> datetime | None:
    """Since when a dataset has had its class; None where the log of versions does not reach back so far."""
    rows = await store.session.exec(
        select(DatasetVersionRow.openness, DatasetVersionRow.published_at)
        .where(DatasetVersionRow.dataset_id == dataset_id)
        .order_by(col(DatasetVersionRow.number).desc())
    )
    since: datetime | None = None
    for then, published_at in rows:
        if then != openness:
            return since
        since = published_at
    return since


async def likely_alike(
    store: Store, city: str, provider: str, dataset_id: str, entry: Mapping[str, Any]
) -> list[Candidate]:
    """Entries of other providers of the city that have the most in common with one: words of its title and names of
    its items, or codes of its items."""
    found: dict[str, Candidate] = {}
    sought = list(words_sought(entry))[:MOST_WORDS]
    codes = [item["item"] for item in entry.get("items") or ()]
    async with store.pool.acquire() as connection:
        of = (city, provider, dataset_id)
        rows = await connection.fetch(WITH_WORDS, *of, " | ".join(sought), sought, CANDIDATES) if sought else []
        rows += await connection.fetch(WITH_ITEMS, *of, codes, CANDIDATES) if codes else []
    for row in rows:
        dataset_id = row["dataset_id"]
        found[dataset_id] = Candidate(dataset_id, row["provider"], row["openness"], json.loads(row["entry"]))
    return list(found.values())


async def is_waiting(store: Store, case_id: str, kind: str) -> str | None:
    """The first act of this kind in a case that is not worked off yet."""
    found = select(ActRow.act_id).where(ActRow.case_id == case_id, ActRow.kind == kind, ActRow.state == "received")
    return (await store.session.exec(found.order_by(col(ActRow.seq)).limit(1))).first()


async def decision_after(store: Store, read: CaseRead) -> str | None:
    """The first decision that the log, as it was read, does not hold yet: it waits, or was taken since."""
    known = {event.act for event in read.log if event.act}
    found = select(ActRow.act_id).where(
        ActRow.case_id == read.state.case_id,
        ActRow.kind == "decide",
        col(ActRow.state).in_(("received", "accepted")),
        col(ActRow.act_id).not_in(known),
    )
    return (await store.session.exec(found.order_by(col(ActRow.seq)).limit(1))).first()


async def keeping_drafts(store: Store, case_ids: Iterable[str]) -> set[str]:
    """The cases whose filing came with a draft and in which no waiting decision may submit it."""
    if not (of := set(case_ids)):
        return set()
    waiting = select(ActRow.case_id).where(
        col(ActRow.case_id).in_(of), ActRow.kind == "decide", ActRow.state == "received"
    )
    found = select(ActRow.case_id).where(
        col(ActRow.act_id).in_({f"{case_id}.file" for case_id in of}),
        func.jsonb_exists(col(ActRow.content), "entry"),
        col(ActRow.case_id).not_in(waiting),
    )
    return set((await store.session.exec(found)).all())
