"""Absences: who is away, and who stands in: gets the messages, and may decide what the absent officer claimed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.acting.being_away import PATH, AbsenceForm, be_away, be_back
from api.dependencies import ID, IdempotencyKey, Reading, Running
from api.http.files import AS_TABLE
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from api.routers.directory import OfficerOrAdmin
from reading.directory import shown
from reading.directory.shapes import AbsenceShown
from reading.shape import Page
from reading.tables.city import absence_table

AbsenceId = Annotated[str, Path(pattern=ID)]

router = APIRouter(prefix=PATH, tags=["directory"])


@router.get(
    "",
    response_model=Page[AbsenceShown],
    responses={**AS_TABLE, **problems(401, 403, 503)},
    summary="Who is away, and when",
)
async def absences(
    request: Request, response: Response, caller: OfficerOrAdmin, store: Reading, language: AnsweredIn
) -> Any:
    """Of the caller's body, or for a supervisor of its city: who is away and who will be, the next one first."""
    if wants_table(request, response):
        await store.release()
        return await as_table("absences", language, absence_table(store.archive, caller, language))
    return await shown.absences(store, caller)


@router.post(
    "", status_code=201, response_model=AbsenceShown, responses=problems(401, 403, 409, 422, 503), summary="Be away"
)
async def post(
    form: AbsenceForm, caller: OfficerOrAdmin, runtime: Running, store: Reading, key: IdempotencyKey = None
) -> AbsenceShown:
    """An officer says when it is away and who stands in; a supervisor of its body may say it for it. The substitute is
    told. Where the substitute is away too, its own stands in; `nobody_from` says from when on nobody does. A call
    that is repeated with its key after the absence has ended is refused."""
    absence_id = await be_away(runtime, store, caller, form, key)
    return known(await shown.absence(store, absence_id))


@router.delete(
    "/{absence_id}", status_code=204, responses=problems(401, 403, 404, 503), summary="Be back, or stay after all"
)
async def delete(absence_id: AbsenceId, caller: OfficerOrAdmin, runtime: Running, store: Reading) -> Response:
    """The substitute stands in no more, from now on; by the same who may file the absence."""
    await be_back(runtime, store, caller, absence_id)
    return Response(status_code=204)
