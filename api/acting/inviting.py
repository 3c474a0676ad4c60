"""Officers are invited: an administrator makes the account, and whoever is meant takes it by its first login."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from activities.directory.officers import NewOfficer, OfficerRefused, enrol_and_invite
from activities.directory.people import Invitation, KnownAlready
from api.acting.forms.form import Form
from api.acting.refusals import refused_before_receipt
from api.http.problems import Problem, Wrong, invalid
from api.runtime import Runtime
from reading.directory.sight import must_invite_officers
from reading.sight import Caller
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


async def invite_officer(runtime: Runtime, caller: Caller, form: InvitationForm) -> None:
    """The account is there and waits for whoever was invited, or neither. Raises a Problem."""
    with refused_before_receipt():
        must_invite_officers(caller)
    issuer = runtime.settings.oidc_issuer
    if issuer is None:
        raise invalid("email", "no_issuer")
    if (form.subject is None) == (form.email is None):
        raise Problem("RequestInvalid", errors=[Wrong("email|subject", "mailbox_or_subject")])
    names = (form.name, form.english_name or form.name)
    officer = NewOfficer(form.login, *names, form.body, frozenset(form.roles))
    try:
        invitation = Invitation(issuer, form.subject, form.email)
        await enrol_and_invite(runtime.pool, officer, invitation, await runtime.now())
    except OfficerRefused as refused:
        raise invalid(refused.field, refused.code) from refused
    except KnownAlready as known:
        raise invalid("subject", "person_has_an_account") from known
