"""Accounts: found, given to officers by invitation, changed, closed and opened again. For administrators."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response

from api.acting.inviting import (
    InvitationForm,
    ReopeningForm,
    RolesForm,
    close_officer,
    invite_officer,
    link_to,
    reopen_officer,
    set_roles,
)
from api.dependencies import ByCaller, Cursor, PageSize, Reading, Running, Word, with_role
from api.http.files import AS_TABLE
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from api.http.vocabularies import NamedCity
from api.runtime import Runtime
from reading.administration import shown
from reading.administration.shown import AccountShown, AccountsSought
from reading.shape import Page, Shape
from reading.sight import Caller
from reading.tables.accounts import account_table

Administrator = Annotated[Caller, Depends(with_role("admin"))]
AnyRole = Literal["applicant", "reviewer", "supervisor", "admin", "gateway"]
Login = Annotated[str, Path(pattern=r"^[A-Za-z0-9._@-]{1,200}$")]


class AccountInvited(AccountShown):
    """An account that waits for its person. `link` is shown this once, to who invited by a link; nobody can read it
    later."""

    link: str | None = None


class LinkMade(Shape):
    """A link to an account that nobody has taken yet. It is shown this once."""

    link: str


router = APIRouter(prefix="/v1/accounts", tags=["directory"])


@router.get(
    "",
    response_model=Page[AccountShown],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="Accounts",
)
async def accounts(
    request: Request,
    response: Response,
    _caller: Administrator,
    store: Reading,
    language: AnsweredIn,
    city: NamedCity | None = None,
    role: AnyRole | None = None,
    q: Word = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """Accounts by their logins: of a city, with a role, with these words in login or name."""
    sought = AccountsSought(city, role, q)
    if wants_table(request, response):
        await store.release()
        return await as_table("accounts", language, account_table(store.archive, language, sought))
    return await shown.accounts(store, language, sought, after, limit)


@router.post(
    "",
    status_code=201,
    response_model=AccountInvited,
    responses=problems(401, 403, 422, 503),
    summary="Invite an officer",
)
async def invite(
    form: InvitationForm, _caller: Administrator, by: ByCaller, runtime: Running, store: Reading, language: AnsweredIn
) -> AccountInvited:
    """The account is there, and waits for whoever has that subject or that mailbox: its first login within 14 days
    takes it. By a link: whoever follows it first and logs in, within 3 days. Its roles wait until a second
    administrator confirms them, within 7 days."""
    token = await invite_officer(runtime, by, form)
    account = known(await shown.account(store, language, form.login))
    return AccountInvited(**account.model_dump(), link=token and link_of(runtime, token))


@router.put(
    "/{login}/roles",
    response_model=AccountShown,
    responses=problems(401, 403, 404, 422, 503),
    summary="Change what an officer may do",
)
async def put_roles(
    login: Login,
    form: RolesForm,
    _caller: Administrator,
    by: ByCaller,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
) -> AccountShown:
    """No others than these roles, from now on, and what is new among them once a second administrator confirms it.
    What the officer has claimed and may decide no more is its body's again. Neither the own account nor that of an
    applicant is changed."""
    await set_roles(runtime, by, login, form)
    return known(await shown.account(store, language, login))


@router.delete(
    "/{login}", status_code=204, responses=problems(401, 403, 404, 422, 503), summary="Close an officer's account"
)
async def delete(login: Login, _caller: Administrator, by: ByCaller, runtime: Running) -> Response:
    """It serves no body, has no role and no session any more; logs go on naming it."""
    await close_officer(runtime, by, login)
    return Response(status_code=204)


@router.post(
    "/{login}/reopening",
    response_model=AccountShown,
    responses=problems(401, 403, 404, 422, 503),
    summary="Open a closed account again",
)
async def reopen(
    login: Login,
    form: ReopeningForm,
    _caller: Administrator,
    by: ByCaller,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
) -> AccountShown:
    """The account of the officer who had it serves this body, and has these roles once a second administrator confirms
    them, within 7 days. Nothing that it had comes back by itself."""
    await reopen_officer(runtime, by, login, form)
    return known(await shown.account(store, language, login))


@router.post(
    "/{login}/link",
    status_code=201,
    response_model=LinkMade,
    responses=problems(401, 403, 404, 422, 503),
    summary="Make a link to an officer's account",
)
async def make_link(login: Login, _caller: Administrator, by: ByCaller, runtime: Running) -> LinkMade:
    """Whoever follows it first and logs in at the issuer has the account, within 3 days. It replaces any invitation
    before. An account that somebody has, one's own and an applicant's have none."""
    return LinkMade(link=link_of(runtime, await link_to(runtime, by, login)))


def link_of(runtime: Runtime, token: str) -> str:
    """The page that says to what the link leads."""
    return f"{runtime.settings.pages_url}/invitation/{token}"
