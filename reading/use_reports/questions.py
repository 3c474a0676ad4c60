"""What is asked of PostgreSQL about reports on use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import col, select

from activities.tables.cases import CaseRow, TaskRow
from activities.tables.gate import GateDecisionRow
from reading.store import Store
from rules.deadlines import to_shanghai
from rules.pinned import APPLICANT


async def reports(store: Store, case_ids: Sequence[str]) -> Mapping[str, CaseRow]:
    """Those of these cases that are there."""
    rows = await store.session.exec(select(CaseRow).where(col(CaseRow.case_id).in_(case_ids)))
    return {row.case_id: row for row in rows}


async def answers_of_users(store: Store, case_ids: Sequence[str]) -> Mapping[str, list[TaskRow]]:
    """The tasks of these cases that lie, or lay, before the user."""
    wanted = (col(TaskRow.case_id).in_(case_ids), TaskRow.body == APPLICANT)
    found: dict[str, list[TaskRow]] = {}
    for row in await store.session.exec(select(TaskRow).where(*wanted).order_by(col(TaskRow.opened_at))):
        found.setdefault(row.case_id, []).append(row)
    return found


async def obtained_on(store: Store, grant_case_id: str) -> date | None:
    """The last day, Asia/Shanghai, on which the gate let data be fetched by the grant; None where it never did, or the
    month is not kept any longer."""
    at = col(GateDecisionRow.at)
    found = select(GateDecisionRow.at).where(GateDecisionRow.grant_case_id == grant_case_id, GateDecisionRow.allowed)
    last = (await store.session.exec(found.order_by(at.desc()).limit(1))).first()
    return to_shanghai(last).date() if last else None
