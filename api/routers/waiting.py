"""Supervision: acts that wait to be worked off for longer than they should, and why."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import Cursor, Limit, Reading, Running, Seeing
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.vocabularies import NamedCity
from reading.paging import cursor, instant, place_of
from reading.shape import Page
from reading.supervision import waiting
from reading.supervision.waiting import LONG, Place, WaitingAct, waiting_shown

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])


@router.get(
    "/waiting-acts",
    response_model=Page[WaitingAct],
    responses=problems(401, 403, 422, 503),
    summary="Which acts wait for long, and why",
)
async def waiting_acts(
    sight: Seeing,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    city: NamedCity | None = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[WaitingAct]:
    """A supervisor's city, an admin's cities, a reviewer's body (the city, where its body may urge by law): acts that
    were received more than a minute ago and are neither accepted nor refused, the oldest first. What they say stays
    with the case; a period that they kept is kept."""
    until = await runtime.now() - LONG
    found = await waiting.waiting(store, sight, city, until, None if after is None else beyond(after), limit + 1)
    place = found[limit - 1].place if len(found) > limit else None
    return Page(items=[waiting_shown(each, language) for each in found[:limit]], next=cursor(*place) if place else None)


def beyond(after: str) -> Place:
    """The place that a cursor names. Raises a Problem on `cursor`."""
    received, act_id = place_of(after, 2)
    return Place(instant(received), str(act_id))
