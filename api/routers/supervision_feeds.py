"""Feeds: what is overdue or due soon, for programs that fetch a calendar or a table by its address alone."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from activities.telling.feeds import serve_feed
from api.acting.feeding import PATH, FeedForm, FeedMade, make_feed_of, revoke_feed_of
from api.dependencies import ID, Calling, IdempotencyKey, Reading, Running, Seeing
from api.http.conditional import conditional, tag_of
from api.http.files import feed_headers
from api.http.language import language_of
from api.http.openapi import problems
from api.http.problems import Problem
from api.runtime import Runtime
from reading.sheet import CSV
from reading.store import Store
from reading.supervision.calendar import ICS
from reading.supervision.feeds import (
    FeedFetched,
    Feeds,
    feed_calendar,
    feed_fetched,
    feed_table,
    feeds_of_account,
)
from reading.words.language import Language

Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$")]
FeedId = Annotated[str, Path(pattern=ID)]
InLanguage = Annotated[Literal["zh", "en"] | None, Query(description="in the place of Accept-Language")]

router = APIRouter(prefix=PATH, tags=["supervision"])


@router.post(
    "", status_code=201, response_model=FeedMade, responses=problems(401, 403, 409, 422, 503), summary="Make a feed"
)
async def make(
    form: FeedForm,
    caller: Calling,
    _sight: Seeing,
    runtime: Running,
    store: Reading,
    response: Response,
    key: IdempotencyKey = None,
) -> FeedMade:
    """Whoever has the token reads what the caller may read at that time, until the feed is revoked: as long as the
    account supervises, and no more than it does."""
    response.headers["Cache-Control"] = "no-store"
    return await make_feed_of(runtime, store, caller, form, key)


@router.get("", response_model=Feeds, responses=problems(401, 403, 503), summary="The caller's feeds")
async def feeds(caller: Calling, _sight: Seeing, store: Reading) -> Feeds:
    """Those that are not revoked."""
    return await feeds_of_account(store, caller.account_id)


@router.delete("/{feed_id}", status_code=204, responses=problems(401, 404, 503), summary="Revoke a feed")
async def revoke(feed_id: FeedId, caller: Calling, runtime: Running, store: Reading) -> None:
    """Its token fetches nothing any more. Of one's own feeds; an admin's is anybody's."""
    await store.release()
    await revoke_feed_of(runtime, caller, feed_id)


@router.get(
    "/{token}.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}, **problems(404, 422, 503)},
    summary="A feed as a table",
)
async def as_table(
    token: Token, request: Request, runtime: Running, store: Reading, lang: InLanguage = None
) -> Response:
    """UTF-8 with a byte order mark, all tasks, the longest overdue first. The token is the authorisation. Who sends
    what it knows, by ETag or Last-Modified, is answered 304 while nothing has changed."""
    fetched = await fetched_by(token, store, lang or language_of(request))
    return await answered(request, runtime, fetched, await feed_table(store, fetched), CSV, "csv")


@router.get(
    "/{token}.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {}}}, **problems(404, 422, 503)},
    summary="A feed as a calendar",
)
async def as_calendar(
    token: Token, request: Request, runtime: Running, store: Reading, lang: InLanguage = None
) -> Response:
    """RFC 5545: each task on its last day in time, and on today how many are overdue. The token authorises."""
    fetched = await fetched_by(token, store, lang or language_of(request))
    return await answered(request, runtime, fetched, await feed_calendar(store, fetched), ICS, "ics")


async def fetched_by(token: str, store: Store, language: Language) -> FeedFetched:
    """The feed of that token. Raises a Problem."""
    fetched = await feed_fetched(store, token, language)
    if fetched is None:
        raise Problem("NotFound")
    return fetched


async def answered(
    request: Request, runtime: Runtime, fetched: FeedFetched, content: bytes, media_type: str, form: str
) -> Response:
    """The feed as it is now, or 304 to who has it already."""
    feed, language = fetched.feed, fetched.asking.language
    digest, now = tag_of(content), fetched.asking.present.now
    since = await serve_feed(runtime.pool, feed, f"{form}-{language}", digest, now)
    return conditional(request, content, media_type, feed_headers(feed.feed_id, form, language), since)
