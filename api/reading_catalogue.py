"""What the service reads from PostgreSQL of the catalogue: entries, their versions, and how fresh the data is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, DateTime, cast, func, or_
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.freshness import SHANGHAI, FreshnessShown, is_stale, stale_from
from models.tables import AccountRow, CaseRow, DatasetRow, DatasetVersionRow

# Index words are for PostgreSQL alone.
WITHOUT_INDEX_WORDS = defer(DatasetRow.search, raiseload=True)  # type: ignore[arg-type]  # SQLModel's fields are columns


class ReadsCatalogue:
    """The part of a reader that is about the catalogue."""

    _session: AsyncSession

    async def dataset(self, dataset_id: str) -> DatasetRow | None:
        found = select(DatasetRow).options(WITHOUT_INDEX_WORDS).where(DatasetRow.dataset_id == dataset_id)
        return (await self._session.exec(found)).first()

    async def datasets(self, wanted: Sequence[ColumnElement[bool]], limit: int) -> Sequence[DatasetRow]:
        rows = await self._session.exec(
            select(DatasetRow)
            .options(WITHOUT_INDEX_WORDS)
            .where(*wanted)
            .order_by(col(DatasetRow.city), col(DatasetRow.dataset_id))
            .limit(limit)
        )
        return rows.all()

    async def count_datasets(self, city: str | None) -> int:
        """How many entries the catalogue of a city has; of all of them together."""
        counted = select(func.count()).select_from(DatasetRow)
        return (await self._session.exec(counted if city is None else counted.where(DatasetRow.city == city))).one()

    async def versions(self, dataset_id: str, after: int, limit: int) -> list[tuple[DatasetVersionRow, str | None]]:
        """The versions of an entry beyond that number, each with the number of the case that made it."""
        rows = await self._session.exec(
            select(DatasetVersionRow, CaseRow.case_number)
            .join(CaseRow, col(CaseRow.case_id) == col(DatasetVersionRow.case_id), isouter=True)
            .where(DatasetVersionRow.dataset_id == dataset_id, col(DatasetVersionRow.number) > after)
            .order_by(col(DatasetVersionRow.number))
            .limit(limit)
        )
        return [(version, number) for version, number in rows]

    async def version_on(self, dataset_id: str, on: date) -> tuple[DatasetVersionRow | None, str | None] | None:
        """The version that stood at the end of a day in Shanghai, with the number of the case that made it; no version
        where none but today's was ever kept, and None where the entry was not there yet."""
        published = func.timezone(SHANGHAI, col(DatasetVersionRow.published_at), type_=DateTime())
        stood = or_(published.is_(None), cast(published, Date) <= on)
        found = (
            await self._session.exec(
                select(DatasetVersionRow, CaseRow.case_number, stood)
                .join(CaseRow, col(CaseRow.case_id) == col(DatasetVersionRow.case_id), isouter=True)
                .where(DatasetVersionRow.dataset_id == dataset_id)
                .order_by(stood.desc(), col(DatasetVersionRow.number).desc())
                .limit(1)
            )
        ).first()
        if found is None:
            return None, None
        version, case_number, it_stood = found
        return (version, case_number) if it_stood else None

    async def last_versions(self, dataset_ids: Iterable[str]) -> dict[str, tuple[int, str | None]]:
        """The number of the version of each entry that stands, and of the case that made it; none where only one was
        ever there."""
        rows = await self._session.exec(
            select(DatasetVersionRow.dataset_id, DatasetVersionRow.number, CaseRow.case_number)
            .join(CaseRow, col(CaseRow.case_id) == col(DatasetVersionRow.case_id), isouter=True)
            .where(col(DatasetVersionRow.dataset_id).in_(set(dataset_ids)))
            .order_by(col(DatasetVersionRow.number))
        )
        return {dataset_id: (number, case_number) for dataset_id, number, case_number in rows}

    async def freshness(self, datasets: Iterable[DatasetRow], now: datetime) -> dict[str, FreshnessShown]:
        """Whether the data of these datasets is stale now."""
        ids = {row.dataset_id for row in datasets}
        if not ids:
            return {}
        rows = await self._session.exec(
            select(DatasetRow.dataset_id, is_stale(now), stale_from(), AccountRow.login)
            .join(AccountRow, col(AccountRow.account_id) == col(DatasetRow.updated_by), isouter=True)
            .where(col(DatasetRow.dataset_id).in_(ids))
        )
        return {
            dataset_id: FreshnessShown(stale=stale, stale_from=since, updated_by=login)
            for dataset_id, stale, since, login in rows
        }
