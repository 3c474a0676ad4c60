"""Within which time the law wants a case filed (提出期限), and whether it was filed late: on record, and no bar.

What is late is told here alone: of a row, in SQL, and for people.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlmodel import col

from activities.tables.cases import CaseRow
from models.state import CaseState
from reading.cases.shapes import FilingPeriodShown
from reading.words.clocks import last_day
from reading.words.filing_day import day_called
from reading.words.law import Law
from rules.pinned import BEFOREHAND


def filed_late() -> ColumnElement[bool]:
    """Of the cases, those that were filed after the time within which the law wants them."""
    return col(CaseRow.received_at) >= col(CaseRow.wanted_until)


def was_filed_late(row: CaseRow) -> bool:
    """Whether the case was filed after that time; not where the law gives none."""
    return row.wanted_until is not None and row.received_at >= row.wanted_until


def filing_period_shown(law: Law, state: CaseState) -> FilingPeriodShown | None:
    """The period that bound the filing, by the rules that the case keeps; None where none did."""
    within = law.rules.filed_within
    if within is None or state.wanted_until is None or state.occurred_on is None:
        return None
    return FilingPeriodShown(
        **law.named(within.citation).model_dump(),
        period=None if within.period == BEFOREHAND else within.period,
        counted_from=state.occurred_on,
        counted_from_label=law.say(day_called(law.rules, within)),
        wanted_until=state.wanted_until,
        last_day=last_day(state.wanted_until),
        late=state.filed_late,
    )
