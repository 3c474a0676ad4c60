"""Who may rate data (评价), and which version of it: the one that the person obtained last. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.admissibility import Inadmissible

if TYPE_CHECKING:
    from datetime import datetime

    from rules.ratings import RatingRule

DATASET = "dataset_id"


def not_to_rate(
    rule: RatingRule, openness: str, provider: str, body: str | None, accessed_at: datetime | None
) -> list[Inadmissible]:
    """Why somebody does not rate data: nobody who serves its provider does, and none is open where it is closed. Of
    conditional data, where the city asks for it, who obtained it is who was let through to it, last at `accessed_at`;
    everybody obtains what is open to all."""
    if body == provider:
        return [Inadmissible(DATASET, "own_data", rule.citation)]
    if openness == "closed" and accessed_at is None:
        return [Inadmissible(DATASET, "never_open", rule.citation)]
    if rule.by == "who_obtained" and openness == "conditional" and accessed_at is None:
        return [Inadmissible(DATASET, "never_accessed", rule.citation)]
    return []
