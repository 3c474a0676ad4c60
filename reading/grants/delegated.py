"""Delegations of grants: those of a grant, for its holder and for officers, and those that somebody has, for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from activities.tables.cases import ActRow
from activities.tables.gate import CurtailmentRow, DelegatedCallsRow, DelegationRow, GrantRow
from reading.cases import questions as cases
from reading.catalogue import questions as catalogue
from reading.directory import questions as directory
from reading.directory.questions import Called
from reading.grants.shapes import DelegatedToMe, DelegationShown, Standing
from reading.paging import Cut, cut, instant, place_of
from reading.read_by.register import texts_are_read
from reading.shape import Page
from reading.sight import Caller
from reading.store import Store
from reading.words.clocks import last_day
from reading.words.language import Language, said

MATTER = "matter"
"""The field of a delegation that people write."""


@dataclass(frozen=True)
class Delegation:
    """A delegation with its grant, how often it was used, and whether something was taken of the grant since."""

    row: DelegationRow
    grant: GrantRow
    used: int
    is_curtailed: bool
    matter: str | None

    def standing(self, now: datetime) -> Standing:
        """How it stands, as the gate answers it: what ended it comes first."""
        if self.grant.ended is not None or self.grant.valid_until <= now:
            return "grant_over"
        if self.is_curtailed or self.row.ended == "grant_curtailed":
            return "grant_curtailed"
        if self.row.ended is not None:
            return "revoked"
        if self.row.until_at <= now:
            return "expired"
        return "used_up" if self.used >= self.row.accesses else "holds"


def _wanted() -> Any:
    since = col(CurtailmentRow.since) >= col(DelegationRow.delegated_at)
    taken = select(CurtailmentRow.case_id).where(col(CurtailmentRow.grant_case_id) == col(DelegationRow.case_id), since)
    return (
        select_columns(DelegationRow, GrantRow, col(DelegatedCallsRow.calls), taken.exists(), ActRow)
        .join(GrantRow, col(GrantRow.case_id) == col(DelegationRow.case_id))
        .join(ActRow, col(ActRow.act_id) == col(DelegationRow.delegation_id))
        .join(DelegatedCallsRow, col(DelegatedCallsRow.delegation_id) == col(DelegationRow.delegation_id), isouter=True)
        .order_by(col(DelegationRow.delegated_at).desc(), col(DelegationRow.delegation_id))
    )


async def _found(store: Store, asked: Any) -> list[Delegation]:
    rows = await store.session.exec(asked)
    return [
        Delegation(row, grant, calls or 0, is_curtailed, (act.content or {}).get(MATTER))
        for row, grant, calls, is_curtailed, act in rows
    ]


async def of_grant(store: Store, caller: Caller, language: Language, case_id: str) -> list[DelegationShown] | None:
    """Every delegation that a grant ever had, the latest first; None where the caller may not know of the grant. What
    the matter is a holder wrote: where an officer reads it, that is on record first."""
    case = await cases.case(store, caller, case_id)
    if case is None:
        return None
    read = await store.case_read(case_id)
    if read.state.grant is None:
        return None
    if read.state.delegations:
        await texts_are_read(store, caller, read.state)
    found = await _found(store, _wanted().where(DelegationRow.case_id == case_id))
    called = await directory.called(store, (each.row.delegate for each in found))
    now = await store.now()
    return [_of_holder(each, called, language, now) for each in found]


def _of_holder(each: Delegation, called: Mapping[str, Called], language: Language, now: datetime) -> DelegationShown:
    delegate = called.get(each.row.delegate)
    return DelegationShown(
        **_known(each, now),
        to=delegate.login if delegate else each.row.delegate,
        to_name=said(delegate.name, language) if delegate else each.row.delegate,
    )


def _known(each: Delegation, now: datetime) -> dict[str, Any]:
    return {
        "delegation_id": each.row.delegation_id,
        "matter": each.matter,
        "accesses": each.row.accesses,
        "used": each.used,
        "delegated_at": each.row.delegated_at,
        "last_day": last_day(each.row.until_at),
        "has_key": each.row.key_digest is not None,
        "standing": each.standing(now),
    }


async def own_page(
    store: Store, caller: Caller, language: Language, after: str | None, limit: int
) -> Page[DelegatedToMe]:
    """A page of the delegations that the caller has, the latest first. Raises CursorUnusable."""
    asked = _wanted().where(DelegationRow.delegate == caller.account_id).limit(limit + 1)
    if after is not None:
        at, delegation_id = place_of(after, 2)
        at_then = instant(at)
        same = and_(col(DelegationRow.delegated_at) == at_then, col(DelegationRow.delegation_id) > str(delegation_id))
        asked = asked.where(or_(col(DelegationRow.delegated_at) < at_then, same))
    found: Cut[Delegation] = cut(
        await _found(store, asked), limit, lambda each: (each.row.delegated_at, each.row.delegation_id)
    )
    return Page(items=await _to_me(store, language, found.rows), next=found.next)


async def own(store: Store, caller: Caller, language: Language, delegation_id: str) -> DelegatedToMe | None:
    """One delegation that the caller has; None for any other."""
    mine = (DelegationRow.delegation_id == delegation_id, DelegationRow.delegate == caller.account_id)
    found = await _to_me(store, language, await _found(store, _wanted().where(*mine)))
    return found[0] if found else None


async def grant_of_own(store: Store, caller: Caller, delegation_id: str) -> str | None:
    """The case of the grant of a delegation that the caller has; None for any other."""
    mine = (DelegationRow.delegation_id == delegation_id, DelegationRow.delegate == caller.account_id)
    return (await store.session.exec(select(DelegationRow.case_id).where(*mine))).first()


async def _to_me(store: Store, language: Language, found: Sequence[Delegation]) -> list[DelegatedToMe]:
    called = await directory.called(store, (each.grant.party for each in found))
    titles = await catalogue.titles(store, (each.grant.dataset_id for each in found))
    now = await store.now()
    return [
        DelegatedToMe(
            **_known(each, now),
            holder=said(called[each.grant.party].name, language) if each.grant.party in called else each.grant.party,
            dataset_id=each.grant.dataset_id,
            title=said(titles[each.grant.dataset_id], language) if each.grant.dataset_id in titles else "",
            data_items=each.grant.data_items,
            access_modes=each.grant.access_modes,
            daily_calls=each.grant.daily_calls,
            use=each.grant.use,
        )
        for each in found
    ]
