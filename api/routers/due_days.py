"""Due days for calendar programs: one's own by a private address, and those of one case."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from activities.telling.feeds import serve_feed
from api.acting.answering import CASES
from api.acting.own_calendar import (
    PATH,
    OwnFeedMade,
    OwnFeedShown,
    end_own_feed_of,
    own_feed_of,
    renew_own_feed_of,
)
from api.dependencies import Calling, CaseId, IdempotencyKey, Reading, Running
from api.http.conditional import conditional, tag_of
from api.http.files import feed_headers, file_headers
from api.http.language import AnsweredIn, language_of
from api.http.openapi import problems
from api.http.problems import Problem
from reading.due_days.calendar import DueDays, own_calendar
from reading.supervision.calendar import ICS

Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$")]
InLanguage = Annotated[Literal["zh", "en"] | None, Query(description="in the place of Accept-Language")]
CALENDAR = {"text/calendar": {"schema": {"type": "string"}}}

router = APIRouter(tags=["due days"])


@router.get(PATH, response_model=OwnFeedShown, responses=problems(401, 404, 503), summary="My calendar feed")
async def feed(caller: Calling, runtime: Running, store: Reading) -> OwnFeedShown:
    """Since when there is one, and when it was last fetched; 404 where there is none."""
    await store.release()
    return await own_feed_of(runtime, caller)


@router.post(
    PATH,
    status_code=201,
    response_model=OwnFeedMade,
    responses=problems(401, 409, 422, 503),
    summary="Make or renew my calendar feed",
)
async def renew(
    caller: Calling,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    response: Response,
    key: IdempotencyKey = None,
) -> OwnFeedMade:
    """Whoever has the address reads the due days of the caller's cases and of the tasks in its hand, until it is
    renewed or ended. The one before fetches nothing any more."""
    await store.release()
    response.headers["Cache-Control"] = "no-store"
    return await renew_own_feed_of(runtime, caller, language, key)


@router.delete(PATH, status_code=204, responses=problems(401, 404, 503), summary="End my calendar feed")
async def end(caller: Calling, runtime: Running, store: Reading) -> None:
    """Its address fetches nothing any more."""
    await store.release()
    await end_own_feed_of(runtime, caller)


@router.get(
    f"{PATH}/{{token}}.ics",
    response_class=Response,
    responses={200: {"content": CALENDAR}, **problems(404, 422, 503)},
    summary="The calendar of a feed",
)
async def own(token: Token, request: Request, runtime: Running, store: Reading, lang: InLanguage = None) -> Response:
    """RFC 5545: each open task on its last day in time. The token authorises. Who sends what it knows is answered 304
    while nothing has changed."""
    language = lang or language_of(request)
    found = await own_calendar(store, token, language, runtime.settings.pages_url)
    if found is None:
        raise Problem("NotFound")
    since = await serve_feed(runtime.pool, found.feed, f"ics-{language}", tag_of(found.content), found.now)
    headers = feed_headers(found.feed.feed_id, "ics", language)
    return conditional(request, found.content, ICS, headers, since)


@router.get(
    f"{CASES}/{{case_id}}/calendar.ics",
    response_class=Response,
    responses={200: {"content": CALENDAR}, **problems(401, 404, 503)},
    summary="Its due days as a calendar",
)
async def of_case(case_id: CaseId, caller: Calling, runtime: Running, store: Reading, language: AnsweredIn) -> Response:
    """RFC 5545: each open task that has one, on its last day in time. As it is now; a feed stays up to date."""
    content = await DueDays(store, caller, language, runtime.settings.pages_url).of_case(case_id)
    if content is None:
        raise Problem("NotFound")
    return Response(content, media_type=ICS, headers=file_headers(case_id, "ics", language))
