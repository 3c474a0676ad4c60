"""What officers may do: their roles are changed, and their accounts closed, by an administrator."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.directory.officers import FOR_A_BODY, OfficerRefused
from activities.directory.people import AccountUnknown
from activities.directory.sessions import END

if TYPE_CHECKING:
    from activities.database import Connection, Pool

LOG = logging.getLogger("kaifang.directory")
OF_OFFICERS = FOR_A_BODY | {"admin"}
"""The roles that somebody has by being named, and never by itself."""
ADMINISTRATORS = "select account_id from accounts where 'admin' = any(roles) order by account_id for update"
CHANGED = "select account_id, body, roles from accounts where login = $1 for update"
CLOSE = "update accounts set roles = '{}', body = null, city = null where account_id = $1"


class AdministratorNoMore(Exception):
    """Whoever asked for it was an administrator until a moment ago."""


@dataclass(frozen=True)
class _Officer:
    account_id: str
    body: str | None


async def change_roles(pool: Pool, login: str, roles: frozenset[str], by: str) -> None:
    """The officer has these roles from now on and no others; what it has claimed and may decide no more is its body's
    again. Raises AccountUnknown, AdministratorNoMore, OfficerRefused."""
    async with pool.acquire() as connection, connection.transaction():
        officer = await _officer(connection, login, by)
        if officer.body is None and roles & FOR_A_BODY:
            raise OfficerRefused("a reviewer or supervisor acts for a body", "roles", "officer_without_body")
        await connection.execute(
            "update accounts set roles = $2 where account_id = $1", officer.account_id, sorted(roles)
        )
    LOG.info("%s has the roles %s, by %s", officer.account_id, ", ".join(sorted(roles)), by)


async def close_account(pool: Pool, login: str, by: str) -> None:
    """Nobody acts by the account any more: it serves no body and has no role, its sessions are over, and an invitation
    to it is void. It stays, so that logs name who acted, and whoever had it comes back as nobody else. Raises
    AccountUnknown, AdministratorNoMore, OfficerRefused."""
    async with pool.acquire() as connection, connection.transaction():
        officer = await _officer(connection, login, by)
        await connection.execute(CLOSE, officer.account_id)
        await connection.execute("delete from invitations where account_id = $1", officer.account_id)
        await connection.execute(f"{END} account_id = $1", officer.account_id)
    LOG.info("the account %s is closed, by %s", officer.account_id, by)


async def _officer(connection: Connection, login: str, by: str) -> _Officer:
    """The officer, whom nobody else changes meanwhile. One administrator is left whatever happens: nobody changes the
    own account, and of two that change each other's the second is an administrator no more."""
    administrators = {row["account_id"] for row in await connection.fetch(ADMINISTRATORS)}
    if by not in administrators:
        raise AdministratorNoMore
    row = await connection.fetchrow(CHANGED, login)
    if row is None:
        raise AccountUnknown(login)
    if row["account_id"] == by:
        raise OfficerRefused("nobody changes the own account", "login", "own_account")
    if not row["roles"] or not OF_OFFICERS.issuperset(row["roles"]):
        raise OfficerRefused("it is no account of an officer", "login", "no_officer")
    return _Officer(row["account_id"], row["body"])
