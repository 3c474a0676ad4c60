"""Announced interruptions, as they are shown."""

from __future__ import annotations

from reading.shape import Instant, Shape


class MaintenanceShown(Shape):
    """An interruption that is announced; `cancelled_at` is null unless it will not be."""

    maintenance_id: str
    city: str
    body: str
    body_name: str
    starts_at: Instant
    ends_at: Instant
    announced_at: Instant
    what: str
    reason: str | None
    cancelled_at: Instant | None


class MaintenanceList(Shape):
    items: list[MaintenanceShown]
