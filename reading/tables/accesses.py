"""The log of accesses as a table (CSV)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from reading.accesses.asked import AccessesSought
from reading.accesses.shapes import AccessShown
from reading.accesses.shown import access_page
from reading.accesses.sight import AccessSight
from reading.store import Archive, Store
from reading.tables.columns import A_PART, Columns, Part, table, yes
from reading.words.language import Language

ACCESSES: Columns[AccessShown] = {
    "at": lambda it, _: it.at.isoformat(),
    "dataset_id": lambda it, _: it.dataset_id,
    "dataset": lambda it, _: it.title,
    "allowed_access": lambda it, language: yes(it.allowed, language),
    "gate_reason": lambda it, _: it.text,
    "case_number": lambda it, _: it.case_number,
    "holder": lambda it, _: it.grantee_name,
    "login": lambda it, _: it.grantee,
    "delegate": lambda it, _: it.delegate_name,
    "real_name": lambda it, language: None if it.real_name is None else yes(it.real_name, language),
    "items": lambda it, _: "; ".join(it.data_items),
    "access_mode": lambda it, _: it.access_mode,
    "use": lambda it, _: it.use,
}


def access_table(
    archive: Archive, sight: AccessSight, sought: AccessesSought, language: Language
) -> AsyncIterator[str]:
    """The accesses that are asked for, the latest first."""

    async def part(store: Store, after: str | None) -> Part[AccessShown]:
        page = await access_page(store, sight, sought, language, after, A_PART)
        return page.items, page.next

    return table(archive, language, ACCESSES, part)
