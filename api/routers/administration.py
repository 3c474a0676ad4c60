"""Administration: bodies, roles that wait for a second administrator, and the record of who may do what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.acting.confirming import BodyForm, ConfirmationForm, confirm_roles, put_body, refuse_role
from api.dependencies import ID, ByCaller, Cursor, PageSize, Reading, Running, with_role
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from reading.administration import record
from reading.administration.record import ProposalShown, RecordedShown
from reading.directory.shapes import BodyShown
from reading.directory.shown import body_with_posts
from reading.shape import Page
from reading.sight import Caller

Administrator = Annotated[Caller, Depends(with_role("admin"))]
ProposalId = Annotated[str, Path(pattern=ID)]
BodyId = Annotated[str, Path(pattern=r"^[a-z]{1,50}\.[a-z]{1,50}$")]
Named = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._@-]{1,200}$")]
What = Annotated[str | None, Query(pattern=r"^[a-z_]{1,50}$")]

router = APIRouter(prefix="/v1", tags=["directory"])


@router.get(
    "/role-proposals",
    response_model=Page[ProposalShown],
    responses=problems(401, 403, 503),
    summary="Roles that wait for a second administrator",
)
async def role_proposals(caller: Administrator, store: Reading, language: AnsweredIn) -> Page[ProposalShown]:
    """Those that end first before the others; the 500 first."""
    return Page(items=await record.proposals(store, language, caller.account_id), next=None)


@router.post(
    "/role-proposals/confirmation",
    response_model=Page[ProposalShown],
    responses=problems(401, 403, 404, 422, 503),
    summary="Confirm roles",
)
async def confirmation(
    form: ConfirmationForm,
    caller: Administrator,
    by: ByCaller,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
) -> Page[ProposalShown]:
    """The accounts have these roles from now on, all of them or none; by an administrator who proposed none of them and
    gains by none. The answer is what still waits."""
    await confirm_roles(runtime, by, form)
    return Page(items=await record.proposals(store, language, caller.account_id), next=None)


@router.delete(
    "/role-proposals/{proposal_id}",
    status_code=204,
    responses=problems(401, 403, 404, 503),
    summary="Refuse a role",
)
async def refusal(proposal_id: ProposalId, _caller: Administrator, by: ByCaller, runtime: Running) -> Response:
    """Nobody gains it; by any administrator, whoever proposed it too."""
    await refuse_role(runtime, by, proposal_id)
    return Response(status_code=204)


@router.get(
    "/account-record",
    response_model=Page[RecordedShown],
    responses=problems(401, 403, 422, 503),
    summary="The record of who may do what",
)
async def account_record(
    _caller: Administrator,
    store: Reading,
    account: Named = None,
    what: What = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Page[RecordedShown]:
    """Grants, changes and withdrawals of roles, invitations, logins, and what was refused, the latest first: of an
    account by login or id, or of one kind."""
    return await record.recorded(store, account, what, after, limit)


@router.put("/bodies/{body}", response_model=BodyShown, responses=problems(401, 403, 422, 503), summary="Keep a body")
async def put(
    body: BodyId,
    form: BodyForm,
    _caller: Administrator,
    by: ByCaller,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
) -> BodyShown:
    """The directory has the body under this name. What it is in the procedures never changes."""
    await put_body(runtime, by, body, form)
    return known(await body_with_posts(store, language, body))
