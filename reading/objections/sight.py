"""Which cases are objections, whose use of data can be traced. Pure."""

from __future__ import annotations

from activities.tables.cases import CaseRow
from rules.procedure_names import OBJECTION


def is_objection(case: CaseRow) -> bool:
    """Whether the case is an objection."""
    return case.procedure == OBJECTION
