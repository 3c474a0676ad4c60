"""Which cases are grants, and are known under their addresses. Pure."""

from __future__ import annotations

from activities.tables.cases import CaseRow
from rules.procedure_names import ACCESS


def is_grant(case: CaseRow) -> bool:
    """Whether the case is one of access that was granted."""
    return case.procedure == ACCESS
