"""Accounts: found, given to officers by invitation, changed and closed. For administrators."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response

from api.acting.inviting import InvitationForm, RolesForm, close_officer, invite_officer, set_roles
from api.dependencies import ByCaller, Cursor, PageSize, Reading, Running, Word, with_role
from api.http.files import AS_TABLE
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from api.http.vocabularies import NamedCity
from reading.administration import shown
from reading.administration.shown import AccountShown, AccountsSought
from reading.shape import Page
from reading.sight import Caller
from reading.tables.accounts import account_table

Administrator = Annotated[Caller, Depends(with_role("admin"))]
AnyRole = Literal["applicant", "reviewer", "supervisor", "admin", "gateway"]
Login = Annotated[str, Path(pattern=r"^[A-Za-z0-9._@-]{1,200}$")]

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
    response_model=AccountShown,
    responses=problems(401, 403, 422, 503),
    summary="Invite an officer",
)
async def invite(
    form: InvitationForm, _caller: Administrator, by: ByCaller, runtime: Running, store: Reading, language: AnsweredIn
) -> AccountShown:
    """The account is there, and waits for whoever has that subject or that mailbox: its first login within 14 days
    takes it. Its roles wait until a second administrator confirms them, within 7 days."""
    await invite_officer(runtime, by, form)
    return known(await shown.account(store, language, form.login))


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
