"""What the directory and the channels hold plain is sealed: the rows from before there were keys of accounts, and the
sample accounts, which come with a migration that has no keys.

A few rows a transaction, and a row that is sealed is not touched again: whatever breaks it off, the next turn goes on.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from activities.database import AWAY
from activities.directory.personal import (
    KeyOfAccount,
    index_of_mailbox,
    key_of,
    place_in_channel,
    place_in_session,
)
from activities.sealing.seals import KEYED, MARK, SEALED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asyncpg import Record

    from activities.database import Connection, Pool
    from activities.sealing.seals import Seals

LOG = logging.getLogger("kaifang.sealing")
EVERY = 600.0
"""Seconds between two looks, for what an older process wrote meanwhile."""
A_TURN = 100

IS_PLAIN = f"not starts_with({{0}}, '{MARK}')"
ACCOUNTS = f"""
select account_id, name, organisation, contact from accounts
where erased_at is null and (not name ? '{SEALED}'
  or {IS_PLAIN.format("organisation")} or {IS_PLAIN.format("contact")})
order by account_id limit $1 for no key update skip locked
"""  # noqa: S608 - made of constants
ACCOUNT_SEALED = "update accounts set name = $2, organisation = $3, contact = $4 where account_id = $1"
CHANNELS = f"""
select channel_id, account_id, address, secret from channels join accounts using (account_id)
where (address <> '' and {IS_PLAIN.format("address")}) or {IS_PLAIN.format("secret")}
order by channel_id limit $1 for no key update of channels, accounts skip locked
"""  # noqa: S608 - made of constants
CHANNEL_SEALED = "update channels set address = $2, secret = $3 where channel_id = $1"
SESSIONS = f"""
select digest, account_id, id_token from sessions join accounts using (account_id)
where {IS_PLAIN.format("id_token")}
order by digest limit $1 for no key update of sessions, accounts skip locked
"""  # noqa: S608 - made of constants
"""The account, whose key it is, with the row and never after it: nobody waits for the other in a circle."""
SESSION_SEALED = "update sessions set id_token = $2 where digest = $1"
INVITATIONS = f"""
select account_id, email from invitations where not starts_with(email, '{KEYED}')
order by account_id limit $1 for no key update skip locked
"""  # noqa: S608 - made of constants
INVITATION_INDEXED = "update invitations set email = $2 where account_id = $1"


@dataclass
class Sealed:
    """How many rows were sealed."""

    accounts: int = 0
    channels: int = 0
    sessions: int = 0
    invitations: int = 0

    @property
    def any(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))


async def seal_what_is_plain(pool: Pool, seals: Seals) -> Sealed:
    """Nothing of this is plain any more; how many rows of which kind were. Rows that somebody else holds are left for
    the next time. Raises WrappingKeyMissing, KeyServiceAway, and what was sealed until then stays so."""

    async def account(connection: Connection, row: Record) -> None:
        key = await key_of(connection, seals, row["account_id"])
        name = json.loads(row["name"])
        await connection.execute(
            ACCOUNT_SEALED,
            row["account_id"],
            row["name"] if SEALED in name else key.name(name),
            _said(key, "organisation", row["organisation"]),
            _said(key, "contact", row["contact"]),
        )

    async def channel(connection: Connection, row: Record) -> None:
        key = await key_of(connection, seals, row["account_id"])
        of = row["channel_id"]
        address = _text(key, place_in_channel(of, "address"), row["address"])
        secret = _text(key, place_in_channel(of, "secret"), row["secret"])
        await connection.execute(CHANNEL_SEALED, of, address, secret)

    async def session(connection: Connection, row: Record) -> None:
        key = await key_of(connection, seals, row["account_id"])
        said = key.text(place_in_session(row["digest"]), row["id_token"])
        await connection.execute(SESSION_SEALED, row["digest"], said)

    async def invitation(connection: Connection, row: Record) -> None:
        await connection.execute(INVITATION_INDEXED, row["account_id"], index_of_mailbox(seals, row["email"]))

    return Sealed(
        accounts=await _all(pool, ACCOUNTS, account),
        channels=await _all(pool, CHANNELS, channel),
        sessions=await _all(pool, SESSIONS, session),
        invitations=await _all(pool, INVITATIONS, invitation),
    )


async def _all(pool: Pool, question: str, seal: Callable[[Connection, Record], Awaitable[None]]) -> int:
    count = 0
    while True:
        async with pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(question, A_TURN)
            for row in rows:
                await seal(connection, row)
        count += len(rows)
        if len(rows) < A_TURN:
            return count


def _said(key: KeyOfAccount, column: str, kept: str | None) -> str | None:
    return kept if kept and kept.startswith(MARK) else key.said(column, kept)


def _text(key: KeyOfAccount, place: str, kept: str | None) -> str | None:
    return kept if not kept or kept.startswith(MARK) else key.text(place, kept)


class SealingAnew:
    """Beside the worker."""

    def __init__(self, pool: Pool, seals: Seals, every: float = EVERY) -> None:
        self._pool = pool
        self._seals = seals
        self._every = every

    async def run(self) -> None:
        """Looks until it is cancelled; PostgreSQL and the key service are waited for."""
        while True:
            try:
                if (done := await seal_what_is_plain(self._pool, self._seals)).any:
                    LOG.info("sealed what was plain: %s", done)
            except AWAY as away:
                LOG.info("PostgreSQL or the key service is away: %r", away)
            except Exception:
                LOG.exception("what is plain cannot be sealed")
            await asyncio.sleep(self._every)
