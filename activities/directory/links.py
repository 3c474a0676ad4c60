"""Links by which whoever follows one first takes an officer's account, once, by its first login.

The token stands in the link alone: PostgreSQL has its digest.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from activities.directory.appointments import officer_to_change
from activities.directory.people import Invitation, digest_of, invited
from activities.directory.personal import opened_name

if TYPE_CHECKING:
    from activities.database import Pool
    from activities.directory.account_record import By
    from activities.sealing.seals import Seals

WAITS = """
select accounts.account_id, accounts.login, accounts.name, accounts.body, invitations.until_at from invitations
join accounts using (account_id) where invitations.token_digest = $1 and invitations.issuer = $2 and until_at > $3
"""


@dataclass(frozen=True)
class AccountWaiting:
    """An account that a link leads to; `name` by language, `until_at` exclusive."""

    login: str
    name: dict[str, str]
    body: str | None
    until_at: datetime


def new_token() -> str:
    """What nobody can guess."""
    return secrets.token_urlsafe(32)


def by_link(issuer: str, token: str) -> Invitation:
    """The invitation of whoever has the link of this token."""
    return Invitation(issuer, token_digest=digest_of(token))


async def make_link(pool: Pool, login: str, issuer: str, by: By, now: datetime) -> str:
    """The token of a link to an officer's account that nobody has taken yet; an invitation before is replaced. Raises
    AccountUnknown, AdministratorNoMore, KnownAlready, OfficerRefused."""
    token = new_token()
    async with pool.acquire() as connection, connection.transaction():
        await officer_to_change(connection, login, by)
        await invited(connection, login, by_link(issuer, token), now, by, None)
    return token


async def waiting(pool: Pool, token: str, issuer: str, now: datetime, *, seals: Seals | None) -> AccountWaiting | None:
    """The account to which the link of this token leads; None where it leads to none any more. Takes nothing."""
    row = await pool.fetchrow(WAITS, digest_of(token), issuer, now)
    if row is None:
        return None
    name = opened_name(seals, row["account_id"], json.loads(row["name"]))
    return AccountWaiting(row["login"], name, row["body"], row["until_at"])
