"""Who holds conditional data: public where the law of the city makes it so."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import Cursor, PageSize, Reading, pack_of
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem
from api.http.vocabularies import NamedCity
from reading.grants.shapes import HolderPage
from reading.grants.shown import holder_page

router = APIRouter(prefix="/v1/holders", tags=["holders of conditional data"])


@router.get("", response_model=HolderPage, responses=problems(404, 422, 503), summary="Who holds conditional data")
async def holders(
    store: Reading,
    language: AnsweredIn,
    city: NamedCity,
    after: Cursor = None,
    limit: PageSize = 50,
) -> HolderPage:
    """Everybody who has had a grant on conditional data: whose grant holds, and whose has ended, with its end. Public
    where the law of the city says so, else 404."""
    page = await holder_page(store, language, pack_of(city), after, limit)
    if page is None:
        raise Problem("HoldersNotPublic")
    return page
