"""What could be rectified, and what is: tasks overdue beyond the grace of a city's pack, asked of PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnClause, ColumnElement, exists, func, literal_column
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.supervising import Filters
from models.tables import BodyRow, CaseRow, EventRow, TaskRow
from rules.pack import RECTIFICATION

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


class ReadsRectifications:
    """The part of a reader that is about bodies to be rectified."""

    _session: AsyncSession

    async def role_of(self, city: str, body: str) -> str | None:
        """The role of a body in that city; None if the city has no such body."""
        return (
            await self._session.exec(select(BodyRow.role).where(BodyRow.body == body, BodyRow.city == city))
        ).first()
