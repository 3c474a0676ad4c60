"""Openings outside the platform: what their case brings into a case as it is shown, and the public list."""

from __future__ import annotations

from collections.abc import Sequence

from activities.tables.cases import ActRow
from reading.directory import questions as directory
from reading.elsewhere import questions as elsewhere
from reading.elsewhere.questions import OnRecord
from reading.elsewhere.shapes import ElsewhereList, ElsewhereListed, ElsewhereShown
from reading.stated import texts_of
from reading.store import CaseRead, Store, filing_of
from reading.words.language import Language, said
from reading.words.law import Law
from rules.pinned import Label
from rules.procedure_names import OPENING_ELSEWHERE
from rules.procedure_rules import PROVIDER


def elsewhere_part(read: CaseRead, acts: Sequence[ActRow]) -> ElsewhereShown | None:
    """What such a case is about; None for any other. `acts` are those of the case that came with text."""
    state = read.state
    if state.procedure != OPENING_ELSEWHERE:
        return None
    return ElsewhereShown(
        **texts_of(OPENING_ELSEWHERE, filing_of(acts)),
        data_items=list(state.data_items),
        opens_on=state.occurred_on,
        wanted_until=state.wanted_until,
        late=state.filed_late,
    )


async def opened_elsewhere(store: Store, language: Language, city: str, after: str | None, limit: int) -> ElsewhereList:
    """A page of what bodies of a city open outside the platform, the latest on record first. Raises CursorUnusable."""
    found = await elsewhere.on_record(store, city, after, limit)
    names = await directory.body_names(store, {each.case.provider or "" for each in found.rows})
    return ElsewhereList(items=[await listed(store, language, each, names) for each in found.rows], next=found.next)


async def listed(store: Store, language: Language, each: OnRecord, names: dict[str, Label]) -> ElsewhereListed:
    """One of them; nobody is named who filed it or took it on record."""
    read = await store.case_read(each.case.case_id)
    state, law = read.state, Law(read.rules, language)
    written = await elsewhere.filed_with(store, state.case_id)
    items = {item["item"]: item["name"] for item in each.dataset.entry.get("items", ())}
    body = state.bodies[PROVIDER]
    ending = read.rules.ending(state.closed or "")
    assert state.occurred_on, "the rules demand the day of every filing"
    assert state.received_at
    assert ending, "what is on record has ended"
    return ElsewhereListed(
        case_number=state.case_number,
        dataset_id=state.dataset_id,
        title=each.dataset.entry.get("title", {}).get(language) or state.dataset_id,
        data_items=list(state.data_items),
        item_names=[items[item][language] if item in items else item for item in state.data_items],
        body=body,
        body_name=said(names[body], language) if body in names else body,
        elsewhere=str(written.get("elsewhere", "")),
        special_reason=str(written.get("special_reason", "")),
        opens_on=state.occurred_on,
        filed_at=state.received_at,
        late=state.filed_late,
        recorded_at=each.closed_at,
        rule=law.named(ending.citation),
    )
