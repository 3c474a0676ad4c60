"""Who obtained data, and so may have it checked (质量校核), and when a fault in it can have been found. Pure."""

from __future__ import annotations

from datetime import date, datetime

from rules.admissibility import Inadmissible
from rules.deadlines import to_shanghai
from rules.pinned import DISCOVERED_ON, Citation

DATASET = "dataset_id"


def not_obtained(openness: str, granted_at: datetime | None, citation: Citation | None) -> list[Inadmissible]:
    """Everybody obtains what is open to all; conditional data, whoever has or had a grant, the first of them at
    `granted_at`."""
    if openness == "conditional" and granted_at is None:
        return [Inadmissible(DATASET, "never_obtained", citation)]
    return []


def found_before_the_grant(
    openness: str, discovered_on: date | None, granted_at: datetime | None, citation: Citation | None
) -> list[Inadmissible]:
    """Nobody has found a fault in conditional data before the day of the first grant. Days are of Asia/Shanghai."""
    if discovered_on is None:
        return []
    if openness == "conditional" and granted_at is not None and discovered_on < to_shanghai(granted_at).date():
        granted_on = to_shanghai(granted_at).date()
        return [Inadmissible(DISCOVERED_ON, "found_before_the_grant", citation, {"on": granted_on})]
    return []
