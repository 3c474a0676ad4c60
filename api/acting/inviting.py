"""Officers are invited: an administrator makes the account, and whoever is meant takes it by its first login; what the
officer may do is changed later, and the account closed and opened again, by an administrator too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from pydantic import Field

from activities.directory.account_record import By
from activities.directory.appointments import Reopening, change_roles, close_account, reopen_account
from activities.directory.confirming import AdministratorNoMore
from activities.directory.links import AccountWaiting, by_link, make_link, new_token, waiting
from activities.directory.officers import NewOfficer, OfficerRefused, enrol_and_invite
from activities.directory.people import AccountUnknown, Invitation, KnownAlready
from api.acting.forms.form import Form
from api.http.problems import Problem, Wrong, invalid
from api.runtime import Runtime
from rules.bounds import Code, NamedItem, Something

OfficersRole = Literal["reviewer", "supervisor", "admin"]


class InvitationForm(Form):
    """The officer as the directory is to have it, and by what the issuer tells who it is: the subject, or a mailbox
    that the issuer has checked, or that it is whoever follows a link first, one of the three."""

    login: Code
    name: NamedItem
    english_name: NamedItem | None = None
    body: Code | None = None
    roles: Annotated[tuple[OfficersRole, ...], Field(min_length=1, max_length=3)]
    subject: NamedItem | None = None
    email: NamedItem | None = None
    by_link: bool = False


class ReopeningForm(Form):
    """What a closed account may do from now on, all of it, and why it is opened again."""

    body: Code | None = None
    roles: Annotated[tuple[OfficersRole, ...], Field(min_length=1, max_length=3)]
    reason: Something


class RolesForm(Form):
    """What an officer may do from now on, all of it."""

    roles: Annotated[tuple[OfficersRole, ...], Field(min_length=1, max_length=3)]


async def set_roles(runtime: Runtime, by: By, login: str, form: RolesForm) -> None:
    """The officer has no others than these roles, and all of them once a second administrator confirms what is new.
    Raises a Problem."""
    with changing():
        await change_roles(runtime.pool, login, frozenset(form.roles), by)


async def close_officer(runtime: Runtime, by: By, login: str) -> None:
    """Nobody acts by the account any more. Raises a Problem."""
    with changing():
        await close_account(runtime.pool, login, by)


async def reopen_officer(runtime: Runtime, by: By, login: str, form: ReopeningForm) -> None:
    """The closed account is whose it was, and an officer's again once a second administrator confirms its roles. Raises
    a Problem."""
    again = Reopening(form.body or None, frozenset(form.roles), form.reason)
    with changing():
        await reopen_account(runtime.pool, login, again, by)


async def link_to(runtime: Runtime, by: By, login: str) -> str:
    """The token of a link by which somebody takes the account. Raises a Problem."""
    issuer = issuer_of(runtime, "login")
    with changing():
        try:
            return await make_link(runtime.pool, login, issuer, by, await runtime.now())
        except KnownAlready as known:
            raise invalid("login", "account_has_its_person") from known


async def waiting_at(runtime: Runtime, token: str) -> AccountWaiting | None:
    """The account to which the link of this token leads; None where it leads to none."""
    issuer = runtime.settings.oidc_issuer
    return await waiting(runtime.pool, token, issuer, await runtime.now(), seals=runtime.seals) if issuer else None


def issuer_of(runtime: Runtime, field: str) -> str:
    """The provider at which people log in. Raises a Problem on this field where there is none."""
    issuer = runtime.settings.oidc_issuer
    if issuer is None:
        raise invalid(field, "no_issuer")
    return issuer


@contextmanager
def changing() -> Iterator[None]:
    """Around a change of an account, whose refusals are Problems. Who is an administrator no more knows no account."""
    try:
        yield
    except (AdministratorNoMore, AccountUnknown) as fact:
        raise Problem("NotFound") from fact
    except OfficerRefused as refused:
        raise invalid(refused.field, refused.code) from refused


async def invite_officer(runtime: Runtime, by: By, form: InvitationForm) -> str | None:
    """The account is there and waits for whoever was invited, and its roles for a second administrator; or nothing is.
    The token of the link, where it is by one. Raises a Problem."""
    issuer = issuer_of(runtime, "email")
    if sum((form.subject is not None, form.email is not None, form.by_link)) != 1:
        raise Problem("RequestInvalid", errors=[Wrong("email|subject", "mailbox_or_subject")])
    names = (form.name, form.english_name or form.name)
    officer = NewOfficer(form.login, *names, form.body, frozenset(form.roles))
    token = new_token() if form.by_link else None
    invitation = by_link(issuer, token) if token else Invitation(issuer, form.subject, form.email)
    try:
        await enrol_and_invite(runtime.pool, officer, invitation, await runtime.now(), by, seals=runtime.seals)
    except OfficerRefused as refused:
        raise invalid(refused.field, refused.code) from refused
    except KnownAlready as known:
        raise invalid("subject", "person_has_an_account") from known
    return token
