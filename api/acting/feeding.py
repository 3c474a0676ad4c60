"""Feeds of what is overdue or due soon: made, with an address that is shown once, and revoked."""

from __future__ import annotations

import uuid
from typing import Annotated

from pydantic import Field, StringConstraints

from activities.idempotency import id_from_key
from activities.telling.feeds import EnoughFeeds, NewFeed, make_feed, new_token, revoke_feed
from api.acting.forms.form import Form
from api.dependencies import officer_id
from api.http.filters import named_body
from api.http.problems import Problem
from api.http.vocabularies import NamedCity, NamedProcedure, NamedStage
from api.runtime import Runtime
from reading.sight import Caller
from reading.store import Store
from reading.supervision.due_lists import WITHIN, Listed, Within
from reading.supervision.feeds import FeedShown, FeedWanted, feeds_shown
from reading.supervision.sight import whose_feeds_it_revokes
from rules.bounds import Code

PATH = "/v1/supervision/feeds"
Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    ),
]


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


class FeedMade(FeedShown):
    """A new feed. Only the token's digest is kept, so token and addresses are shown once: null where a call is
    repeated."""

    token: str | None
    csv: str | None
    ics: str | None


async def make_feed_of(runtime: Runtime, store: Store, caller: Caller, form: FeedForm, key: str | None) -> FeedMade:
    """A feed of the caller, and its addresses if this call made it. Raises a Problem, and IdempotencyKeyReused."""
    await named_body(store, "body", form.body)
    officer = await officer_id(store, form.officer)
    await store.release()
    lists = tuple(dict.fromkeys(form.lists))
    wanted = FeedWanted(**form.model_dump(exclude={"name", "lists", "officer"}), lists=lists, officer=officer)
    feed_id = str(uuid.uuid4()) if key is None else id_from_key(caller.account_id, PATH, key)
    new = NewFeed(feed_id, caller.account_id, form.name, wanted.model_dump(mode="json", exclude_none=True))
    token = new_token()
    try:
        feed, is_new = await make_feed(runtime.pool, new, token, await runtime.now())
    except EnoughFeeds as fact:
        raise Problem("EnoughFeeds") from fact
    (shown,) = await feeds_shown(store, [feed])
    below = f"{runtime.settings.base_url}{PATH}/{token}"
    addresses = {"token": token, "csv": f"{below}.csv", "ics": f"{below}.ics"}
    return FeedMade(**dict(shown), **(addresses if is_new else dict.fromkeys(addresses)))


async def revoke_feed_of(runtime: Runtime, caller: Caller, feed_id: str) -> None:
    """Ends the token of a feed: of one's own feed, or for an administrator of anybody's. Raises a Problem."""
    if not await revoke_feed(runtime.pool, feed_id, whose_feeds_it_revokes(caller), await runtime.now()):
        raise Problem("NotFound")
