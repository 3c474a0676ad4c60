"""Feeds: what each lists, for whoever made it and for the program that fetches it by its token alone."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from activities.telling.feeds import Feed, feed_by_token, feeds_of, is_own
from reading.directory import questions as directory
from reading.shape import Instant, Shape
from reading.store import Store
from reading.supervision.calendar import calendar
from reading.supervision.due_lists import WITHIN, DueList, Listed, Within
from reading.supervision.lists import Asking
from reading.supervision.sheet import whole_table
from reading.supervision.sight import Narrowing, sight_of
from reading.words.language import Language
from rules.deadlines import to_shanghai


class FeedWanted(BaseModel):
    """What a feed lists, as it is kept. `officer` is the id of an account."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    lists: tuple[Listed, ...]
    within: Within = WITHIN
    city: str | None = None
    body: str | None = None
    procedure: str | None = None
    stage: str | None = None
    officer: str | None = None

    @property
    def due_lists(self) -> tuple[DueList, ...]:
        return tuple(DueList(listed, self.within) for listed in self.lists)

    @property
    def narrowing(self) -> Narrowing:
        return Narrowing(self.city, self.body, self.procedure, self.stage, self.officer)


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


class Feeds(Shape):
    """An account's feeds; they are few, so this list has no pages."""

    items: list[FeedShown]


@dataclass(frozen=True)
class FeedFetched:
    """A feed with what it lists for the account that made it, as that stands now."""

    feed: Feed
    asking: Asking
    lists: tuple[DueList, ...]


async def feeds_of_account(store: Store, account: str) -> Feeds:
    """The account's feeds that are not revoked, the oldest first."""
    await store.release()
    return Feeds(items=await feeds_shown(store, await feeds_of(store.pool, account)))


async def feeds_shown(store: Store, feeds: list[Feed]) -> list[FeedShown]:
    """The feeds, with the logins of the officers to whose tasks they are narrowed."""
    wanted = [FeedWanted.model_validate(feed.wanted) for feed in feeds]
    logins = await directory.logins(store, (each.officer for each in wanted))
    return [
        FeedShown(
            feed_id=feed.feed_id,
            name=feed.name,
            lists=list(each.lists),
            within=each.within,
            city=each.city,
            body=each.body,
            procedure=each.procedure,
            stage=each.stage,
            officer=logins[each.officer] if each.officer else None,
            created_at=feed.created_at,
            last_used_at=feed.last_used_at,
        )
        for feed, each in zip(feeds, wanted, strict=True)
    ]


async def feed_fetched(store: Store, token: str, language: Language) -> FeedFetched | None:
    """The feed of that token; None where there is none, or its account supervises nothing any more."""
    present = await store.present()
    feed = await feed_by_token(store.pool, token)
    caller = await directory.caller(store, feed.account_id) if feed and not is_own(feed) else None
    sight = sight_of(caller, to_shanghai(present.now).date()) if caller else None
    if feed is None or sight is None:
        return None
    wanted = FeedWanted.model_validate(feed.wanted)
    return FeedFetched(feed, Asking(sight, wanted.narrowing, present, language), wanted.due_lists)


async def feed_table(store: Store, fetched: FeedFetched) -> bytes:
    """The feed as a table (CSV)."""
    await store.release()
    return await whole_table(store.archive, fetched.asking, fetched.lists)


async def feed_calendar(store: Store, fetched: FeedFetched) -> bytes:
    """The feed as a calendar (iCalendar)."""
    feed = fetched.feed
    content = await calendar(store, fetched.asking, fetched.lists, feed.feed_id, feed.name)
    await store.release()
    return content
