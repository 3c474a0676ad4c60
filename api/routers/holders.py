"""Who holds conditional data: public where the law of the city makes it so."""

from __future__ import annotations

from fastapi import APIRouter
from sqlmodel import col, select

from api.dependencies import Cursor, Limit, Running
from api.language import AnsweredIn, said
from api.laws import Law
from api.openapi import problems
from api.paging import cursor
from api.problems import Problem
from api.routers.cases import earlier
from api.routers.maintenance import pack_of
from api.shapes import Instant, RuleNamed, Shape
from api.vocabularies import NamedCity
from models.tables import AccountRow, CaseRow, DatasetRow, GrantRow
from rules.deadlines import to_shanghai
from rules.pinned import Label
from rules.procedure_names import ACCESS_REQUEST
from rules.resolving import as_last_in_force, citation, in_force

router = APIRouter(prefix="/v1/holders", tags=["holders of conditional data"])


class HolderShown(Shape):
    """Somebody who was given conditional data; `valid_until` is exclusive, `ended_at` null while the grant holds."""

    name: str
    dataset_id: str
    title: str
    use: str | None
    access_mode: str | None
    granted_at: Instant
    valid_until: Instant
    ended_at: Instant | None


class HolderPage(Shape):
    """By which rule the list is public, and a page of it, the latest grant first."""

    rule: RuleNamed
    items: list[HolderShown]
    next: str | None


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
