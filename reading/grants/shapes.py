"""What the service answers of grants, of who holds conditional data, and of the use of data."""

from __future__ import annotations

from datetime import date
from typing import Literal

from models.sharing import Shared
from reading.objections.shapes import RestrictedBy
from reading.shape import Instant, Page, RuleNamed, Shape
from rules.pinned_stages import GrantEffect


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
    `restricted_by` is what cases keep back of its data now: a grant that holds opens nothing of that. `curtailed`: what
    decisions about misuse have taken of it now, everything (`close`) or some of it (`restrict`). `shared`: how the data
    came to be shared between departments, null where it is opened; its key is for the gate of the exchange."""

    case_id: str
    case_number: str
    granted_by: str
    city: str
    dataset_id: str
    data_items: list[str]
    access_mode: str | None
    access_modes: list[str]
    daily_calls: int | None
    report_days: int | None
    use: str | None
    shared: Shared | None
    granted_at: Instant
    valid_until: Instant
    has_key: bool
    ended: str | None
    restricted_by: list[RestrictedBy]
    curtailed: GrantEffect | None


Standing = Literal["holds", "used_up", "expired", "revoked", "grant_curtailed", "grant_over"]
"""How a delegation stands."""


class DelegationShown(Shape):
    """Somebody who may use a grant, or might: for a `matter`, `accesses` times in total, of which so many are `used`,
    up to and including `last_day`. `to` is a login; the matter is null where it was erased."""

    delegation_id: str
    to: str
    to_name: str
    matter: str | None
    accesses: int
    used: int
    delegated_at: Instant
    last_day: date
    has_key: bool
    standing: Standing


class DelegatedToMe(Shape):
    """A grant of somebody else that the caller may use, or might. No items named: all; `daily_calls` is a quota that
    all who use the grant share."""

    delegation_id: str
    holder: str
    dataset_id: str
    title: str
    data_items: list[str]
    access_modes: list[str]
    daily_calls: int | None
    use: str | None
    matter: str | None
    accesses: int
    used: int
    delegated_at: Instant
    last_day: date
    has_key: bool
    standing: Standing


class TracedGrant(Shape):
    """A grant on the dataset, as long as it was one. No items named: all. `grantee` is a login; `valid_until` is
    exclusive, `ended` says how it ended, null while it holds."""

    case_id: str
    grantee: str
    data_items: list[str]
    access_modes: list[str]
    use: str | None
    granted_at: Instant
    valid_until: Instant
    ended: str | None


class TracedAccess(Shape):
    """One answer of the gate. `reason` is its code, `text` says it; `delegate` is the login of whoever used the grant
    by a delegation, null where its holder did."""

    at: Instant
    allowed: bool
    reason: str
    text: str
    grant_case_id: str | None
    grantee: str | None
    delegate: str | None
    data_items: list[str]
    access_mode: str | None
    use: str | None


class TracedGap(Shape):
    """A span in which answers of one run of the gate may be missing; `until` is null where nobody knows it yet, and
    `lost` counts those that are missing for certain."""

    since: Instant
    until: Instant | None
    lost: int
    is_running: bool


class TraceShown(Page[TracedAccess]):
    """Accesses and grants, each in pages of their own, and the `gaps` in the log of accesses over the span of this
    page."""

    grants: list[TracedGrant]
    grants_next: str | None
    gaps: list[TracedGap]
