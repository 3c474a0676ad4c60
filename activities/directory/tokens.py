"""Tokens of the API that are void: all of an account up to an instant, or one by its name."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from activities.directory.account_record import By, Entry, enter
from activities.directory.people import AccountUnknown
from activities.directory.sessions import END

if TYPE_CHECKING:
    from activities.database import Connection, Pool

LONGEST_OF_ALL = timedelta(days=367)
"""No setting lets a token live longer (`Settings.token_life`); so long its name is remembered."""
REVOKE_ALL = """
update accounts set tokens_since = greatest(coalesce(tokens_since, $2), $2)
where account_id = $1 or login = $1 returning account_id
"""
REVOKE_ONE = """
insert into revoked_tokens (account_id, jti, until_at) values ($1, $2, $3)
on conflict (account_id, jti) do update set until_at = greatest(revoked_tokens.until_at, excluded.until_at)
"""
CLEAR = "delete from revoked_tokens where until_at <= $1"


async def revoke_all(pool: Pool, account: str, by: By) -> None:
    """Every token of the account (login or id) that was issued up to now is void, and its sessions are over. Raises
    AccountUnknown."""
    async with pool.acquire() as connection, connection.transaction():
        await all_revoked(connection, account, by)


async def all_revoked(connection: Connection, account: str, by: By) -> None:
    """As `revoke_all`, in the caller's transaction. Raises AccountUnknown."""
    account_id = await connection.fetchval(REVOKE_ALL, account, _now())
    if account_id is None:
        raise AccountUnknown(account)
    await connection.execute(f"{END} account_id = $1", account_id)
    await enter(connection, Entry("tokens_revoked", account_id, by))


async def revoke_one(pool: Pool, account: str, jti: str, by: By) -> None:
    """The token of that name of the account (login or id) is void. Raises AccountUnknown."""
    now = _now()
    async with pool.acquire() as connection, connection.transaction():
        account_id = await connection.fetchval(
            "select account_id from accounts where account_id = $1 or login = $1", account
        )
        if account_id is None:
            raise AccountUnknown(account)
        await connection.execute(CLEAR, now)
        await connection.execute(REVOKE_ONE, account_id, jti, now + LONGEST_OF_ALL)
        await enter(connection, Entry("token_revoked", account_id, by, {"jti": jti}))


def _now() -> datetime:
    """By the clock of this machine: tokens are issued and expire by clocks of machines, and not by PostgreSQL's."""
    return datetime.fromtimestamp(time.time(), UTC)
