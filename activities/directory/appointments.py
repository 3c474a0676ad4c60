"""What officers may do: their roles are changed, their accounts closed and opened again, by an administrator."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.directory.officers import FOR_A_BODY, OfficerRefused, city_of
from activities.directory.people import AccountUnknown
from activities.directory.sessions import END

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from activities.database import Connection, Pool

LOG = logging.getLogger("kaifang.directory")
OF_OFFICERS = FOR_A_BODY | {"admin"}
"""The roles that somebody has by being named, and never by itself."""
ADMINISTRATORS = "select account_id from accounts where 'admin' = any(roles) order by account_id for update"
CHANGED = "select account_id, body, roles from accounts where login = $1 for update"
CLOSE = "update accounts set roles = '{}', body = null, city = null where account_id = $1"
REOPEN = """
update accounts set roles = $2, body = $3, city = $4, reopened_because = $5, reopened_by = $6, reopened_at = $7
where account_id = $1
"""


class AdministratorNoMore(Exception):
    """Whoever asked for it was an administrator until a moment ago."""


@dataclass(frozen=True)
class Officer:
    """An officer, and the body that it serves; None for an administrator of all."""

    account_id: str
    body: str | None


@dataclass(frozen=True)
class Reopening:
    """What a closed account may do from now on, and why."""

    body: str | None
    roles: frozenset[str]
    reason: str


async def change_roles(pool: Pool, login: str, roles: frozenset[str], by: str) -> None:
    """The officer has these roles from now on and no others; what it has claimed and may decide no more is its body's
    again. Raises AccountUnknown, AdministratorNoMore, OfficerRefused."""
    async with pool.acquire() as connection, connection.transaction():
        officer = await officer_to_change(connection, login, by)
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
        officer = await officer_to_change(connection, login, by)
        await connection.execute(CLOSE, officer.account_id)
        await connection.execute("delete from invitations where account_id = $1", officer.account_id)
        await connection.execute(f"{END} account_id = $1", officer.account_id)
    LOG.info("the account %s is closed, by %s", officer.account_id, by)


async def reopen_account(pool: Pool, login: str, again: Reopening, by: str, now: datetime) -> None:
    """The closed account serves this body and has these roles from now on, and is whose it was; nothing that it had
    comes back by itself. Raises AccountUnknown, AdministratorNoMore, OfficerRefused."""
    async with pool.acquire() as connection, connection.transaction():
        row = await _account(connection, login, by)
        if row["roles"]:
            raise OfficerRefused("the account is not closed", "login", "account_not_closed")
        city = await city_of(connection, again.body, again.roles)
        said = (sorted(again.roles), again.body, city, again.reason)
        await connection.execute(REOPEN, row["account_id"], *said, by, now)
    LOG.info("the account %s is open again with the roles %s, by %s", row["account_id"], sorted(again.roles), by)


async def officer_to_change(connection: Connection, login: str, by: str) -> Officer:
    """The officer, whom nobody else changes meanwhile. One administrator is left whatever happens: nobody changes the
    own account, and of two that change each other's the second is an administrator no more. Raises AccountUnknown,
    AdministratorNoMore, OfficerRefused."""
    row = await _account(connection, login, by)
    if row["account_id"] == by:
        raise OfficerRefused("nobody changes the own account", "login", "own_account")
    if not row["roles"] or not OF_OFFICERS.issuperset(row["roles"]):
        raise OfficerRefused("it is no account of an officer", "login", "no_officer")
    return Officer(row["account_id"], row["body"])


async def _account(connection: Connection, login: str, by: str) -> Mapping[str, Any]:
    """The account, locked, for an administrator who is one still. Raises AccountUnknown, AdministratorNoMore."""
    administrators = {row["account_id"] for row in await connection.fetch(ADMINISTRATORS)}
    if by not in administrators:
        raise AdministratorNoMore
    row = await connection.fetchrow(CHANGED, login)
    if row is None:
        raise AccountUnknown(login)
    return dict(row)
