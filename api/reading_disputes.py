"""What the service reads from PostgreSQL of objections: what they keep back, who filed them, who used the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.callers import Caller
from models.state import CaseState
from models.tables import (
    CaseRow,
    DatasetRow,
    EventRow,
    EvidenceRow,
    GateDecisionRow,
    GrantRow,
    ObjectionRow,
    RestrictionRow,
)
from rules.deadlines import SHANGHAI

SHOWN_OF_A_HISTORY = 50


@dataclass(frozen=True)
class DatasetStanding:
    """Whether objections mark a dataset as disputed, and what cases keep back of it now."""

    disputed: bool
    restrictions: tuple[RestrictionRow, ...]


@dataclass(frozen=True)
class ObjectorHistory:
    """What somebody objected to before, by the state of today; `same_dataset` are the latest on one dataset."""

    upheld: int
    not_upheld: int
    open: int
    same_dataset: Sequence[tuple[ObjectionRow, CaseRow]]


class ReadsDisputes:
    """The part of a reader that is about objections, and what they mean for datasets and grants."""

    _session: AsyncSession

    async def standings(self, dataset_ids: Iterable[str]) -> dict[str, DatasetStanding]:
        """What objections mean for datasets, by one query for all of them."""
        marked = exists().where(col(ObjectionRow.dataset_id) == col(DatasetRow.dataset_id), col(ObjectionRow.disputed))
        in_force = and_(
            col(RestrictionRow.dataset_id) == col(DatasetRow.dataset_id), col(RestrictionRow.ended_at).is_(None)
        )
        rows = await self._session.exec(
            select(DatasetRow.dataset_id, marked, RestrictionRow)
            .join(RestrictionRow, in_force, isouter=True)
            .where(col(DatasetRow.dataset_id).in_(set(dataset_ids)))
            .order_by(col(RestrictionRow.since), col(RestrictionRow.case_id), col(RestrictionRow.kind))
        )
        found: dict[str, DatasetStanding] = {}
        for dataset_id, disputed, restriction in rows:
            before = found[dataset_id].restrictions if dataset_id in found else ()
            found[dataset_id] = DatasetStanding(bool(disputed), (*before, restriction) if restriction else before)
        return found

    async def was_disputed(self, dataset_id: str, on: date) -> bool:
        """Whether a dataset bore the disputed mark at the end of that day, Asia/Shanghai."""
        over = datetime.combine(on + timedelta(days=1), time(), SHANGHAI)
        answered = aliased(EventRow)
        since = exists().where(
            col(answered.case_id) == col(EventRow.case_id),
            col(answered.type) == "ObjectorAnswered",
            col(answered.number) > col(EventRow.number),
            col(answered.at) < over,
        )
        marked = (
            select(EventRow.case_id)
            .join(ObjectionRow, col(ObjectionRow.case_id) == col(EventRow.case_id))
            .where(ObjectionRow.dataset_id == dataset_id, EventRow.type == "DisputeMarked", EventRow.at < over, ~since)
        )
        return (await self._session.exec(marked.limit(1))).first() is not None

    async def restrictions_on(self, dataset_id: str) -> list[tuple[RestrictionRow, str]]:
        """What cases keep back of a dataset now, with their case numbers."""
        rows = await self._session.exec(
            select(RestrictionRow, CaseRow.case_number)
            .join(CaseRow, col(CaseRow.case_id) == col(RestrictionRow.case_id))
            .where(col(RestrictionRow.dataset_id) == dataset_id, col(RestrictionRow.ended_at).is_(None))
            .order_by(col(RestrictionRow.since), col(RestrictionRow.case_id), col(RestrictionRow.kind))
        )
        return [(restriction, number) for restriction, number in rows]

    async def evidence_of(self, case_id: str) -> Sequence[EvidenceRow]:
        """The files of a case, in the order of their upload."""
        rows = await self._session.exec(
            select(EvidenceRow)
            .where(EvidenceRow.case_id == case_id)
            .order_by(col(EvidenceRow.uploaded_at), col(EvidenceRow.evidence_id))
        )
        return rows.all()

    async def history_of(self, party: str, dataset_id: str, before: CaseState) -> ObjectorHistory:
        """What somebody objected to before that case was received."""
        earlier = and_(
            col(ObjectionRow.party) == party,
            col(ObjectionRow.case_id) != before.case_id,
            col(CaseRow.received_at) <= before.received_at,
        )
        of_case = col(CaseRow.case_id) == col(ObjectionRow.case_id)
        count = func.count().filter
        upheld, not_upheld, still_open = (
            await self._session.exec(
                select(
                    count(col(ObjectionRow.upheld).is_(True)),
                    count(col(ObjectionRow.upheld).is_(False)),
                    count(col(CaseRow.closed_at).is_(None)),
                )
                .select_from(ObjectionRow)
                .join(CaseRow, of_case)
                .where(earlier)
            )
        ).one()
        rows = await self._session.exec(
            select(ObjectionRow, CaseRow)
            .join(CaseRow, of_case)
            .where(earlier, ObjectionRow.dataset_id == dataset_id)
            .order_by(col(CaseRow.received_at).desc(), col(CaseRow.case_id))
            .limit(SHOWN_OF_A_HISTORY)
        )
        return ObjectorHistory(upheld, not_upheld, still_open, [(objection, case) for objection, case in rows])

    async def has_or_had_grant(self, caller: Caller, dataset_id: str) -> bool:
        """Whether a grant on the dataset is or was the caller's."""
        found = select(GrantRow.case_id).where(GrantRow.dataset_id == dataset_id, GrantRow.party == caller.account_id)
        return (await self._session.exec(found.limit(1))).first() is not None

    async def grants_on(self, dataset_id: str, wanted: Sequence[ColumnElement[bool]], limit: int) -> Sequence[GrantRow]:
        """Every grant that ever was on a dataset, latest first."""
        rows = await self._session.exec(
            select(GrantRow)
            .where(GrantRow.dataset_id == dataset_id, *wanted)
            .order_by(col(GrantRow.granted_at).desc(), col(GrantRow.case_id))
            .limit(limit)
        )
        return rows.all()

    async def gate_decisions_on(
        self, dataset_id: str, wanted: Sequence[ColumnElement[bool]], limit: int
    ) -> list[tuple[GateDecisionRow, str | None]]:
        """What the gate decided of a dataset, latest first, with the grantee where a grant was named."""
        rows = await self._session.exec(
            select(GateDecisionRow, GrantRow.party)
            .join(GrantRow, col(GrantRow.case_id) == col(GateDecisionRow.grant_case_id), isouter=True)
            .where(GateDecisionRow.dataset_id == dataset_id, *wanted)
            .order_by(col(GateDecisionRow.at).desc(), col(GateDecisionRow.decision_id).desc())
            .limit(limit)
        )
        return [(decision, party) for decision, party in rows]
