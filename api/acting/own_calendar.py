"""The feed of one's own due days: its address is shown once, and another makes the one before worthless."""

from __future__ import annotations

import uuid

from activities.idempotency import id_from_key
from activities.telling.feeds import OWN, EnoughFeeds, NewFeed, end_own_feed, new_token, own_feed, renew_own_feed
from api.http.problems import Problem
from api.runtime import Runtime
from reading.shape import Instant, Shape
from reading.sight import Caller
from reading.words.language import Language

PATH = "/v1/calendar-feed"


class OwnFeedShown(Shape):
    """The feed of somebody's own due days."""

    created_at: Instant
    last_used_at: Instant | None


class OwnFeedMade(OwnFeedShown):
    """A new one. Only the token's digest is kept, so the address is shown once: null where a call is repeated."""

    ics: str | None


async def own_feed_of(runtime: Runtime, caller: Caller) -> OwnFeedShown:
    """The caller's. Raises a Problem where there is none."""
    feed = await own_feed(runtime.pool, caller.account_id)
    if feed is None:
        raise Problem("NotFound")
    return OwnFeedShown(created_at=feed.created_at, last_used_at=feed.last_used_at)


async def renew_own_feed_of(runtime: Runtime, caller: Caller, language: Language, key: str | None) -> OwnFeedMade:
    """A new address, in whose place there may have been another: that fetches nothing any more. Raises a Problem, and
    IdempotencyKeyReused."""
    feed_id = str(uuid.uuid4()) if key is None else id_from_key(caller.account_id, PATH, key)
    token = new_token()
    try:
        new = NewFeed(feed_id, caller.account_id, "", OWN)
        feed, is_new = await renew_own_feed(runtime.pool, new, token, await runtime.now())
    except EnoughFeeds as fact:
        raise Problem("EnoughFeeds") from fact
    address = f"{runtime.settings.base_url}{PATH}/{token}.ics?lang={language}"
    return OwnFeedMade(created_at=feed.created_at, last_used_at=feed.last_used_at, ics=address if is_new else None)


async def end_own_feed_of(runtime: Runtime, caller: Caller) -> None:
    """Its address fetches nothing any more. Raises a Problem where there is none."""
    if not await end_own_feed(runtime.pool, caller.account_id, await runtime.now()):
        raise Problem("NotFound")
