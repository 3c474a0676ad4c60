"""Sessions of browsers in PostgreSQL: begun at a login, ended by their owner, by rest, or by age.

A cookie holds 256 random bits, the row their SHA-256: who reads the table can become nobody.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from activities.directory.personal import key_of, place_in_session
from activities.sealing.key_service import KeyServiceAway
from activities.sealing.seals import Unreadable

if TYPE_CHECKING:
    from activities.database import Connection, Pool
    from activities.sealing.seals import Seals

LOG = logging.getLogger("kaifang.directory")

LONGEST = timedelta(hours=12)
"""Nobody stays logged in for longer, however busy."""
IDLE_OFFICER = timedelta(minutes=30)
IDLE_APPLICANT = timedelta(hours=2)
SEEN_EVERY = timedelta(minutes=1)
"""How often a session is marked as seen; a page in between writes nothing."""
KEPT_FOR = timedelta(minutes=30)
LONGEST_BROWSER = 200
LONGEST_COOKIE = 100
"""Characters."""

BEGIN = """
insert into sessions
  (digest, account_id, created_at, seen_at, ends_at, idle_seconds, forgery_key, browser, sid, id_token)
values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)
"""
FIND = """
select account_id, created_at, seen_at, ends_at, idle_seconds, forgery_key, browser, notice from sessions
where digest = $1
"""
OF_ACCOUNT = """
select digest, created_at, seen_at, browser from sessions
where account_id = $1 and ends_at > $2 and seen_at + make_interval(secs => idle_seconds) > $2
order by seen_at desc, digest
"""
END_OVER = "delete from sessions where ends_at <= $1"
"""Long after its end, so that whoever comes back late is told that the session is over."""
ENDED = "ended "
END = f"""
update sessions set digest = '{ENDED}' || digest, ends_at = seen_at, notice = null, id_token = null
where not starts_with(digest, '{ENDED}') and
"""  # noqa: S608 - made of constants
"""No cookie has such a digest, so nobody logs in by it. The rest of it shows whose forms the session carried."""


@dataclass(frozen=True)
class Session:
    """A session that lasts; `notice` is what the next page says once."""

    digest: str
    account_id: str
    forgery_key: str
    notice: dict[str, Any] | None


@dataclass(frozen=True)
class Ended:
    """A session that lasted until now: whose it was."""

    account_id: str


@dataclass(frozen=True)
class Listed:
    """A session as its owner sees it."""

    digest: str
    begun_at: datetime
    seen_at: datetime
    browser: str


def digest_of(cookie: str) -> str:
    """What a row knows of a cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest()


async def begin(
    pool: Pool,
    account_id: str,
    now: datetime,
    *,
    idle: timedelta,
    browser: str,
    sid: str | None = None,
    id_token: str | None = None,
    seals: Seals | None = None,
) -> str:
    """A new session, whose cookie this is; sessions that are over are cleared away. Where the key service is away, what
    the issuer said is not kept."""
    cookie = secrets.token_urlsafe(32)
    named = browser.replace("\x00", "")[:LONGEST_BROWSER]
    row = (now, now + LONGEST, int(idle.total_seconds()), secrets.token_urlsafe(32), named, sid)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(END_OVER, now - LONGEST)
        await connection.execute("delete from kept_forms where until_at <= $1", now)
        await connection.execute("delete from logins_under_way where until_at <= $1", now)
        said = await _sealed(connection, seals, account_id, digest_of(cookie), id_token)
        await connection.execute(BEGIN, digest_of(cookie), account_id, *row, said)
    return cookie


async def _sealed(
    connection: Connection, seals: Seals | None, account_id: str, digest: str, id_token: str | None
) -> str | None:
    if id_token is None:
        return None
    try:
        return (await key_of(connection, seals, account_id)).text(place_in_session(digest), id_token)
    except KeyServiceAway as away:
        LOG.info("what the issuer said at a login is not kept: %s", away)
        return None


async def find(pool: Pool, cookie: str, now: datetime) -> Session | Ended | None:
    """The session of a cookie, seen now; `Ended` where it is over, None where there never was one or it was ended."""
    if len(cookie) > LONGEST_COOKIE:
        return None
    digest = digest_of(cookie)
    async with pool.acquire() as connection:
        row = await connection.fetchrow(FIND, digest)
        if row is None:
            return None
        if now >= row["ends_at"] or now >= row["seen_at"] + timedelta(seconds=row["idle_seconds"]):
            return Ended(row["account_id"])
        if now - row["seen_at"] >= SEEN_EVERY:
            await connection.execute(
                "update sessions set seen_at = greatest(seen_at, $2) where digest = $1", digest, now
            )
    notice = json.loads(row["notice"]) if row["notice"] else None
    return Session(digest, row["account_id"], row["forgery_key"], notice)


async def of_account(pool: Pool, account_id: str, now: datetime) -> list[Listed]:
    """Where somebody is logged in now, the latest seen first."""
    async with pool.acquire() as connection:
        rows = await connection.fetch(OF_ACCOUNT, account_id, now)
    return [Listed(row["digest"], row["created_at"], row["seen_at"], row["browser"]) for row in rows]


async def end(pool: Pool, account_id: str, digest: str) -> bool:
    """One's own session is over; False where there is none of that digest."""
    async with pool.acquire() as connection:
        ended = await connection.execute(f"{END} digest = $1 and account_id = $2", digest, account_id)
    return ended != "UPDATE 0"


async def end_others(pool: Pool, account_id: str, digest: str) -> None:
    """All of somebody's sessions but this one are over."""
    async with pool.acquire() as connection:
        await connection.execute(f"{END} account_id = $1 and digest <> $2", account_id, digest)


async def end_of_issuer(pool: Pool, *, sid: str | None, account_id: str | None) -> None:
    """The sessions that an issuer ends: of an account, of that name at the issuer, or of both where it says both."""
    if sid is None and account_id is None:
        return
    async with pool.acquire() as connection:
        named = "($1::text is null or sid = $1) and ($2::text is null or account_id = $2)"
        await connection.execute(f"{END} {named}", sid, account_id)


async def who_wrote(pool: Pool, forgery_key: str) -> str | None:
    """The account of the session whose forms carry this key, whether or not the session is over; None where its row is
    gone."""
    async with pool.acquire() as connection:
        account_id: str | None = await connection.fetchval(
            "select account_id from sessions where forgery_key = $1", forgery_key
        )
    return account_id


async def say_once(pool: Pool, session: Session, notice: dict[str, Any]) -> None:
    """The next page of this session says this, once."""
    async with pool.acquire() as connection:
        written = json.dumps(notice, ensure_ascii=False)
        await connection.execute("update sessions set notice = $2 where digest = $1", session.digest, written)


async def was_said(pool: Pool, session: Session) -> None:
    """The notice of a session was shown, and is not shown again."""
    async with pool.acquire() as connection:
        await connection.execute("update sessions set notice = null where digest = $1", session.digest)


async def keep_form(pool: Pool, account_id: str, key: bytes, content: bytes, now: datetime) -> None:
    """Keeps what somebody wrote for half an hour, encrypted with a key that only the browser has."""
    async with pool.acquire() as connection:
        await connection.execute(
            "insert into kept_forms (digest, account_id, until_at, content) values ($1, $2, $3, $4)",
            hashlib.sha256(key).hexdigest(),
            account_id,
            now + KEPT_FOR,
            content,
        )


async def kept_form(pool: Pool, account_id: str, key: bytes, now: datetime) -> bytes | None:
    """What that account wrote before it was logged out, encrypted with the key."""
    async with pool.acquire() as connection:
        content: bytes | None = await connection.fetchval(
            "select content from kept_forms where digest = $1 and account_id = $2 and until_at > $3",
            hashlib.sha256(key).hexdigest(),
            account_id,
            now,
        )
    return content


async def forget_form(pool: Pool, account_id: str, key: bytes) -> None:
    """What was kept has been sent, or is not wanted any more."""
    async with pool.acquire() as connection:
        await connection.execute(
            "delete from kept_forms where digest = $1 and account_id = $2", hashlib.sha256(key).hexdigest(), account_id
        )


async def id_token_of(pool: Pool, session: Session, seals: Seals | None) -> str | None:
    """What the issuer said as this session began; None where it cannot be read, now or ever."""
    async with pool.acquire() as connection:
        token: str | None = await connection.fetchval("select id_token from sessions where digest = $1", session.digest)
    if token is None or seals is None:
        return token
    try:
        return seals.exact_text(place_in_session(session.digest), token)
    except (KeyServiceAway, Unreadable) as fault:
        LOG.info("what the issuer said at a login cannot be read: %r", fault)
        return None


async def remember_login(pool: Pool, key: bytes, content: bytes, until: datetime) -> None:
    """A browser leaves for the issuer; `content` is encrypted with the key."""
    async with pool.acquire() as connection:
        await connection.execute(
            "insert into logins_under_way (digest, until_at, remembered) values ($1, $2, $3)",
            hashlib.sha256(key).hexdigest(),
            until,
            content,
        )


async def remembered_login(pool: Pool, key: bytes, now: datetime) -> bytes | None:
    """What was remembered of a browser as it left, once."""
    async with pool.acquire() as connection:
        content: bytes | None = await connection.fetchval(
            "with it as (delete from logins_under_way where digest = $1 returning until_at, remembered) "
            "select remembered from it where until_at > $2",
            hashlib.sha256(key).hexdigest(),
            now,
        )
    return content
