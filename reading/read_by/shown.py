"""The register of who read what of a person's, as the person and its supervisors see it."""

from __future__ import annotations

from collections.abc import Sequence

from reading.directory import questions as directory
from reading.paging import Cut
from reading.read_by import questions
from reading.read_by.questions import Found
from reading.read_by.shapes import ReadingShown
from reading.shape import Page
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language, said
from reading.words.texts import texts


async def own_readings(
    store: Store, caller: Caller, language: Language, after: str | None, limit: int
) -> Page[ReadingShown]:
    """What officers read of the caller's, the latest first. Raises CursorUnusable."""
    found = await questions.readings(store, questions.of_the_caller(caller), after, limit)
    return await _page(store, language, found)


async def supervised_readings(
    store: Store, caller: Caller, language: Language, after: str | None, limit: int
) -> Page[ReadingShown]:
    """What the officers whom the caller supervises read, the latest first; names of files are their owners'. Raises
    CursorUnusable."""
    found = await questions.readings(store, questions.supervised_by(caller), after, limit)
    return await _page(store, language, Cut([(row, number, None) for row, number, _ in found.rows], found.next))


async def _page(store: Store, language: Language, found: Cut[Found]) -> Page[ReadingShown]:
    return Page(items=await _shown(store, language, found.rows), next=found.next)


async def _shown(store: Store, language: Language, rows: Sequence[Found]) -> list[ReadingShown]:
    logins = await directory.logins(store, (row.reader for row, _, _ in rows))
    bodies = await directory.body_names(store, (row.body for row, _, _ in rows if row.body))
    return [
        ReadingShown(
            on=row.on_day,
            first_at=row.first_at,
            case_id=row.case_id,
            case_number=number,
            part=row.part,
            part_label=said(texts().tables[f"read_{row.part}"], language),
            evidence_id=row.evidence_id or None,
            evidence_name=file.name if file else None,
            read_by=logins[row.reader],
            body=row.body,
            body_name=said(bodies[row.body], language) if row.body in bodies else None,
        )
        for row, number, file in rows
    ]
