"""Supervision: acts that wait to be worked off for longer than they should, and why."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.dependencies import Cursor, PageSize, Reading, Seeing
from api.http.files import AS_TABLE
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from api.http.vocabularies import NamedCity
from reading.shape import Page
from reading.supervision.lists import Asking, waiting_page
from reading.supervision.more_sheets import waiting_table
from reading.supervision.shapes import WaitingAct
from reading.supervision.sight import Narrowing

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])


@router.get(
    "/waiting-acts",
    response_model=Page[WaitingAct],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="Which acts wait for long, and why",
)
async def waiting_acts(
    request: Request,
    response: Response,
    sight: Seeing,
    store: Reading,
    language: AnsweredIn,
    city: NamedCity | None = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """A supervisor's city, an admin's cities, a reviewer's body (the city, where its body may urge by law): acts that
    were received more than a minute ago and are neither accepted nor refused, the oldest first. What they say stays
    with the case; a period that they kept is kept."""
    if wants_table(request, response):
        asking = Asking(sight, Narrowing(city), await store.present(), language)
        await store.release()
        return await as_table("waiting", language, waiting_table(store.archive, asking))
    return await waiting_page(store, sight, city, language, after, limit)
