"""Feeds: what is overdue or due soon, for programs that fetch a calendar or a table by its address alone."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, StringConstraints

from activities.idempotency import id_from_key
from activities.telling.feeds import (
    EnoughFeeds,
    Feed,
    feed_by_token,
    feeds_of,
    make_feed,
    new_token,
    revoke_feed,
    serving_since,
    was_used,
)
from api.acting.forms.form import Form
from api.dependencies import ID, Calling, IdempotencyKey, Reading, Running, Seeing, officer_id
from api.http.conditional import conditional, tag_of
from api.http.files import feed_headers
from api.http.filters import named_body
from api.http.language import language_of
from api.http.openapi import problems
from api.http.problems import Problem
from api.http.vocabularies import NamedCity, NamedProcedure, NamedStage
from api.runtime import Runtime
from reading.directory import questions as directory
from reading.shape import Instant, Shape
from reading.sheet import CSV
from reading.store import Store
from reading.supervision.calendar import ICS, calendar
from reading.supervision.lists import WITHIN, Asked, Lister, Within
from reading.supervision.questions import Listed, sight_of
from reading.supervision.sheet import whole_table
from reading.words.language import Language
from rules.bounds import Code
from rules.deadlines import to_shanghai

PATH = "/v1/supervision/feeds"
Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$")]
FeedId = Annotated[str, Path(pattern=ID)]
InLanguage = Annotated[Literal["zh", "en"] | None, Query(description="in the place of Accept-Language")]
Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    ),
]

router = APIRouter(prefix=PATH, tags=["supervision"])


class FeedForm(Form):
    """What a feed is called and lists; narrowed as the lists themselves are."""

    name: Name
    lists: Annotated[tuple[Listed, ...], Field(min_length=1, max_length=2)] = ("overdue", "due_soon")
    within: Within = WITHIN
    city: NamedCity | None = None
    body: Code | None = None
    procedure: NamedProcedure | None = None
    stage: NamedStage | None = None
    officer: Code | None = None


class FeedShown(Shape):
    """A feed as whoever made it sees it."""

    feed_id: str
    name: str
    lists: list[Listed]
    within: int
    city: str | None
    body: str | None
    procedure: str | None
    stage: str | None
    officer: str | None
    created_at: Instant
    last_used_at: Instant | None


class FeedMade(FeedShown):
    """A new feed. Only the token's digest is kept, so token and addresses are shown once: null where a call is
    repeated."""

    token: str | None
    csv: str | None
    ics: str | None


class Feeds(Shape):
    """An account's feeds; they are few, so this list has no pages."""

    items: list[FeedShown]


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
    await named_body(store, "body", form.body)
    officer = await officer_id(store, form.officer)
    await store.release()
    lists = tuple(dict.fromkeys(form.lists))
    asked = Asked(**form.model_dump(exclude={"name", "lists", "officer"}), lists=lists, officer=officer)
    token = new_token()
    feed_id = str(uuid.uuid4()) if key is None else id_from_key(caller.account_id, PATH, key)
    wanted, now = asked.model_dump(mode="json", exclude_none=True), await runtime.now()
    async with runtime.pool.acquire() as connection:
        try:
            feed, is_new = await make_feed(connection, feed_id, token, caller.account_id, form.name, wanted, now)
        except EnoughFeeds as fact:
            raise Problem("EnoughFeeds") from fact
    (shown,) = await feeds_shown(store, [feed])
    below = f"{runtime.settings.base_url}{PATH}/{token}"
    addresses = {"token": token, "csv": f"{below}.csv", "ics": f"{below}.ics"}
    return FeedMade(**dict(shown), **(addresses if is_new else dict.fromkeys(addresses)))


@router.get("", response_model=Feeds, responses=problems(401, 403, 503), summary="The caller's feeds")
async def feeds(caller: Calling, _sight: Seeing, runtime: Running, store: Reading) -> Feeds:
    """Those that are not revoked."""
    await store.release()
    async with runtime.pool.acquire() as connection:
        found = await feeds_of(connection, caller.account_id)
    return Feeds(items=await feeds_shown(store, found))


@router.delete("/{feed_id}", status_code=204, responses=problems(401, 404, 503), summary="Revoke a feed")
async def revoke(feed_id: FeedId, caller: Calling, runtime: Running, store: Reading) -> None:
    """Its token fetches nothing any more. Of one's own feeds; an admin's is anybody's."""
    await store.release()
    owner, now = None if caller.has("admin") else caller.account_id, await runtime.now()
    async with runtime.pool.acquire() as connection:
        if not await revoke_feed(connection, feed_id, owner, now):
            raise Problem("NotFound")


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
    feed, lister = await fetched(token, runtime, store, lang or language_of(request))
    await store.release()
    content = await whole_table(lister)
    return await answered(request, runtime, feed, lister, content, CSV, "csv")


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
    feed, lister = await fetched(token, runtime, store, lang or language_of(request))
    content = await calendar(lister, store, feed.feed_id, feed.name)
    await store.release()
    return await answered(request, runtime, feed, lister, content, ICS, "ics")


async def answered(
    request: Request, runtime: Runtime, feed: Feed, lister: Lister, content: bytes, media_type: str, form: str
) -> Response:
    """The feed as it is now, or 304 to who has it already."""
    language, now = lister.language, lister.present.now
    async with runtime.pool.acquire() as connection:
        since = await serving_since(connection, feed, f"{form}-{language}", tag_of(content), now)
    return conditional(request, content, media_type, feed_headers(feed.feed_id, form, language), since)


async def fetched(token: str, runtime: Runtime, store: Store, language: Language) -> tuple[Feed, Lister]:
    """The feed of that token, and what it lists for the account that made it as that stands now. Raises a Problem."""
    present = await runtime.present()
    async with runtime.pool.acquire() as connection:
        feed = await feed_by_token(connection, token)
    caller = await directory.caller(store, feed.account_id) if feed else None
    sight = sight_of(caller, to_shanghai(present.now).date()) if caller else None
    if feed is None or sight is None:
        raise Problem("NotFound")
    async with runtime.pool.acquire() as connection:
        await was_used(connection, feed, present.now)
    return feed, Lister(runtime, sight, Asked.model_validate(feed.wanted), present, language)


async def feeds_shown(store: Store, found: list[Feed]) -> list[FeedShown]:
    asked = [Asked.model_validate(feed.wanted) for feed in found]
    logins = await directory.logins(store, (each.officer for each in asked))
    return [
        FeedShown(
            **each.model_dump(exclude={"lists", "officer"}),
            lists=list(each.lists),
            officer=logins[each.officer] if each.officer else None,
            feed_id=feed.feed_id,
            name=feed.name,
            created_at=feed.created_at,
            last_used_at=feed.last_used_at,
        )
        for feed, each in zip(found, asked, strict=True)
    ]
