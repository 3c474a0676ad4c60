"""People who log in at an issuer: who they are here, from the first time on.

An issuer knows a person by a subject that never changes. Whoever is known has the account from before; whoever was
invited takes that account; whoever comes by itself is an applicant, and nothing else.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from activities.database import with_a_second_try
from activities.directory.account_record import By, Entry, enter
from activities.directory.personal import index_of_mailbox, key_of, new_key
from activities.sealing.key_service import KeyServiceAway
from rules.bounds import LONGEST_HEADING

if TYPE_CHECKING:
    from activities.database import Connection, Pool
    from activities.sealing.seals import Seals

LOG = logging.getLogger("kaifang.directory")

LASTS = timedelta(days=14)
"""How long an invitation can be accepted."""
LINK_LASTS = timedelta(days=3)
"""How long by a link, which whoever has it can follow."""
INVITABLE = "select account_id, subject from accounts where login = $1 and erased_at is null for update"
KNOWN = "select account_id from accounts where issuer = $1 and subject = $2"
RENEW = """
update accounts set name = coalesce($2::jsonb, name), kind = $3, organisation = $4, contact = $5
where account_id = $1 and roles = '{applicant}' and body is null
"""
"""An officer is called as whoever keeps the directory says."""
INVITED = """
select account_id from invitations where issuer = $1 and until_at > $4
and (subject = $2 or (subject is null and email = any($3::text[])))
order by subject nulls last, account_id limit 1 for update
"""
"""By the mailbox, or by its index: an invitation of before has the mailbox itself until it is sealed."""
LINKED = "select account_id from invitations where token_digest = $1 and issuer = $2 and until_at > $3 for update"
TAKE = "update accounts set issuer = $2, subject = $3 where account_id = $1"
APPEAR = """
insert into accounts (account_id, login, name, roles, issuer, subject, kind, organisation, contact, key_id)
values ($1, $2, $3, '{applicant}', $4, $5, $6, $7, $8, $9)
"""
INVITE = """
insert into invitations (account_id, issuer, subject, email, token_digest, invited_at, until_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (account_id) do update set issuer = excluded.issuer, subject = excluded.subject, email = excluded.email,
  token_digest = excluded.token_digest, invited_at = excluded.invited_at, until_at = excluded.until_at
"""


class AccountUnknown(Exception):
    """There is no account of that login."""


class KnownAlready(Exception):
    """Somebody else has the account, or the person has another one: nothing is silently moved between accounts."""


class LinkOver(Exception):
    """The link by which somebody came takes no account: it was taken, replaced, or is too old."""


@dataclass(frozen=True)
class Person:
    """Who an issuer says that somebody is. `mailbox` is one that it has checked, and so is `contact`."""

    issuer: str
    subject: str
    name: str | None = None
    organisation: str | None = None
    contact: str | None = None
    mailbox: str | None = None

    @property
    def kind(self) -> str:
        """Whether somebody comes for itself or for an organisation."""
        return "organisation" if self.organisation else "person"


def login_of(issuer: str, subject: str) -> str:
    """The login of whoever comes by itself: nobody chooses it, so that nobody takes that of an officer."""
    named = hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()[:12]
    return f"u{named}@{urlsplit(issuer).hostname or 'issuer'}"


async def arrived(pool: Pool, person: Person, now: datetime, link: str | None = None, *, seals: Seals | None) -> str:
    """The account of a person who has logged in. At each login the account takes over what the issuer says of the
    person; of who is known, the next time where the key service is away. Who is known stays who it was, whatever `link`
    it followed. Raises LinkOver, KeyServiceAway, and then nobody has come."""
    return await with_a_second_try(lambda: _arrived(pool, seals, person, now, link))


async def _arrived(pool: Pool, seals: Seals | None, person: Person, now: datetime, link: str | None) -> str:
    async with pool.acquire() as connection, connection.transaction():
        account_id: str | None = await connection.fetchval(KNOWN, person.issuer, person.subject)
        account_id = account_id or await _taken(connection, seals, person, now, link)
        if account_id is not None:
            await _renewed(connection, seals, account_id, person)
            return account_id
        key = new_key(seals, "acc_" + secrets.token_hex(8))
        login = login_of(person.issuer, person.subject)
        called = person.name or login
        await connection.execute(
            APPEAR,
            key.account_id,
            login,
            key.name({"zh": called, "en": called}),
            person.issuer,
            person.subject,
            person.kind,
            key.said("organisation", person.organisation),
            key.said("contact", person.contact),
            key.key_id,
        )
        return key.account_id


async def _renewed(connection: Connection, seals: Seals | None, account_id: str, person: Person) -> None:
    try:
        key = await key_of(connection, seals, account_id)
    except KeyServiceAway as away:
        LOG.info("what the issuer says of %s is taken over another time: %s", account_id, away)
        return
    await connection.execute(
        RENEW,
        account_id,
        key.name({"zh": person.name, "en": person.name}) if person.name else None,
        person.kind,
        key.said("organisation", person.organisation),
        key.said("contact", person.contact),
    )


async def _taken(
    connection: Connection, seals: Seals | None, person: Person, now: datetime, link: str | None
) -> str | None:
    """The account to which the person was invited, which is the person's from now on. Raises LinkOver."""
    account_id: str | None
    if link is not None:
        account_id = await connection.fetchval(LINKED, digest_of(link), person.issuer, now)
        if account_id is None:
            raise LinkOver
    else:
        mailboxes = [person.mailbox, index_of_mailbox(seals, person.mailbox)]
        account_id = await connection.fetchval(INVITED, person.issuer, person.subject, mailboxes, now)
    if account_id is None:
        return None
    await connection.execute(TAKE, account_id, person.issuer, person.subject)
    await connection.execute("delete from invitations where account_id = $1", account_id)
    await enter(connection, Entry("invitation_taken", account_id, By(account=account_id)))
    return account_id


@dataclass(frozen=True)
class Invitation:
    """Who may take an account: at an issuer, by the subject, by a mailbox that the issuer has checked, or whoever
    follows a link first, of whose token the digest is kept."""

    issuer: str
    subject: str | None = None
    email: str | None = None
    token_digest: str | None = None

    @property
    def lasts(self) -> timedelta:
        """How long it can be accepted."""
        return LASTS if self.token_digest is None else LINK_LASTS

    @property
    def named_by(self) -> str:
        """By what it names whom it means, as the record of accounts says it."""
        if self.token_digest is not None:
            return "link"
        return "subject" if self.subject else "mailbox"


async def invite(
    pool: Pool, login: str, it: Invitation, now: datetime, by: By | None = None, *, seals: Seals | None
) -> None:
    """Whoever has that subject, or that mailbox, is this account from the first login on, if it comes within LASTS; an
    invitation before is replaced. Raises AccountUnknown, KnownAlready."""
    async with pool.acquire() as connection, connection.transaction():
        await invited(connection, login, it, now, by or By(), seals)


async def invited(
    connection: Connection, login: str, it: Invitation, now: datetime, by: By, seals: Seals | None
) -> None:
    """As `invite`, in the caller's transaction. Raises AccountUnknown, KnownAlready."""
    account = await connection.fetchrow(INVITABLE, login)
    if account is None:
        raise AccountUnknown(login)
    other = await connection.fetchval(KNOWN, it.issuer, it.subject) if it.subject else None
    if account["subject"] is not None or other is not None:
        raise KnownAlready(login)
    mailbox = index_of_mailbox(seals, mailbox_of(it.email)) if it.email else None
    meant = (it.issuer, it.subject, mailbox, it.token_digest)
    await connection.execute(INVITE, account["account_id"], *meant, now, now + it.lasts)
    await enter(connection, Entry("invited", account["account_id"], by, {"by": it.named_by, "issuer": it.issuer}))


async def account_at(pool: Pool, issuer: str, subject: str) -> str | None:
    """The account of that subject; None where nobody has logged in by it."""
    account_id: str | None = await pool.fetchval(KNOWN, issuer, subject)
    return account_id


def digest_of(token: str) -> str:
    """By which a token is known that is kept nowhere."""
    return hashlib.sha256(token.encode()).hexdigest()


def mailbox_of(email: str) -> str:
    """A mailbox in the form in which it is compared: the case of letters makes no difference."""
    return email.strip().lower()[:LONGEST_HEADING]
