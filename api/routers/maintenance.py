"""Announcements that the service will be interrupted. Everybody reads them; the operator of the city makes them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, NamedTuple, Self

from fastapi import APIRouter, Path, Query
from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlmodel import col, select

from activities.idempotency import id_from_key
from activities.tables.directory import BodyRow
from activities.tables.telling import MaintenanceRow
from api.acting.forms.form import Form
from api.dependencies import ID, Limit, RequiredIdempotencyKey, Reviewer, Running, pack_of
from api.http.language import AnsweredIn
from api.http.moments import Moment
from api.http.openapi import problems
from api.http.problems import Problem, invalid, wrongs
from api.http.vocabularies import NamedCity
from api.runtime import Runtime
from reading.shape import Instant, Shape
from reading.sight import Caller
from reading.words.language import Language, said
from rules.bounds import WHOLE_LINE, Prose, Something, told
from rules.deadlines import to_shanghai
from rules.maintenance import maintenance_rule, wrong_with
from rules.pinned import Label
from rules.resolving import as_last_in_force
from rules.stating import ON_ONE_LINE

PATH = "/v1/maintenance-notices"
OPERATOR = "operator"
LONGEST = timedelta(days=31)
"""Whoever needs longer announces again; a slip in the year is more likely."""
MaintenanceId = Annotated[str, Path(pattern=ID)]
ANNOUNCE = """
insert into maintenance (maintenance_id, city, body, starts_at, ends_at, announced_at, announced_by, said)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (maintenance_id) do nothing
"""
CANCEL = "update maintenance set cancelled_at = $2 where maintenance_id = $1 and cancelled_at is null"

router = APIRouter(prefix=PATH, tags=["maintenance notices"])


class MaintenanceForm(Form):
    """What will be interrupted, from when until when (exclusive), and why on working days if it must be."""

    starts_at: Moment
    ends_at: Moment
    what: Annotated[Something, ON_ONE_LINE, told(WHOLE_LINE)]
    reason: Prose = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.starts_at < self.ends_at <= self.starts_at + LONGEST:
            raise PydanticCustomError("interruption_length", "it ends after it starts, and at most 31 days later")
        return self


class MaintenanceShown(Shape):
    """An interruption that is announced; `cancelled_at` is null unless it will not be."""

    maintenance_id: str
    city: str
    body: str
    body_name: str
    starts_at: Instant
    ends_at: Instant
    announced_at: Instant
    what: str
    reason: str | None
    cancelled_at: Instant | None


class MaintenanceList(Shape):
    items: list[MaintenanceShown]


@router.get("", response_model=MaintenanceList, responses=problems(422, 503), summary="Announced interruptions")
async def announced(
    runtime: Running,
    language: AnsweredIn,
    city: NamedCity,
    past: Annotated[bool, Query(description="those that are over, too")] = False,
    limit: Limit = 50,
) -> MaintenanceList:
    """Those to come, the next one first; with those that are over, the latest first. Public."""
    pack_of(city)
    async with runtime.session() as session:
        wanted = select(MaintenanceRow, BodyRow).join(BodyRow, col(BodyRow.body) == col(MaintenanceRow.body))
        wanted = wanted.where(MaintenanceRow.city == city)
        if past:
            wanted = wanted.order_by(col(MaintenanceRow.starts_at).desc())
        else:
            present = (await runtime.present()).now
            wanted = wanted.where(col(MaintenanceRow.ends_at) > present).order_by(col(MaintenanceRow.starts_at))
        found = (await session.exec(wanted.limit(limit))).all()
    return MaintenanceList(items=[shown(row, body, language) for row, body in found])


@router.post(
    "",
    status_code=201,
    response_model=MaintenanceShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Announce an interruption",
)
async def announce(
    form: MaintenanceForm,
    key: RequiredIdempotencyKey,
    runtime: Running,
    caller: Reviewer,
    language: AnsweredIn,
) -> MaintenanceShown:
    """By a reviewer of the operator, for its city. Where the law sets a time in advance, it is absolute; where it wants
    days off, a reason stands in for them."""
    operator = of_the_operator(caller)
    id_, stated = id_from_key(caller.account_id, PATH, key), form.said()
    if kept := await known(runtime, id_):
        if kept[0].said != stated:
            raise Problem("IdempotencyKeyReused")
        return shown(*kept, language)
    pack = pack_of(operator.city)
    present = await runtime.present()
    on = to_shanghai(present.now).date()
    if form.starts_at <= present.now:
        raise invalid("starts_at", "moment_past")
    if rule := maintenance_rule(pack, on):
        calendar = present.record.calendar(pack.calendar)
        wider = present.record.calendar(rule.days_off_of) if rule.days_off_of else None
        if found := list(wrong_with(rule, calendar, present.now, form.starts_at, form.ends_at, form.reason, wider)):
            raise Problem("RequestInvalid", errors=wrongs(found, as_last_in_force(pack, "access_request", on)))
    row = (id_, operator.city, operator.body, form.starts_at, form.ends_at, present.now, caller.account_id)
    async with runtime.pool.acquire() as connection:
        await connection.execute(ANNOUNCE, *row, json.dumps(stated))
    announced, body = await one(runtime, id_)
    if announced.said != stated:
        # The same key came at the same time with another body.
        raise Problem("IdempotencyKeyReused")
    return shown(announced, body, language)


@router.post(
    "/{maintenance_id}/cancellation",
    response_model=MaintenanceShown,
    responses=problems(401, 403, 404, 409, 503),
    summary="Cancel an interruption",
)
async def cancel(
    maintenance_id: MaintenanceId, runtime: Running, caller: Reviewer, language: AnsweredIn
) -> MaintenanceShown:
    """By a reviewer of the operator that announced it, before it is over. Again, it changes nothing."""
    operator = of_the_operator(caller)
    row, _ = await one(runtime, maintenance_id)
    if row.body != operator.body:
        raise Problem("NotFound")
    now = await runtime.now()
    if row.cancelled_at is None and row.ends_at <= now:
        raise Problem("InterruptionOver")
    async with runtime.pool.acquire() as connection:
        await connection.execute(CANCEL, maintenance_id, now)
    return shown(*await one(runtime, maintenance_id), language)


class Operator(NamedTuple):
    city: str
    body: str


def of_the_operator(caller: Caller) -> Operator:
    """The operator for which the caller acts. Raises a Problem."""
    if caller.body_role != OPERATOR or caller.city is None or caller.body is None:
        raise Problem("OperatorAnnounces")
    return Operator(caller.city, caller.body)


async def one(runtime: Runtime, maintenance_id: str) -> tuple[MaintenanceRow, BodyRow]:
    """An announcement with the body that made it. Raises a Problem."""
    found = await known(runtime, maintenance_id)
    if found is None:
        raise Problem("NotFound")
    return found


async def known(runtime: Runtime, maintenance_id: str) -> tuple[MaintenanceRow, BodyRow] | None:
    wanted = select(MaintenanceRow, BodyRow).join(BodyRow, col(BodyRow.body) == col(MaintenanceRow.body))
    async with runtime.session() as session:
        found = (await session.exec(wanted.where(MaintenanceRow.maintenance_id == maintenance_id))).first()
    return (found[0], found[1]) if found else None


def shown(row: MaintenanceRow, body: BodyRow, language: Language) -> MaintenanceShown:
    return MaintenanceShown(
        maintenance_id=row.maintenance_id,
        city=row.city,
        body=row.body,
        body_name=said(Label.model_validate(body.name), language),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        announced_at=row.announced_at,
        what=row.said["what"],
        reason=row.said.get("reason") or None,
        cancelled_at=row.cancelled_at,
    )
