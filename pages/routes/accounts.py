"""One officer's account: its roles are changed, it is closed or opened again, or a link to it is made, by an
administrator."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from activities.directory.people import LINK_LASTS
from api.acting.inviting import ReopeningForm, RolesForm, close_officer, link_to, reopen_officer, set_roles
from api.http.known import known
from pages.calls import Call, deed, page
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, Option
from pages.forms.filled import parsed, stated
from pages.forms.kinds import Kind
from pages.routes.administration import OF_OFFICERS, invitation_fields, link_page
from pages.supervising import address, supervised
from reading.administration import shown
from reading.administration.shown import AccountShown


async def account(call: Call) -> Response:
    """The account, with the form of its roles where it is an officer's."""
    call.must_have("admin")
    of = await account_asked(call)
    return account_page(call, of, Attempt(await reopening_fields(call) if of.is_closed else fields(call, of)))


async def account_asked(call: Call) -> AccountShown:
    """The account that the address names. Raises a Problem."""
    return known(await shown.account(call.store, call.language, call.in_part("login")))


def fields(call: Call, of: AccountShown) -> tuple[Field, ...]:
    """What the officer may do; a body is served by who has one alone."""
    possible = OF_OFFICERS if of.body else tuple(each for each in OF_OFFICERS if each == "admin")
    options = tuple(Option(each, call.say(f"role.{each}")) for each in possible)
    asked = Field("roles", Kind.ITEMS, call.say("invitation.roles"), options=options, required=True)
    return (replace(asked, values=tuple(of.roles)),)


async def reopening_fields(call: Call) -> tuple[Field, ...]:
    """Body and roles, as at an invitation, and why."""
    asked = {each.name: each for each in await invitation_fields(call)}
    return (asked["roles"], asked["body"], Field("reason", Kind.PROSE, call.say("account.reason"), required=True))


def account_page(call: Call, of: AccountShown, attempt: Attempt, status: int = 200) -> Response:
    """The page of the account, with what stands in its form."""
    is_own = call.must_be_logged_in().login == of.login
    may_change = not is_own and not of.is_closed and set(OF_OFFICERS).issuperset(of.roles)
    return supervised(
        call,
        "supervision/account.html",
        status=status,
        of=of,
        attempt=attempt,
        may_change=may_change,
        may_reopen=of.is_closed and of.erased_at is None,
        may_have_link=may_change and not of.has_person and call.runtime.settings.oidc_issuer is not None,
        link_days=LINK_LASTS.days,
        is_own=is_own,
        gains=[call.say(f"role.{each}") for each in of.gains],
        role_names=[call.say(f"role.{each}") for each in of.roles],
    )


async def change_account(call: Call) -> Response:
    """The officer has the roles that were chosen."""
    call.must_have("admin")
    of, form = await account_asked(call), await call.request.form()
    asked = fields(call, of)
    try:
        await set_roles(call.runtime, call.by(), of.login, parsed(RolesForm, stated(form, asked)))
    except REFUSED as fact:
        return account_page(call, of, attempted(form, asked, fact, call.language), 422)
    await call.say_once("account.changed", login=of.login)
    return call.go_on_to(address(call, "accounts", q=of.login))


async def close_account(call: Call) -> Response:
    """Nobody acts by the account any more."""
    call.must_have("admin")
    of, form = await account_asked(call), await call.request.form()
    try:
        await close_officer(call.runtime, call.by(), of.login)
    except REFUSED as fact:
        return account_page(call, of, attempted(form, fields(call, of), fact, call.language), 422)
    await call.say_once("account.closed_now", login=of.login)
    return call.go_on_to(address(call, "accounts", q=of.login))


async def reopen_account(call: Call) -> Response:
    """The account is whose it was, and its roles wait."""
    call.must_have("admin")
    of, form = await account_asked(call), await call.request.form()
    asked = await reopening_fields(call)
    try:
        await reopen_officer(call.runtime, call.by(), of.login, parsed(ReopeningForm, stated(form, asked)))
    except REFUSED as fact:
        return account_page(call, of, attempted(form, asked, fact, call.language), 422)
    await call.say_once("account.reopened_now", login=of.login)
    return call.go_on_to(address(call, "accounts", q=of.login))


async def make_account_link(call: Call) -> Response:
    """A link to an account that nobody has taken yet, shown this once."""
    call.must_have("admin")
    of, form = await account_asked(call), await call.request.form()
    try:
        token = await link_to(call.runtime, call.by(), of.login)
    except REFUSED as fact:
        return account_page(call, of, attempted(form, fields(call, of), fact, call.language), 422)
    return link_page(call, of.login, token)


ROUTES = (
    page("/admin/accounts/{login}", account),
    deed("/admin/accounts/{login}", change_account),
    deed("/admin/accounts/{login}/closure", close_account),
    deed("/admin/accounts/{login}/reopening", reopen_account),
    deed("/admin/accounts/{login}/link", make_account_link),
)
