"""What is asked of PostgreSQL about grants: whose they are, who holds data by them, and what the gate decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from activities.tables.cases import ActRow, CaseRow
from activities.tables.catalogue import DatasetRow
from activities.tables.gate import DelegationRow, GateDecisionRow, GrantRow
from models.acts import Revoke
from models.procedures.access import ACCESS, revoking_bodies
from models.refusal import Refusal
from reading.cases.questions import LATEST_FIRST, received, received_earlier
from reading.directory import questions as directory
from reading.paging import CursorUnusable, Cut, cut, instant, place_of
from reading.sight import Caller
from reading.store import CaseRead, Store
from rules.pinned import Label

LONGEST_ID = 18
"""Digits that fit into PostgreSQL's bigint."""


@dataclass(frozen=True)
class GrantInCase:
    """A grant, with the case that it is."""

    grant: GrantRow
    case: CaseRow


@dataclass(frozen=True)
class Holding:
    """A grant with who holds it and what it is on."""

    grant: GrantRow
    case: CaseRow
    holder: Label
    dataset: DatasetRow


@dataclass(frozen=True)
class GateDecision:
    """What the gate decided, and the accounts of the grantee where a grant was named, and of the delegate who used
    it."""

    decision: GateDecisionRow
    party: str | None
    delegate: str | None


async def grants(
    store: Store, caller: Caller, dataset_id: str | None, after: str | None, limit: int, for_body: str | None = None
) -> Cut[GrantInCase]:
    """A page of the grants, on one dataset or any, whose cases the caller may know of, latest first; where a body is
    named, those alone that it has. Raises CursorUnusable."""
    wanted = [caller.sees_cases()]
    if for_body is not None:
        wanted.append(col(CaseRow.for_body) == for_body)
    if dataset_id is not None:
        wanted.append(col(GrantRow.dataset_id) == dataset_id)
    if after is not None:
        wanted.append(received_earlier(after))
    rows = await store.session.exec(
        select(GrantRow, CaseRow)
        .join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
        .where(*wanted)
        .order_by(*LATEST_FIRST)
        .limit(limit + 1)
    )
    return cut([GrantInCase(grant, case) for grant, case in rows], limit, lambda each: received(each.case))


async def grant(store: Store, caller: Caller, case_id: str) -> GrantInCase | None:
    """The grant that is this case, unless the caller may not know of it."""
    rows = await store.session.exec(
        select(GrantRow, CaseRow)
        .join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
        .where(GrantRow.case_id == case_id, caller.sees_cases())
    )
    found = rows.first()
    return GrantInCase(*found) if found else None


async def own_grant(store: Store, caller: Caller, case_id: str) -> GrantInCase | None:
    """The caller's own grant that is this case; None where it is none, or somebody else's."""
    found = await grant(store, caller, case_id)
    return found if found and found.grant.party == caller.account_id else None


async def holding(store: Store, caller: Caller, now: datetime, limit: int) -> list[GrantInCase]:
    """The caller's own grants that hold, those that end first first."""
    rows = await store.session.exec(
        select(GrantRow, CaseRow)
        .join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
        .where(GrantRow.party == caller.account_id, col(GrantRow.ended).is_(None), col(GrantRow.valid_until) > now)
        .order_by(col(GrantRow.valid_until), col(GrantRow.case_id))
        .limit(limit)
    )
    return [GrantInCase(grant, case) for grant, case in rows]


async def holdings(store: Store, city: str, after: str | None, limit: int) -> Cut[Holding]:
    """A page of all grants that ever were in a city, with their holders, latest first. Raises CursorUnusable."""
    wanted = [col(CaseRow.city) == city, col(GrantRow.shared).is_(None)]
    if after is not None:
        wanted.append(received_earlier(after))
    rows = await store.session.exec(
        select(GrantRow, CaseRow, DatasetRow)
        .join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
        .join(DatasetRow, col(DatasetRow.dataset_id) == col(GrantRow.dataset_id))
        .where(*wanted)
        .order_by(*LATEST_FIRST)
        .limit(limit + 1)
    )
    found = cut(list(rows), limit, lambda each: received(each[1]))
    called = await directory.called(store, (grant.party for grant, _, _ in found.rows))
    held = [
        Holding(grant, case, called[grant.party].name, dataset)
        for grant, case, dataset in found.rows
        if grant.party in called
    ]
    return Cut(held, found.next)


async def has_or_had_grant(store: Store, caller: Caller, dataset_id: str) -> bool:
    """Whether a grant on the dataset is or was the caller's."""
    found = select(GrantRow.case_id).where(GrantRow.dataset_id == dataset_id, GrantRow.party == caller.account_id)
    return (await store.session.exec(found.limit(1))).first() is not None


async def first_granted_at(store: Store, caller: Caller, dataset_id: str) -> datetime | None:
    """When the caller was first granted access to the dataset; None where that never happened."""
    found = select(GrantRow.granted_at).where(GrantRow.dataset_id == dataset_id, GrantRow.party == caller.account_id)
    return (await store.session.exec(found.order_by(col(GrantRow.granted_at)).limit(1))).first()


async def delegates_of(store: Store, grant: GrantRow) -> frozenset[str]:
    """The accounts that use or used the grant for its holder."""
    found = select(DelegationRow.delegate).where(DelegationRow.case_id == grant.case_id)
    return frozenset(await store.session.exec(found))


async def granted_at(store: Store, case_id: str) -> datetime | None:
    """When the grant that is this case began; None where the case is none."""
    return (await store.session.exec(select(GrantRow.granted_at).where(GrantRow.case_id == case_id))).first()


async def issued(store: Store, act_id: str, key_digest: str) -> bool:
    """Whether the act issued this key and not an earlier one."""
    row = (await store.session.exec(select(ActRow).where(ActRow.act_id == act_id))).first()
    return row is not None and row.act["key_digest"] == key_digest


async def grants_on(store: Store, dataset_id: str, after: str | None, limit: int) -> Cut[GrantRow]:
    """A page of every grant that ever was on a dataset, latest first. Raises CursorUnusable."""
    wanted = [col(GrantRow.dataset_id) == dataset_id]
    if after is not None:
        wanted.append(granted_earlier(after))
    rows = await store.session.exec(
        select(GrantRow)
        .where(*wanted)
        .order_by(col(GrantRow.granted_at).desc(), col(GrantRow.case_id))
        .limit(limit + 1)
    )
    return cut(rows.all(), limit, lambda grant: (grant.granted_at, grant.case_id))


def granted_earlier(after: str) -> ColumnElement[bool]:
    """The grants that come after the page that ended there, with the latest first."""
    granted, case_id = place_of(after, 2)
    granted_at = instant(granted)
    same = and_(col(GrantRow.granted_at) == granted_at, col(GrantRow.case_id) > str(case_id))
    return or_(col(GrantRow.granted_at) < granted_at, same)


@dataclass(frozen=True)
class LastDecision:
    """The decision of the gate with which a page ended."""

    at: datetime
    decision_id: int

    @classmethod
    def named(cls, after: str) -> LastDecision:
        """The one that a cursor names. Raises CursorUnusable."""
        at, decision_id = place_of(after, 2)
        if not isinstance(decision_id, str) or not decision_id.isdecimal() or len(decision_id) > LONGEST_ID:
            raise CursorUnusable
        return cls(instant(at), int(decision_id))

    def later_ones(self) -> ColumnElement[bool]:
        """What comes after it in a list with the latest first."""
        same = and_(col(GateDecisionRow.at) == self.at, col(GateDecisionRow.decision_id) < self.decision_id)
        return or_(col(GateDecisionRow.at) < self.at, same)


async def gate_decisions_on(store: Store, dataset_id: str, last: LastDecision | None, limit: int) -> Cut[GateDecision]:
    """A page of what the gate decided of a dataset, latest first, after the `last` of the page before."""
    wanted = [col(GateDecisionRow.dataset_id) == dataset_id]
    if last is not None:
        wanted.append(last.later_ones())
    rows = await store.session.exec(
        select(GateDecisionRow, GrantRow.party, DelegationRow.delegate)
        .join(GrantRow, col(GrantRow.case_id) == col(GateDecisionRow.grant_case_id), isouter=True)
        .join(DelegationRow, col(DelegationRow.delegation_id) == col(GateDecisionRow.delegation_id), isouter=True)
        .where(*wanted)
        .order_by(col(GateDecisionRow.at).desc(), col(GateDecisionRow.decision_id).desc())
        .limit(limit + 1)
    )
    found = [GateDecision(*row) for row in rows]
    return cut(found, limit, lambda each: (each.decision.at, str(each.decision.decision_id)))


async def may_revoke(store: Store, caller: Caller, read: CaseRead) -> bool:
    """Whether the caller may end the grant before its time, as the directory stands: asked of the judge."""
    revoking = revoking_bodies(read.rules, read.state)
    bodies = await directory.bodies_of(store, read.state.city)
    act = Revoke(
        id="probe",
        case_id=read.state.case_id,
        by=caller.actor,
        received_at=max((await store.present()).now, read.state.at or datetime.min.replace(tzinfo=UTC)),
        given=frozenset({"reason"}),
        bodies=bodies,
        serving=await directory.serving(store, {*revoking, *bodies.values()}),
    )
    try:
        ACCESS.judge(read.rules, read.state, act)
    except Refusal:
        return False
    return caller.has("reviewer")
