"""What is asked of PostgreSQL about grants: whose they are, and what the gate decided by them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from activities.tables.cases import CaseRow
from activities.tables.gate import GateDecisionRow, GrantRow
from reading.sight import Caller
from reading.store import Store


async def grants(
    store: Store, caller: Caller, wanted: Sequence[ColumnElement[bool]], limit: int
) -> list[tuple[GrantRow, CaseRow]]:
    """The grants whose cases the caller may know of, latest first."""
    rows = await store.session.exec(
        select(GrantRow, CaseRow)
        .join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
        .where(caller.sees_cases(), *wanted)
        .order_by(col(CaseRow.received_at).desc(), col(CaseRow.case_id))
        .limit(limit)
    )
    return [(grant, case) for grant, case in rows]


async def has_or_had_grant(store: Store, caller: Caller, dataset_id: str) -> bool:
    """Whether a grant on the dataset is or was the caller's."""
    found = select(GrantRow.case_id).where(GrantRow.dataset_id == dataset_id, GrantRow.party == caller.account_id)
    return (await store.session.exec(found.limit(1))).first() is not None


async def grants_on(
    store: Store, dataset_id: str, wanted: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[GrantRow]:
    """Every grant that ever was on a dataset, latest first."""
    rows = await store.session.exec(
        select(GrantRow)
        .where(GrantRow.dataset_id == dataset_id, *wanted)
        .order_by(col(GrantRow.granted_at).desc(), col(GrantRow.case_id))
        .limit(limit)
    )
    return rows.all()


async def gate_decisions_on(
    store: Store, dataset_id: str, wanted: Sequence[ColumnElement[bool]], limit: int
) -> list[tuple[GateDecisionRow, str | None]]:
    """What the gate decided of a dataset, latest first, with the grantee where a grant was named."""
    rows = await store.session.exec(
        select(GateDecisionRow, GrantRow.party)
        .join(GrantRow, col(GrantRow.case_id) == col(GateDecisionRow.grant_case_id), isouter=True)
        .where(GateDecisionRow.dataset_id == dataset_id, *wanted)
        .order_by(col(GateDecisionRow.at).desc(), col(GateDecisionRow.decision_id).desc())
        .limit(limit)
    )
    return [(decision, party) for decision, party in rows]
