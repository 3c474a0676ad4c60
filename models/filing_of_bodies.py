"""When what a body tells of itself can have changed. Pure."""

from __future__ import annotations

from datetime import date, datetime

from rules.admissibility import Inadmissible
from rules.deadlines import to_shanghai
from rules.procedure_rules import ProcedureRules

CHANGED_ON = "discovered_on"


def day_out_of_place(rules: ProcedureRules, changed_on: date | None, at: datetime) -> list[Inadmissible]:
    """Nothing has changed tomorrow. Days are of Asia/Shanghai."""
    if changed_on is None or changed_on <= to_shanghai(at).date():
        return []
    citation = rules.filed_within.citation if rules.filed_within else None
    return [Inadmissible(CHANGED_ON, "day_in_the_future", citation)]
