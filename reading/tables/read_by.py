"""Who read what of a person's, as a table (CSV)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from reading.read_by.shapes import ReadingShown
from reading.read_by.shown import own_readings, supervised_readings
from reading.shape import Page
from reading.sight import Caller
from reading.store import Archive, Store
from reading.tables.columns import A_PART, Columns, Part, day, minute, table
from reading.words.language import Language

READINGS: Columns[ReadingShown] = {
    "read_on": lambda it, _: day(it.on),
    "first_read_at": lambda it, _: minute(it.first_at),
    "case_number": lambda it, _: it.case_number,
    "part_read": lambda it, _: it.part_label,
    "file": lambda it, _: it.evidence_name or it.evidence_id,
    "officer": lambda it, _: it.read_by,
    "body": lambda it, _: it.body_name,
}
Listed = Callable[[Store, Caller, Language, str | None, int], Awaitable[Page[ReadingShown]]]


def own_readings_table(archive: Archive, caller: Caller, language: Language) -> AsyncIterator[str]:
    """What officers read of the caller's, the latest first."""
    return _table(archive, caller, language, own_readings)


def supervised_readings_table(archive: Archive, caller: Caller, language: Language) -> AsyncIterator[str]:
    """What the officers whom the caller supervises read, the latest first."""
    return _table(archive, caller, language, supervised_readings)


def _table(archive: Archive, caller: Caller, language: Language, listed: Listed) -> AsyncIterator[str]:
    async def part(store: Store, after: str | None) -> Part[ReadingShown]:
        page = await listed(store, caller, language, after, A_PART)
        return page.items, page.next

    return table(archive, language, READINGS, part)
