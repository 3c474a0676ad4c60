"""What is asked of PostgreSQL about what is held of one person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import not_, or_
from sqlmodel import col, select

from activities.evidence.files import Evidence
from activities.tables.cases import ActRow, CaseRow, EvidenceRow
from reading.objections.questions import is_erased
from reading.sight import Caller, filed_for_a_body
from reading.store import Store


async def own_acts(store: Store, caller: Caller, case_id: str) -> Sequence[ActRow]:
    """What somebody did in a case, in its order, refused acts too."""
    found = select(ActRow).where(ActRow.case_id == case_id, ActRow.account == caller.account_id)
    return (await store.session.exec(found.order_by(col(ActRow.seq)))).all()


async def own_files(store: Store, caller: Caller) -> list[tuple[Evidence, str | None]]:
    """The files that somebody uploaded, not for a body, each with the number of the case that it belongs to."""
    rows = await store.session.exec(
        select(EvidenceRow, CaseRow.case_number)
        .outerjoin(CaseRow, col(CaseRow.case_id) == col(EvidenceRow.case_id))
        .where(EvidenceRow.account == caller.account_id)
        .where(or_(col(EvidenceRow.case_id).is_(None), not_(filed_for_a_body())))
        .order_by(col(EvidenceRow.uploaded_at), col(EvidenceRow.evidence_id))
    )
    return [
        (Evidence.of(row.model_dump(exclude={"scanned_at"})), number)
        for row, number in rows
        if not is_erased(store, row.key_id)
    ]
