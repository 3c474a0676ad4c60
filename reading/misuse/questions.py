"""What is asked of PostgreSQL about the use of data: grants with their accesses, what was taken of them, what is
public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_
from sqlmodel import col, select

from activities.tables.cases import CaseRow
from activities.tables.catalogue import DatasetRow
from activities.tables.gate import CurtailmentRow, GateDecisionRow, GrantRow
from models.curtailing import NOTHING_TAKEN
from reading.paging import Cut, cut, instant, place_of
from reading.store import Store
from rules.procedure_names import MISUSE_APPEAL

MOST_GRANTS = 200
"""The latest of a dataset that a case of misuse shows; the trace has them all, in pages."""


@dataclass(frozen=True)
class UsedGrant:
    """A grant, with the answers of the gate under it."""

    grant: GrantRow
    case: CaseRow
    allowed: int
    refused: int
    last_at: datetime | None


@dataclass(frozen=True)
class Published:
    """A published measure, with its case and its dataset."""

    curtailment: CurtailmentRow
    case: CaseRow
    dataset: DatasetRow


def took_nothing(row: CurtailmentRow) -> bool:
    """Whether it is a finding by which nothing was taken of a grant."""
    return row.effect == NOTHING_TAKEN


def names_a_grant(row: CurtailmentRow) -> bool:
    """Whether it says under which grant the data was used."""
    return row.grant_case_id != row.case_id


def stands(row: CurtailmentRow) -> bool:
    """Whether an appeal can be against it: it was not given back, and of a finding not corrected."""
    return row.corrected_at is None if took_nothing(row) else row.ended_at is None


async def is_grant_on(store: Store, dataset_id: str, case_number: str) -> bool:
    """Whether a grant of that case number is on the dataset."""
    found = (
        select(GrantRow.case_id)
        .join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
        .where(GrantRow.dataset_id == dataset_id, CaseRow.case_number == case_number)
    )
    return (await store.session.exec(found)).first() is not None


async def grants_in_use(store: Store, dataset_id: str) -> list[UsedGrant]:
    """The latest grants on a dataset, each with what the gate has answered under it."""
    rows = await store.session.exec(
        select(GrantRow, CaseRow)
        .join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
        .where(GrantRow.dataset_id == dataset_id)
        .order_by(col(GrantRow.granted_at).desc(), col(GrantRow.case_id))
        .limit(MOST_GRANTS)
    )
    found = rows.all()
    allowed = col(GateDecisionRow.allowed)
    counts = await store.session.exec(
        select(
            col(GateDecisionRow.grant_case_id),
            func.count().filter(allowed),
            func.count().filter(~allowed),
            func.max(GateDecisionRow.at),
        )
        .where(col(GateDecisionRow.grant_case_id).in_([it.case_id for it, _ in found]))
        .group_by(col(GateDecisionRow.grant_case_id))
    )
    answers = {held: (yes, no, last_at) for held, yes, no, last_at in counts}
    return [UsedGrant(it, case, *answers.get(it.case_id, (0, 0, None))) for it, case in found]


async def taken_of(store: Store, grants: Sequence[str]) -> Sequence[CurtailmentRow]:
    """All that cases ever took of these grants, the latest first."""
    wanted = select(CurtailmentRow).where(col(CurtailmentRow.grant_case_id).in_(grants))
    return (await store.session.exec(wanted.order_by(col(CurtailmentRow.since).desc()))).all()


async def taken_by(store: Store, case_id: str) -> CurtailmentRow | None:
    """What a case has taken of a grant."""
    return (await store.session.exec(select(CurtailmentRow).where(CurtailmentRow.case_id == case_id))).first()


async def appeals_of(store: Store, party: str, taken: CurtailmentRow) -> list[CaseRow]:
    """The appeals of somebody against what was taken of a grant, the latest first."""
    wanted = select(CaseRow).where(
        CaseRow.party == party, CaseRow.dataset_id == taken.dataset_id, CaseRow.procedure == MISUSE_APPEAL
    )
    rows = await store.session.exec(wanted.order_by(col(CaseRow.received_at).desc()))
    return [row for row in rows.all() if (await store.case_read(row.case_id)).state.caused_by == taken.case_id]


async def published(store: Store, city: str, after: str | None, limit: int) -> Cut[Published]:
    """A page of what a city has published, the latest first. Raises CursorUnusable."""
    wanted = [col(CurtailmentRow.city) == city, col(CurtailmentRow.made_public_at).is_not(None)]
    if after is not None:
        at, case_id = place_of(after, 2)
        earlier = col(CurtailmentRow.made_public_at) < instant(at)
        same = and_(col(CurtailmentRow.made_public_at) == instant(at), col(CurtailmentRow.case_id) > str(case_id))
        wanted.append(or_(earlier, same))
    rows = await store.session.exec(
        select(CurtailmentRow, CaseRow, DatasetRow)
        .join(CaseRow, col(CaseRow.case_id) == col(CurtailmentRow.case_id))
        .join(DatasetRow, col(DatasetRow.dataset_id) == col(CurtailmentRow.dataset_id))
        .where(*wanted)
        .order_by(col(CurtailmentRow.made_public_at).desc(), col(CurtailmentRow.case_id))
        .limit(limit + 1)
    )
    return cut(
        [Published(*row) for row in rows], limit, lambda each: (each.curtailment.made_public_at, each.case.case_id)
    )
