"""Officers in the directory: enrolled by whoever runs the system, for a body that is there."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.directory.account_record import By, Entry, enter
from activities.directory.confirming import propose
from activities.directory.people import Invitation, invited
from activities.directory.personal import new_key
from rules.bounds import LONGEST_HEADING
from rules.stating import states_something

if TYPE_CHECKING:
    from datetime import datetime

    from activities.database import Connection, Pool
    from activities.sealing.seals import Seals

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}@[a-z0-9][a-z0-9.-]{0,60}")
FOR_A_BODY = frozenset({"reviewer", "supervisor"})
ENROL = """
insert into accounts (account_id, login, name, city, body, roles, key_id) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (login) do nothing returning account_id
"""


class OfficerRefused(Exception):
    """There is no such officer to be; the message says why, `field` and `code` what of it is wrong."""

    def __init__(self, message: str, field: str, code: str) -> None:
        self.field, self.code = field, code
        super().__init__(message)


class AdministratorThere(Exception):
    """There is an administrator, who can name others."""


@dataclass(frozen=True)
class NewOfficer:
    """Somebody who is to act: for a body, or as the administrator of all."""

    login: str
    name: str
    english_name: str
    body: str | None
    roles: frozenset[str]


async def enrol(pool: Pool, officer: NewOfficer, by: By, seals: Seals | None) -> str:
    """The account of the officer, by which nobody can log in before an invitation, and nobody act before somebody else
    has confirmed its roles. Raises OfficerRefused."""
    async with pool.acquire() as connection, connection.transaction():
        return await enrolled(connection, officer, by, seals)


async def enrol_and_invite(
    pool: Pool, officer: NewOfficer, invitation: Invitation, now: datetime, by: By, *, seals: Seals | None
) -> None:
    """The account of the officer, whose roles wait, and the invitation by which somebody takes it, both or neither.
    Raises OfficerRefused, KnownAlready."""
    async with pool.acquire() as connection, connection.transaction():
        await enrolled(connection, officer, by, seals)
        await invited(connection, officer.login, invitation, now, by, seals)


async def create_first_administrator(
    pool: Pool, officer: NewOfficer, invitation: Invitation | None, now: datetime, by: By, *, seals: Seals | None
) -> None:
    """The administrator with whom an installation begins: the one whom nobody confirms. Raises AdministratorThere,
    OfficerRefused, KnownAlready."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtextextended('kaifang.administrator', 0))")
        if await connection.fetchval("select exists (select from accounts where 'admin' = any(roles))"):
            raise AdministratorThere
        account_id = await _made(connection, officer, sorted(officer.roles), seals)
        await enter(connection, Entry("first_administrator", account_id, by, {"roles": sorted(officer.roles)}))
        if invitation is not None:
            await invited(connection, officer.login, invitation, now, by, seals)


async def enrolled(connection: Connection, officer: NewOfficer, by: By, seals: Seals | None) -> str:
    """The account of the officer, in the caller's transaction; its roles wait. Raises OfficerRefused."""
    account_id = await _made(connection, officer, [], seals)
    await enter(connection, Entry("account_enrolled", account_id, by, {"body": officer.body}))
    await propose(connection, account_id, officer.roles, by)
    return account_id


async def _made(connection: Connection, officer: NewOfficer, roles: list[str], seals: Seals | None) -> str:
    if not LOGIN.fullmatch(officer.login):
        raise OfficerRefused(
            f"{officer.login!r} is no login: small letters, digits, dots, one @", "login", "login_misshapen"
        )
    names = (officer.name, officer.english_name)
    if not all(states_something(each) and len(each) <= LONGEST_HEADING for each in names):
        raise OfficerRefused("a name says who somebody is, in at most 200 characters", "name", "name_says_nothing")
    city = await city_of(connection, officer.body, officer.roles)
    key = new_key(seals, "acc_" + secrets.token_hex(8))
    account_id: str | None = await connection.fetchval(
        ENROL,
        key.account_id,
        officer.login,
        key.name({"zh": officer.name, "en": officer.english_name}),
        city,
        officer.body,
        roles,
        key.key_id,
    )
    if account_id is None:
        raise OfficerRefused(f"there is an account {officer.login} already", "login", "login_taken")
    return account_id


async def city_of(connection: Connection, body: str | None, roles: frozenset[str]) -> str | None:
    """The city of the body that somebody with these roles is to serve; None for who serves none. Raises
    OfficerRefused."""
    if body is None and roles & FOR_A_BODY:
        raise OfficerRefused("a reviewer or supervisor acts for a body", "body", "officer_without_body")
    city: str | None = await connection.fetchval("select city from bodies where body = $1", body)
    if body is not None and city is None:
        raise OfficerRefused(f"there is no body {body}", "body", "body_unknown")
    return city
