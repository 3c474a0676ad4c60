"""Grants, and who holds conditional data, as they are shown."""

from __future__ import annotations

from reading.objections.shapes import RestrictedBy
from reading.shape import Instant, RuleNamed, Shape


class HolderShown(Shape):
    """Somebody who was given conditional data; `valid_until` is exclusive, `ended_at` null while the grant holds."""

    name: str
    dataset_id: str
    title: str
    use: str | None
    access_mode: str | None
    granted_at: Instant
    valid_until: Instant
    ended_at: Instant | None


class HolderPage(Shape):
    """By which rule the list is public, and a page of it, the latest grant first."""

    rule: RuleNamed
    items: list[HolderShown]
    next: str | None


class GrantInList(Shape):
    """A grant. No items named: all. `valid_until` is exclusive; `ended` says how it ended, null while it holds.
    `restricted_by` is what cases keep back of its data now: a grant that holds opens nothing of that."""

    case_id: str
    case_number: str
    granted_by: str
    city: str
    dataset_id: str
    data_items: list[str]
    access_mode: str | None
    access_modes: list[str]
    daily_calls: int | None
    use: str | None
    granted_at: Instant
    valid_until: Instant
    has_key: bool
    ended: str | None
    restricted_by: list[RestrictedBy]
