"""Interruptions of the service that were announced, as everybody may know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from activities.tables.telling import MaintenanceRow
from reading.directory import questions as directory
from reading.maintenance import questions
from reading.maintenance.shapes import MaintenanceList, MaintenanceShown
from reading.store import Store
from reading.words.language import Language, said
from rules.pinned import Label


async def to_come(store: Store, language: Language, city: str, limit: int) -> MaintenanceList:
    """The interruptions of a city that are not over, the next one first."""
    now = await store.archive.now()
    return await _list(store, language, await questions.to_come(store, city, now, limit))


async def of_any_time(store: Store, language: Language, city: str, limit: int) -> MaintenanceList:
    """Those that are over too, the latest first."""
    return await _list(store, language, await questions.of_any_time(store, city, limit))


async def announced(store: Store, language: Language, maintenance_id: str) -> MaintenanceShown | None:
    """One of them; None where there is none of that id."""
    row = await questions.announced(store, maintenance_id)
    return _interruption(row, await directory.body_names(store, [row.body]), language) if row else None


async def _list(store: Store, language: Language, rows: Sequence[MaintenanceRow]) -> MaintenanceList:
    names = await directory.body_names(store, (row.body for row in rows))
    return MaintenanceList(items=[_interruption(row, names, language) for row in rows])


def _interruption(row: MaintenanceRow, names: Mapping[str, Label], language: Language) -> MaintenanceShown:
    return MaintenanceShown(
        maintenance_id=row.maintenance_id,
        city=row.city,
        body=row.body,
        body_name=said(names[row.body], language),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        announced_at=row.announced_at,
        what=row.said["what"],
        reason=row.said.get("reason") or None,
        cancelled_at=row.cancelled_at,
    )
