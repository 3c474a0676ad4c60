"""What is asked of PostgreSQL for papers: the key, the events as they are kept, and what was written with them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select

from activities.tables.cases import ActRow, CaseRow, EventRow
from activities.tables.papers import PaperKeyRow
from reading.papers.issued import Issued
from reading.papers.stamps import Facts, Stamp, stamp
from reading.store import CaseRead, Store


async def case_of(store: Store, case_number: str) -> CaseRow | None:
    """The case of that number, whoever asks."""
    return (await store.session.exec(select(CaseRow).where(CaseRow.case_number == case_number))).first()


async def accepted_acts(store: Store, case_id: str) -> dict[str, ActRow]:
    """The accepted acts of a case, in their order, those whose words are erased too."""
    rows = await store.session.exec(
        select(ActRow).where(ActRow.case_id == case_id, ActRow.state == "accepted").order_by(col(ActRow.seq))
    )
    return {row.act_id: row for row in rows}


async def key_of_papers(store: Store) -> bytes:
    """The key by which papers are stamped."""
    return (await store.session.exec(select(PaperKeyRow.key))).one()


async def stamps_of(
    store: Store, read: CaseRead, acts: dict[str, ActRow], papers: Sequence[Issued]
) -> dict[str, Stamp]:
    """The stamps of papers of a case, by their names."""
    rows = await store.session.exec(
        select(EventRow)
        .where(
            EventRow.case_id == read.state.case_id,
            col(EventRow.number).in_({number for paper in papers for number in paper.rests_on}),
        )
        .order_by(col(EventRow.number))
    )
    events, key = {row.number: row.event for row in rows}, await key_of_papers(store)
    found = {}
    for paper in papers:
        of_it = [events[number] for number in paper.rests_on]
        named = [str(event["act"]) for event in of_it if event.get("act")]
        written = {act: acts[act].content for act in named if act in acts}
        facts = Facts(read.state.rules_digest, of_it, written)
        found[paper.name] = stamp(key, read.state.case_number, paper, facts)
    return found
