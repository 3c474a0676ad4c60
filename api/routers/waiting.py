"""Supervision: acts that wait to be worked off for longer than they should, and why."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import Cursor, PageSize, Reading, Seeing
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.vocabularies import NamedCity
from reading.shape import Page
from reading.supervision.lists import waiting_page
from reading.supervision.shapes import WaitingAct

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])


@router.get(
    "/waiting-acts",
    response_model=Page[WaitingAct],
    responses=problems(401, 403, 422, 503),
    summary="Which acts wait for long, and why",
)
async def waiting_acts(
    sight: Seeing,
    store: Reading,
    language: AnsweredIn,
    city: NamedCity | None = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Page[WaitingAct]:
    """A supervisor's city, an admin's cities, a reviewer's body (the city, where its body may urge by law): acts that
    were received more than a minute ago and are neither accepted nor refused, the oldest first. What they say stays
    with the case; a period that they kept is kept."""
    return await waiting_page(store, sight, city, language, after, limit)
