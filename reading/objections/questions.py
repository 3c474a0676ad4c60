"""What is asked of PostgreSQL about objections: what they keep back, who filed them, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from activities.evidence.files import Evidence
from activities.tables.cases import CaseRow, EvidenceRow, ObjectionRow
from activities.tables.gate import RestrictionRow
from models.state import CaseState
from reading.read_by.register import evidence_is_read
from reading.sight import Caller
from reading.store import Store

SHOWN_OF_A_HISTORY = 50


@dataclass(frozen=True)
class ObjectorHistory:
    """What somebody objected to before, by the state of today; `same_dataset` are the latest on one dataset."""

    upheld: int
    not_upheld: int
    open: int
    same_dataset: Sequence[tuple[ObjectionRow, CaseRow]]


async def restrictions_on(store: Store, dataset_id: str) -> list[tuple[RestrictionRow, str]]:
    """What cases keep back of a dataset now, with their case numbers."""
    rows = await store.session.exec(
        select(RestrictionRow, CaseRow.case_number)
        .join(CaseRow, col(CaseRow.case_id) == col(RestrictionRow.case_id))
        .where(col(RestrictionRow.dataset_id) == dataset_id, col(RestrictionRow.ended_at).is_(None))
        .order_by(col(RestrictionRow.since), col(RestrictionRow.case_id), col(RestrictionRow.kind))
    )
    return [(restriction, number) for restriction, number in rows]


async def evidence_of(store: Store, case_id: str) -> Sequence[EvidenceRow]:
    """The files of a case, in the order of their upload."""
    rows = await store.session.exec(
        select(EvidenceRow)
        .where(EvidenceRow.case_id == case_id)
        .order_by(col(EvidenceRow.uploaded_at), col(EvidenceRow.evidence_id))
    )
    return rows.all()


async def evidence_for(store: Store, caller: Caller, evidence_id: str) -> Evidence | None:
    """The file of evidence, unless the caller may not read it now, or nobody can any more; that the caller does is on
    record."""
    may_read = caller.reads_evidence(await store.now())
    its_case = aliased(CaseRow)
    found = (
        select(EvidenceRow, its_case.party)
        .outerjoin(its_case, col(its_case.case_id) == col(EvidenceRow.case_id))
        .where(EvidenceRow.evidence_id == evidence_id, may_read)
    )
    row = (await store.session.exec(found)).first()
    if row is None:
        return None
    file, party = row
    if is_erased(store, file.key_id):
        return None
    await evidence_is_read(store, caller, file, party)
    return Evidence.of(file.model_dump(exclude={"scanned_at"}))


async def evidence_readable(store: Store, caller: Caller, case_id: str) -> frozenset[str]:
    """The ids of a case's files that the caller may read now, without what is erased."""
    may_read = caller.reads_evidence(await store.now())
    found = select(EvidenceRow.evidence_id, EvidenceRow.key_id).where(EvidenceRow.case_id == case_id, may_read)
    rows = (await store.session.exec(found)).all()
    return frozenset(evidence_id for evidence_id, key_id in rows if not is_erased(store, key_id))


def is_erased(store: Store, key_id: str | None) -> bool:
    seals = store.archive.seals
    return seals is not None and seals.is_erased(key_id)


async def history_of(store: Store, party: str, dataset_id: str, before: CaseState) -> ObjectorHistory:
    """What somebody objected to before that case was received."""
    earlier = and_(
        col(ObjectionRow.party) == party,
        col(ObjectionRow.case_id) != before.case_id,
        col(CaseRow.received_at) <= before.received_at,
    )
    of_case = col(CaseRow.case_id) == col(ObjectionRow.case_id)
    count = func.count().filter
    upheld, not_upheld, still_open = (
        await store.session.exec(
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
    rows = await store.session.exec(
        select(ObjectionRow, CaseRow)
        .join(CaseRow, of_case)
        .where(earlier, ObjectionRow.dataset_id == dataset_id)
        .order_by(col(CaseRow.received_at).desc(), col(CaseRow.case_id))
        .limit(SHOWN_OF_A_HISTORY)
    )
    return ObjectorHistory(upheld, not_upheld, still_open, [(objection, case) for objection, case in rows])
