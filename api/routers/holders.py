"""Who holds conditional data: public where the law of the city makes it so."""

from __future__ import annotations

from fastapi import APIRouter
from sqlmodel import col, select

from activities.tables.cases import CaseRow
from activities.tables.catalogue import DatasetRow
from activities.tables.directory import AccountRow
from activities.tables.gate import GrantRow
from api.dependencies import Cursor, Limit, Running, pack_of
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem
from api.http.vocabularies import NamedCity
from reading.cases.lists import earlier
from reading.grants.shapes import HolderPage, HolderShown
from reading.paging import cursor
from reading.words.language import said
from reading.words.law import Law
from rules.deadlines import to_shanghai
from rules.pinned import Label
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import as_last_in_force, citation, in_force

router = APIRouter(prefix="/v1/holders", tags=["holders of conditional data"])


@router.get("", response_model=HolderPage, responses=problems(404, 422, 503), summary="Who holds conditional data")
async def holders(
    runtime: Running,
    language: AnsweredIn,
    city: NamedCity,
    after: Cursor = None,
    limit: Limit = 50,
) -> HolderPage:
    """Everybody who has had a grant on conditional data: whose grant holds, and whose has ended, with its end. Public
    where the law of the city says so, else 404."""
    pack = pack_of(city)
    now = await runtime.now()
    on = to_shanghai(now).date()
    rule = in_force(pack.holders or (), on)
    if rule is None or rule.value is None:
        raise Problem("HoldersNotPublic")
    wanted = (
        select(GrantRow, CaseRow, AccountRow, DatasetRow)
        .join(CaseRow, col(CaseRow.case_id) == col(GrantRow.case_id))
        .join(AccountRow, col(AccountRow.account_id) == col(GrantRow.party))
        .join(DatasetRow, col(DatasetRow.dataset_id) == col(GrantRow.dataset_id))
        .where(CaseRow.city == city)
        .order_by(col(CaseRow.received_at).desc(), col(CaseRow.case_id))
        .limit(limit + 1)
    )
    if after is not None:
        wanted = wanted.where(earlier(after))
    async with runtime.session() as session:
        found = (await session.exec(wanted)).all()
    more = None
    if len(found) > limit:
        last = found[limit - 1][1]
        more = cursor(last.received_at, last.case_id)
    items = [
        HolderShown(
            name=said(Label.model_validate(account.name), language),
            dataset_id=dataset.dataset_id,
            title=said(Label.model_validate(dataset.entry["title"]), language),
            use=grant.use,
            access_mode=grant.access_mode,
            granted_at=grant.granted_at,
            valid_until=grant.valid_until,
            ended_at=case.closed_at or (grant.valid_until if grant.valid_until <= now else None),
        )
        for grant, case, account, dataset in found[:limit]
    ]
    law = Law(as_last_in_force(pack, ACCESS_REQUEST, on), language)
    return HolderPage(rule=law.named(citation(pack, rule.cite)), items=items, next=more)
