"""Own data: all of it as one archive, and who read what of it; for supervisors, what officers read of people's."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.acting.own_data import own_data_saved
from api.dependencies import Calling, Cursor, PageSize, Reading, Running, with_role
from api.http.files import AS_TABLE
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from reading.read_by.shapes import ReadingShown
from reading.read_by.shown import own_readings, supervised_readings
from reading.shape import Page
from reading.sight import Caller
from reading.tables.read_by import own_readings_table, supervised_readings_table

ZIPPED = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(tags=["own data"])

Supervising = Annotated[Caller, Depends(with_role("supervisor", "admin"))]


@router.get(
    "/v1/readings",
    response_model=Page[ReadingShown],
    responses={**AS_TABLE, **problems(401, 422, 503)},
    summary="Who read what is mine",
)
async def of_mine(
    request: Request,
    response: Response,
    caller: Calling,
    store: Reading,
    language: AnsweredIn,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """Which officer read texts or evidence of the caller's cases, of which body, on which day: one line a day, however
    often, the latest first."""
    if wants_table(request, response):
        await store.release()
        return await as_table("readings", language, own_readings_table(store.archive, caller, language))
    return await own_readings(store, caller, language, after, limit)


@router.get(
    "/v1/own-data.zip",
    response_class=Response,
    responses={200: {"content": ZIPPED}, **problems(401, 503)},
    summary="All that is held about me",
)
async def all_of_mine(caller: Calling, runtime: Running, store: Reading, language: AnsweredIn) -> Response:
    """One archive: account, channels, sessions, cases with their logs, what the caller did and wrote, the files that it
    uploaded, messages, and who read what; as JSON, with an index in the language of the call. Nothing that the caller
    did for a body, and nobody else's account or name."""
    return await own_data_saved(runtime, store, caller, language)


@router.get(
    "/v1/supervision/readings",
    response_model=Page[ReadingShown],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="What officers read of people's",
)
async def of_officers(
    request: Request,
    response: Response,
    caller: Supervising,
    store: Reading,
    language: AnsweredIn,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """Like `/v1/readings`, of all officers of a supervisor's city, or of every city for an administrator."""
    if wants_table(request, response):
        await store.release()
        return await as_table("readings", language, supervised_readings_table(store.archive, caller, language))
    return await supervised_readings(store, caller, language, after, limit)
