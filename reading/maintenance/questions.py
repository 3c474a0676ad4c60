"""What the service reads from PostgreSQL of the interruptions that were announced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from activities.tables.telling import MaintenanceRow
from reading.store import Store


async def announced(store: Store, maintenance_id: str) -> MaintenanceRow | None:
    """An announcement by its id."""
    found = select(MaintenanceRow).where(MaintenanceRow.maintenance_id == maintenance_id)
    return (await store.session.exec(found)).first()


async def to_come(store: Store, city: str, now: datetime, limit: int) -> Sequence[MaintenanceRow]:
    """The interruptions of a city that are not over, the next one first."""
    ahead = select(MaintenanceRow).where(MaintenanceRow.city == city, col(MaintenanceRow.ends_at) > now)
    return (await store.session.exec(ahead.order_by(col(MaintenanceRow.starts_at)).limit(limit))).all()


async def of_any_time(store: Store, city: str, limit: int) -> Sequence[MaintenanceRow]:
    """The interruptions of a city, whether over or not, the latest first."""
    every = select(MaintenanceRow).where(MaintenanceRow.city == city)
    return (await store.session.exec(every.order_by(col(MaintenanceRow.starts_at).desc()).limit(limit))).all()
