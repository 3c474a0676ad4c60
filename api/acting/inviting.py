"""Officers are invited: an administrator makes the account, and whoever is meant takes it by its first login; what the
officer may do is changed later, and the account closed, by an administrator too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from pydantic import Field

from activities.directory.account_record import By
from activities.directory.appointments import change_roles, close_account
from activities.directory.confirming import AdministratorNoMore
from activities.directory.officers import NewOfficer, OfficerRefused, enrol_and_invite
from activities.directory.people import AccountUnknown, Invitation, KnownAlready
from api.acting.forms.form import Form
from api.http.problems import Problem, Wrong, invalid
from api.runtime import Runtime
from rules.bounds import Code, NamedItem

OfficersRole = Literal["reviewer", "supervisor", "admin"]


class InvitationForm(Form):
    """The officer as the directory is to have it, and by what the issuer tells who it is: the subject, or a mailbox
    that the issuer has checked, one of the two."""

    login: Code
    name: NamedItem
    english_name: NamedItem | None = None
    body: Code | None = None
    roles: Annotated[tuple[OfficersRole, ...], Field(min_length=1, max_length=3)]
    subject: NamedItem | None = None
    email: NamedItem | None = None


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


@contextmanager
def changing() -> Iterator[None]:
    """Around a change of an account, whose refusals are Problems. Who is an administrator no more knows no account."""
    try:
        yield
    except (AdministratorNoMore, AccountUnknown) as fact:
        raise Problem("NotFound") from fact
    except OfficerRefused as refused:
        raise invalid(refused.field, refused.code) from refused


async def invite_officer(runtime: Runtime, by: By, form: InvitationForm) -> None:
    """The account is there and waits for whoever was invited, and its roles for a second administrator; or nothing is.
    Raises a Problem."""
    issuer = runtime.settings.oidc_issuer
    if issuer is None:
        raise invalid("email", "no_issuer")
    if (form.subject is None) == (form.email is None):
        raise Problem("RequestInvalid", errors=[Wrong("email|subject", "mailbox_or_subject")])
    names = (form.name, form.english_name or form.name)
    officer = NewOfficer(form.login, *names, form.body, frozenset(form.roles))
    try:
        invitation = Invitation(issuer, form.subject, form.email)
        await enrol_and_invite(runtime.pool, officer, invitation, await runtime.now(), by)
    except OfficerRefused as refused:
        raise invalid(refused.field, refused.code) from refused
    except KnownAlready as known:
        raise invalid("subject", "person_has_an_account") from known
