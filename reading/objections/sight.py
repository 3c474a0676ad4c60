"""In which cases the use of data can be traced. Pure."""

from __future__ import annotations

from activities.tables.cases import CaseRow
from rules.procedure_names import MISUSE, OBJECTION

ABOUT_USE = frozenset({OBJECTION, MISUSE})
"""Whoever verifies one of these looks at who was granted the data, and at each access."""


def traces_use(case: CaseRow) -> bool:
    """Whether whoever has a part in the case reads how its data was used."""
    return case.procedure in ABOUT_USE
