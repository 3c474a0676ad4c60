"""What the service reads of the directory: bodies, the posts that are filled, and who is away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.supervision_tables import AbsenceRow, PostRow
from models.tables import AccountRow, BodyRow


class ReadsDirectory:
    """Reads for one call."""

    _session: AsyncSession

    async def body(self, body: str) -> BodyRow | None:
        return (await self._session.exec(select(BodyRow).where(BodyRow.body == body))).first()

    async def bodies(self, city: str | None) -> Sequence[BodyRow]:
        """The bodies of a city, or of all."""
        found = select(BodyRow).order_by(col(BodyRow.city), col(BodyRow.body))
        return (await self._session.exec(found if city is None else found.where(BodyRow.city == city))).all()

    async def posts(self, bodies: Sequence[str]) -> Sequence[PostRow]:
        """The posts of these bodies that are filled; whoever serves another body by now fills none."""
        found = select(PostRow).join(AccountRow, col(AccountRow.account_id) == col(PostRow.account_id))
        serves = col(AccountRow.body) == col(PostRow.body)
        return (await self._session.exec(found.where(col(PostRow.body).in_(bodies), serves))).all()

    async def absence(self, absence_id: str) -> tuple[AbsenceRow, AccountRow] | None:
        """An absence, with the account that is away."""
        found = select(AbsenceRow, AccountRow).join(
            AccountRow, col(AccountRow.account_id) == col(AbsenceRow.account_id)
        )
        return (await self._session.exec(found.where(AbsenceRow.absence_id == absence_id))).first()

    async def absences(self, wanted: ColumnElement[bool], since: date) -> Sequence[tuple[AbsenceRow, AccountRow]]:
        """The absences that last beyond a day, the next one first, of the accounts wanted."""
        rows = await self._session.exec(
            select(AbsenceRow, AccountRow)
            .join(AccountRow, col(AccountRow.account_id) == col(AbsenceRow.account_id))
            .where(wanted, col(AbsenceRow.ended_at).is_(None), col(AbsenceRow.until_on) > since)
            # Who has left its body keeps what is on file, and nobody stands in.
            .where(col(AccountRow.body).is_not(None))
            .order_by(col(AbsenceRow.from_on), col(AbsenceRow.absence_id))
        )
        return [(absence, account) for absence, account in rows]
