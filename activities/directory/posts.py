"""The posts of bodies in PostgreSQL: who holds which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.database import present
from activities.directory.accounts import named
from activities.refused import field_refused
from activities.statements import upsert
from rules.deadlines import to_shanghai
from rules.posts import posts_of

if TYPE_CHECKING:
    from activities.clock import Clock
    from activities.database import Connection, Pool
    from models.acts import Actor


class PostKept(NamedTuple):
    """A row of `posts`."""

    body: str
    post: str
    account_id: str
    department: str | None
    filed_at: datetime
    filed_by: str


NAME_OFFICER = f"""{upsert("posts", PostKept._fields, ("body", "post"))}
-- Named again, the same officer has been on file since before.
where (posts.account_id, posts.department) is distinct from (excluded.account_id, excluded.department)
"""


class PostUnknown(Exception):
    """The rules of the city know no such post today, or there is no such body."""


@dataclass(frozen=True)
class Officer:
    """Who is to hold which post of a body, by login or account id, and of which department, where that is named."""

    body: str
    post: str
    account: str
    department: str | None


async def name_officer(pool: Pool, clock: Clock, officer: Officer, filed_by: str) -> None:
    """The officer, who serves the body, holds the post from now on, in place of whoever held it. Raises PostUnknown,
    and FieldsRefused on `account` and `department`."""
    async with pool.acquire() as connection, connection.transaction():
        at = clock.at(await present(connection))
        city = await connection.fetchval("select city from bodies where body = $1", officer.body)
        known = posts_of(city, to_shanghai(at).date()) if city else ()
        rule = next((each for each in known if each.post == officer.post), None)
        if rule is None:
            raise PostUnknown
        account = await named(connection, officer.account)
        if account is None:
            raise field_refused("account", "account_unknown", given=officer.account)
        if account.body != officer.body:
            raise field_refused("account", "officer_of_another_body")
        if rule.with_department and officer.department is None:
            raise field_refused("department", "missing_here")
        kept = PostKept(
            body=officer.body,
            post=officer.post,
            account_id=account.account_id,
            department=officer.department,
            filed_at=at,
            filed_by=filed_by,
        )
        await connection.execute(NAME_OFFICER, *kept)


async def posts_held(connection: Connection, by: Actor) -> frozenset[str]:
    """The posts of its body that somebody holds now."""
    query = "select post from posts where account_id = $1 and body = $2"
    return frozenset(row["post"] for row in await connection.fetch(query, by.account, by.body))


async def vacate(pool: Pool, body: str, post: str) -> bool:
    """Nobody holds the post; whether somebody did."""
    return bool(await pool.fetchval("delete from posts where body = $1 and post = $2 returning 1", body, post))
