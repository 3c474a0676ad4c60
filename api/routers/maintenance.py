"""Announcements that the service will be interrupted. Everybody reads them; the operator of the city makes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, NamedTuple, Self

from fastapi import APIRouter, Path, Query
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from activities import maintenance
from activities.idempotency import id_from_key
from activities.maintenance import Announcement, InterruptionOver, InterruptionUnknown
from api.acting.forms.form import Form
from api.dependencies import ID, PageSize, Reading, RequiredIdempotencyKey, Reviewer, Running, pack_of
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.moments import Moment
from api.http.openapi import problems
from api.http.problems import Problem
from api.http.vocabularies import NamedCity
from reading.maintenance import shown
from reading.maintenance.shapes import MaintenanceList, MaintenanceShown
from reading.sight import Caller
from rules.bounds import WHOLE_LINE, Prose, Something, told
from rules.stating import ON_ONE_LINE

PATH = "/v1/maintenance-notices"
OPERATOR = "operator"
LONGEST = timedelta(days=31)
"""Whoever needs longer announces again; a slip in the year is more likely."""
MaintenanceId = Annotated[str, Path(pattern=ID)]

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


@router.get("", response_model=MaintenanceList, responses=problems(422, 503), summary="Announced interruptions")
async def announced(
    store: Reading,
    language: AnsweredIn,
    city: NamedCity,
    past: Annotated[bool, Query(description="those that are over, too")] = False,
    limit: PageSize = 50,
) -> MaintenanceList:
    """Those to come, the next one first; with those that are over, the latest first. Public."""
    pack_of(city)
    if past:
        return await shown.of_any_time(store, language, city, limit)
    return await shown.to_come(store, language, city, limit)


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
    store: Reading,
    caller: Reviewer,
    language: AnsweredIn,
) -> MaintenanceShown:
    """By a reviewer of the operator, for its city. Where the law sets a time in advance, it is absolute; where it wants
    days off, a reason stands in for them."""
    operator = of_the_operator(caller)
    pack_of(operator.city)
    announcement = Announcement(
        maintenance_id=id_from_key(caller.account_id, PATH, key),
        city=operator.city,
        body=operator.body,
        account=caller.account_id,
        starts_at=form.starts_at,
        ends_at=form.ends_at,
        reason=form.reason,
        said=form.said(),
    )
    await store.release()
    await maintenance.announce(runtime.pool, runtime.notices, runtime.clock, announcement)
    return known(await shown.announced(store, language, announcement.maintenance_id))


@router.post(
    "/{maintenance_id}/cancellation",
    response_model=MaintenanceShown,
    responses=problems(401, 403, 404, 409, 503),
    summary="Cancel an interruption",
)
async def cancel(
    maintenance_id: MaintenanceId, runtime: Running, store: Reading, caller: Reviewer, language: AnsweredIn
) -> MaintenanceShown:
    """By a reviewer of the operator that announced it, before it is over. Again, it changes nothing."""
    operator = of_the_operator(caller)
    await store.release()
    try:
        await maintenance.cancel(runtime.pool, runtime.clock, maintenance_id, operator.body)
    except InterruptionUnknown as fact:
        raise Problem("NotFound") from fact
    except InterruptionOver as fact:
        raise Problem("InterruptionOver") from fact
    return known(await shown.announced(store, language, maintenance_id))


class Operator(NamedTuple):
    city: str
    body: str


def of_the_operator(caller: Caller) -> Operator:
    """The operator for which the caller acts. Raises a Problem."""
    if caller.body_role != OPERATOR or caller.city is None or caller.body is None:
        raise Problem("OperatorAnnounces")
    return Operator(caller.city, caller.body)
