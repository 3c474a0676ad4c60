"""What could be rectified, and what is: tasks overdue beyond the grace of a city's pack, asked of PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnClause, ColumnElement, exists, func, literal_column
from sqlmodel import col, select

from activities.tables.cases import CaseRow, EventRow, TaskRow
from activities.tables.directory import BodyRow
from reading.supervision.questions import Filters
from rules.procedure_names import RECTIFICATION

IN_FORCE: ColumnClause[str] = literal_column(f"'{RECTIFICATION}'")
"""Written out, so that a prepared statement can go by the index of the rectifications that are open."""


@dataclass(frozen=True)
class Proposable(Filters):
    """Tasks before bodies of these roles which no open rectification names; none of a rectification itself."""

    roles: tuple[str, ...] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL, but for the city."""
        named = exists().where(
            col(CaseRow.city) == col(TaskRow.city),
            col(CaseRow.procedure) == IN_FORCE,
            col(CaseRow.closed_at).is_(None),
            col(EventRow.case_id) == col(CaseRow.case_id),
            col(EventRow.number) == 1,
            func.jsonb_extract_path_text(col(EventRow.event), "about_task") == col(TaskRow.task_id),
        )
        before = select(BodyRow.body).where(col(BodyRow.role).in_(self.roles), col(BodyRow.city) == col(TaskRow.city))
        return [
            *super().conditions(),
            col(TaskRow.procedure) != IN_FORCE,
            col(TaskRow.body).in_(before.correlate(TaskRow)),
            ~named.correlate(TaskRow),
        ]
