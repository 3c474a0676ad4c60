"""The record of who may do what: each grant, change and withdrawal, each login, and what was refused, by the minute."""

from __future__ import annotations

import getpass
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from activities.database import present

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncpg import Record

    from activities.database import Connection, Pool

ADDRESSES_LAST = timedelta(days=183)
"""As long as the law wants logs of a network kept, six months (网络安全法 21), and no longer."""
LONGEST_ADDRESS = 64
ADD = """
insert into account_record (at, what, account_id, by_account, by_command, times, details)
values ($1, $2, $3, $4, $5, $6, $7) returning number
"""
ADD_ADDRESS = "insert into account_record_addresses (number, address, until_at) values ($1, $2, $3)"
FORGET = "delete from account_record_addresses where until_at <= $1"

LATEST = """
select r.at, r.what, r.times, r.by_command, r.details, a.login, b.login as by_login, d.address
from account_record r left join accounts a using (account_id) left join accounts b on b.account_id = r.by_account
  left join account_record_addresses d using (number)
where $1::text is null or r.account_id = $1 or a.login = $1 order by r.number desc limit $2
"""


@dataclass(frozen=True)
class By:
    """Who does something to an account: somebody by the service, or whoever runs a command on the machine."""

    account: str | None = None
    command: str | None = None
    address: str | None = None


def by_command() -> By:
    """Whoever runs this process, as the machine knows it."""
    try:
        return By(command=getpass.getuser()[:LONGEST_ADDRESS])
    except (OSError, KeyError):  # a container's number without a name
        return By(command="unknown")


@dataclass(frozen=True)
class Entry:
    """Something that is on record; `account_id` is of whom it is done to."""

    what: str
    account_id: str | None
    by: By
    details: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1


async def enter(connection: Connection, entry: Entry, at: datetime | None = None) -> None:
    """The record has it, in the caller's transaction, as of PostgreSQL's clock."""
    at = at or await present(connection)
    who = (entry.account_id, entry.by.account, entry.by.command)
    details = json.dumps(dict(entry.details), ensure_ascii=False)
    number = await connection.fetchval(ADD, at, entry.what, *who, entry.times, details)
    if entry.by.address:
        await connection.execute(ADD_ADDRESS, number, entry.by.address[:LONGEST_ADDRESS], at + ADDRESSES_LAST)


async def forget_addresses(connection: Connection, now: datetime) -> None:
    """Addresses that have been kept for as long as they may be are gone."""
    await connection.execute(FORGET, now)


async def note_login(pool: Pool, by: By) -> None:
    """Somebody has logged in; addresses that may be kept no longer are forgotten with it."""
    async with pool.acquire() as connection, connection.transaction():
        now = await present(connection)
        await enter(connection, Entry("login", by.account, by), now)
        await forget_addresses(connection, now)


async def latest(pool: Pool, account: str | None, limit: int) -> list[Record]:
    """What was done last, with the logins of whom and by whom; to one account by login or id, where one is named."""
    async with pool.acquire() as connection:
        return await connection.fetch(LATEST, account, limit)
