"""Who holds conditional data: public where the law of the city makes it so."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.dependencies import Cursor, PageSize, Reading, pack_of
from api.http.files import AS_TABLE
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem
from api.http.tables import as_table, wants_table
from api.http.vocabularies import NamedCity
from reading.grants.shapes import HolderPage
from reading.grants.shown import holder_page
from reading.tables.lists import holder_table

router = APIRouter(prefix="/v1/holders", tags=["holders of conditional data"])


@router.get(
    "",
    response_model=HolderPage,
    responses={**AS_TABLE, **problems(404, 422, 503)},
    summary="Who holds conditional data",
)
async def holders(
    request: Request,
    response: Response,
    store: Reading,
    language: AnsweredIn,
    city: NamedCity,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """Everybody who has had a grant on conditional data: whose grant holds, and whose has ended, with its end. Public
    where the law of the city says so, else 404."""
    page = await holder_page(store, language, pack_of(city), after, limit)
    if page is None:
        raise Problem("HoldersNotPublic")
    if wants_table(request, response):
        await store.release()
        return await as_table("holders", language, holder_table(store.archive, language, pack_of(city)))
    return page
