"""What officers may do: what is taken from them is gone at once, and so are accounts that an administrator closes; what
they gain, by an account too that is opened again, waits for a second one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.directory.account_record import By, Entry, enter
from activities.directory.confirming import AdministratorNoMore, administrators, nothing_waits, propose
from activities.directory.officers import FOR_A_BODY, OfficerRefused, city_of
from activities.directory.people import AccountUnknown
from activities.directory.sessions import END

if TYPE_CHECKING:
    from asyncpg import Record

    from activities.database import Connection, Pool

LOG = logging.getLogger("kaifang.directory")
OF_OFFICERS = FOR_A_BODY | {"admin"}
"""The roles that somebody has by being named, and never by itself."""
CHANGED = """
select account_id, body, roles, erased_at, exists (
  select from role_proposals p
  where p.account_id = a.account_id and p.ended_at is null and p.until_at > clock_timestamp()
) as waits
from accounts a where login = $1 for update of a
"""
CLOSE = "update accounts set roles = '{}', body = null, city = null where account_id = $1"
REOPEN = "update accounts set body = $2, city = $3 where account_id = $1"


@dataclass(frozen=True)
class Officer:
    """An officer, the body that it serves, None for an administrator of all, and the roles that it has already."""

    account_id: str
    body: str | None
    roles: frozenset[str]


@dataclass(frozen=True)
class Reopening:
    """What a closed account is to do from now on, and why."""

    body: str | None
    roles: frozenset[str]
    reason: str


async def change_roles(pool: Pool, login: str, roles: frozenset[str], by: By) -> None:
    """The officer is to have these roles and no others: what is taken away is gone at once, and what it has claimed and
    may decide no more is its body's again; what it gains waits until somebody else confirms it. Raises AccountUnknown,
    AdministratorNoMore, OfficerRefused."""
    async with pool.acquire() as connection, connection.transaction():
        officer = await officer_to_change(connection, login, by)
        if officer.body is None and roles & FOR_A_BODY:
            raise OfficerRefused("a reviewer or supervisor acts for a body", "roles", "officer_without_body")
        kept, lost, gained = officer.roles & roles, officer.roles - roles, roles - officer.roles
        if lost:
            await connection.execute(
                "update accounts set roles = $2 where account_id = $1", officer.account_id, sorted(kept)
            )
            await enter(connection, Entry("roles_withdrawn", officer.account_id, by, {"roles": sorted(lost)}))
        if gained:
            await propose(connection, officer.account_id, gained, by)
        else:
            await nothing_waits(connection, officer.account_id, "replaced")
    LOG.info("%s keeps %s and may gain %s, by %s", officer.account_id, sorted(kept), sorted(gained), by.account)


async def close_account(pool: Pool, login: str, by: By) -> None:
    """Nobody acts by the account any more: it serves no body and has no role, its sessions are over, and what waits for
    it is void, an invitation or a role. It stays, so that logs name who acted, and whoever had it comes back as nobody
    else. Raises AccountUnknown, AdministratorNoMore, OfficerRefused."""
    async with pool.acquire() as connection, connection.transaction():
        officer = await officer_to_change(connection, login, by)
        await connection.execute(CLOSE, officer.account_id)
        await connection.execute("delete from invitations where account_id = $1", officer.account_id)
        await nothing_waits(connection, officer.account_id, "void")
        await connection.execute(f"{END} account_id = $1", officer.account_id)
        details = {"roles": sorted(officer.roles), "body": officer.body}
        await enter(connection, Entry("account_closed", officer.account_id, by, details))
    LOG.info("the account %s is closed, by %s", officer.account_id, by.account)


async def reopen_account(pool: Pool, login: str, again: Reopening, by: By) -> None:
    """The closed account serves this body from now on and is whose it was, and its roles wait until somebody else
    confirms them; nothing that it had comes back by itself. Raises AccountUnknown, AdministratorNoMore,
    OfficerRefused."""
    async with pool.acquire() as connection, connection.transaction():
        row = await _account(connection, login, by)
        if row["erased_at"] is not None:
            raise OfficerRefused("nobody is the account any more", "login", "no_officer")
        if row["roles"] or row["body"] or row["waits"]:
            raise OfficerRefused("the account is not closed", "login", "account_not_closed")
        city = await city_of(connection, again.body, again.roles)
        await connection.execute(REOPEN, row["account_id"], again.body, city)
        details = {"roles": sorted(again.roles), "body": again.body, "reason": again.reason}
        await enter(connection, Entry("account_reopened", row["account_id"], by, details))
        await propose(connection, row["account_id"], again.roles, by)
    LOG.info("%s is open again and may gain %s, by %s", row["account_id"], sorted(again.roles), by.account)


async def officer_to_change(connection: Connection, login: str, by: By) -> Officer:
    """The officer, whom nobody else changes meanwhile. One administrator is left whatever happens: nobody changes the
    own account, and of two that change each other's the second is an administrator no more. Whoever runs a command
    changes any, the last administrator's too. Raises AccountUnknown, AdministratorNoMore, OfficerRefused."""
    row = await _account(connection, login, by)
    if row["account_id"] == by.account:
        raise OfficerRefused("nobody changes the own account", "login", "own_account")
    is_there = row["roles"] or row["body"] or row["waits"]
    if not is_there or not OF_OFFICERS.issuperset(row["roles"]):
        raise OfficerRefused("it is no account of an officer", "login", "no_officer")
    return Officer(row["account_id"], row["body"], frozenset(row["roles"]))


async def _account(connection: Connection, login: str, by: By) -> Record:
    """The account, locked, for a command or an administrator who is one still. Raises AccountUnknown,
    AdministratorNoMore."""
    known = await administrators(connection)
    if by.account is not None and by.account not in known:
        raise AdministratorNoMore
    row = await connection.fetchrow(CHANGED, login)
    if row is None:
        raise AccountUnknown(login)
    return row
