"""Announcements that the service will be interrupted. Everybody reads them; the operator of the city makes them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.acting.announcing import PATH, MaintenanceForm, announce_for_operator, cancel_for_operator
from api.dependencies import ID, PageSize, Reading, RequiredIdempotencyKey, Reviewer, Running, pack_of
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.vocabularies import NamedCity
from reading.maintenance import shown
from reading.maintenance.shapes import MaintenanceList, MaintenanceShown

MaintenanceId = Annotated[str, Path(pattern=ID)]

router = APIRouter(prefix=PATH, tags=["maintenance notices"])


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
    maintenance_id = await announce_for_operator(runtime, store, caller, form, key)
    return known(await shown.announced(store, language, maintenance_id))


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
    await cancel_for_operator(runtime, store, caller, maintenance_id)
    return known(await shown.announced(store, language, maintenance_id))
