"""Feeds in PostgreSQL: who made which, what it lists, and by which token's digest it is fetched."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from activities.idempotency import IdempotencyKeyReused
from activities.statements import insert

if TYPE_CHECKING:
    import asyncpg

    from activities.database import Connection, Pool

MOST_FEEDS = 50
"""Feeds that an account has at once."""
TOKEN_PREFIX = "kfs_"  # noqa: S105 - what a token begins with, so that people and scanners know one
TOKEN_BYTES = 32
COLUMNS = "feed_id, account_id, name, wanted, created_at, last_used_at, revoked_at"


class FeedKept(NamedTuple):
    """A row of `feeds`, as a feed is made: of the token the digest alone."""

    feed_id: str
    token_digest: str
    account_id: str
    name: str
    wanted: str
    created_at: datetime


MAKE = insert("feeds", FeedKept._fields, f"on conflict (feed_id) do nothing returning {COLUMNS}")
SERVED = """
update feeds set
  last_used_at = case when last_used_at >= $5::timestamptz - interval '1 minute' then last_used_at else $5 end,
  served = case when served #>> array[$2, 'digest'] = $3 then served
    else jsonb_set(served, array[$2], jsonb_build_object('digest', $3::text, 'since', $4::text)) end
where feed_id = $1 returning (served #>> array[$2, 'since'])::timestamptz
"""
"""Programs fetch often, so the time of the last fetch need not be known by the second."""
OWN: Mapping[str, Any] = {"of": "own"}
"""What the feed of somebody's own due days lists; each account has one at most."""
IS_OWN = "wanted ->> 'of' = 'own'"
END_OWN = f"update feeds set revoked_at = $2 where account_id = $1 and revoked_at is null and {IS_OWN}"  # noqa: S608 - a constant


class EnoughFeeds(Exception):
    """The account has as many feeds as it can have at once."""


@dataclass(frozen=True)
class NewFeed:
    """A feed that an account wants; the id makes the call repeatable."""

    feed_id: str
    account_id: str
    name: str
    wanted: Mapping[str, Any]


@dataclass(frozen=True)
class Feed:
    """A feed; `wanted` is what it lists, as whoever made it asked."""

    feed_id: str
    account_id: str
    name: str
    wanted: Mapping[str, Any]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def new_token() -> str:
    """A token that nobody can guess. Only its digest is kept."""
    return TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def make_feed(pool: Pool, new: NewFeed, token: str, now: datetime) -> tuple[Feed, bool]:
    """The feed of that id, and whether it is new: only then is the token its own. Raises EnoughFeeds, and
    IdempotencyKeyReused where the id is that of another feed."""
    async with pool.acquire() as connection, connection.transaction():
        # Of calls that come at once, each counts what the one before made.
        await connection.execute("select from accounts where account_id = $1 for no key update", new.account_id)
        row = await connection.fetchrow(f"select {COLUMNS} from feeds where feed_id = $1", new.feed_id)  # noqa: S608 - a constant
        if row is None:
            return _feed(await _made(connection, new, token, now)), True
    known = _feed(row)
    if (known.account_id, known.name, known.wanted) != (new.account_id, new.name, dict(new.wanted)):
        raise IdempotencyKeyReused(new.feed_id)
    return known, False


async def _made(connection: Connection, new: NewFeed, token: str, now: datetime) -> asyncpg.Record:
    live = "select count(*) from feeds where account_id = $1 and revoked_at is null"
    if await connection.fetchval(live, new.account_id) >= MOST_FEEDS:
        raise EnoughFeeds(new.account_id)
    made = FeedKept(
        feed_id=new.feed_id,
        token_digest=digest_of(token),
        account_id=new.account_id,
        name=new.name,
        wanted=json.dumps(dict(new.wanted)),
        created_at=now,
    )
    row = await connection.fetchrow(MAKE, *made)
    assert row, "nobody else makes a feed of this account now"
    return row


async def feeds_of(pool: Pool, account: str) -> list[Feed]:
    """The feeds of lists that an account has and that are not revoked, the oldest first; at most MOST_FEEDS."""
    rows = await pool.fetch(
        f"select {COLUMNS} from feeds where account_id = $1 and revoked_at is null "  # noqa: S608 - constants
        f"and ({IS_OWN}) is not true order by created_at, feed_id",
        account,
    )
    return [_feed(row) for row in rows]


def is_own(feed: Feed) -> bool:
    """Whether the feed is that of its account's own due days, and of no list."""
    return dict(feed.wanted) == dict(OWN)


async def own_feed(pool: Pool, account: str) -> Feed | None:
    """The feed of an account's own due days; None where there is none."""
    query = f"select {COLUMNS} from feeds where account_id = $1 and revoked_at is null and {IS_OWN}"  # noqa: S608 - constants
    row = await pool.fetchrow(query, account)
    return _feed(row) if row else None


async def renew_own_feed(pool: Pool, new: NewFeed, token: str, now: datetime) -> tuple[Feed, bool]:
    """The feed of that id, and whether it is new: then the one before is revoked, and the token is its own. Raises
    EnoughFeeds, and IdempotencyKeyReused where the id is that of another feed."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select from accounts where account_id = $1 for no key update", new.account_id)
        row = await connection.fetchrow(f"select {COLUMNS} from feeds where feed_id = $1", new.feed_id)  # noqa: S608 - a constant
        if row is None:
            await connection.execute(END_OWN, new.account_id, now)
            return _feed(await _made(connection, new, token, now)), True
    known = _feed(row)
    if known.account_id != new.account_id or not is_own(known):
        raise IdempotencyKeyReused(new.feed_id)
    return known, False


async def end_own_feed(pool: Pool, account: str, now: datetime) -> bool:
    """The feed of an account's own due days fetches nothing from here on; False where there is none."""
    return await pool.fetchrow(f"{END_OWN} returning feed_id", account, now) is not None


async def feed_by_token(pool: Pool, token: str) -> Feed | None:
    """The feed that this token fetches; None where there is none, or no longer."""
    row = await pool.fetchrow(
        f"select {COLUMNS} from feeds where token_digest = $1 and revoked_at is null",  # noqa: S608 - a constant
        digest_of(token),
    )
    return _feed(row) if row else None


async def revoke_feed(pool: Pool, feed_id: str, account: str | None, now: datetime) -> bool:
    """From now on the token fetches nothing; False where that account has no such feed; without an account, where there
    is no such feed at all. A feed that was revoked before stays revoked."""
    row = await pool.fetchrow(
        "update feeds set revoked_at = coalesce(revoked_at, $3) "
        "where feed_id = $1 and ($2::text is null or account_id = $2) returning feed_id",
        feed_id,
        account,
        now,
    )
    return row is not None


async def serve_feed(pool: Pool, feed: Feed, form: str, digest: str, now: datetime) -> datetime:
    """The feed is fetched in a form; since when it is in that form what it is now. Of calls that come at once, the
    first decides."""
    changed: datetime = await pool.fetchval(SERVED, feed.feed_id, form, digest, now.isoformat(), now)
    return changed


def _feed(row: asyncpg.Record) -> Feed:
    return Feed(**{**row, "wanted": json.loads(row["wanted"])})
