"""What is asked of PostgreSQL about openings outside the platform: those that are on record, and their words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import col, select

from activities.tables.cases import ActRow, CaseRow
from activities.tables.catalogue import DatasetRow
from reading.paging import Cut, cut, instant, place_of
from reading.store import Store
from rules.procedure_names import OPENING_ELSEWHERE


@dataclass(frozen=True)
class OnRecord:
    """A filing that was taken on record at `closed_at`, with the dataset that it is about."""

    case: CaseRow
    dataset: DatasetRow
    closed_at: datetime


async def on_record(store: Store, city: str, after: str | None, limit: int) -> Cut[OnRecord]:
    """A page of the filings of a city that are on record, the latest first. Raises CursorUnusable."""
    wanted = [
        col(CaseRow.city) == city,
        col(CaseRow.procedure) == OPENING_ELSEWHERE,
        col(CaseRow.closed_at).is_not(None),
    ]
    if after is not None:
        at, case_id = place_of(after, 2)
        same = and_(col(CaseRow.closed_at) == instant(at), col(CaseRow.case_id) > str(case_id))
        wanted.append(or_(col(CaseRow.closed_at) < instant(at), same))
    rows = await store.session.exec(
        select(CaseRow, DatasetRow)
        .join(DatasetRow, col(DatasetRow.dataset_id) == col(CaseRow.dataset_id))
        .where(*wanted)
        .order_by(col(CaseRow.closed_at).desc(), col(CaseRow.case_id))
        .limit(limit + 1)
    )
    found = [OnRecord(case, dataset, case.closed_at) for case, dataset in rows if case.closed_at]
    return cut(found, limit, lambda each: (each.closed_at, each.case.case_id))


async def filed_with(store: Store, case_id: str) -> dict[str, object]:
    """What was written with the filing of a case."""
    act = (await store.session.exec(select(ActRow).where(ActRow.act_id == f"{case_id}.file"))).first()
    return dict(act.content or {}) if act else {}
