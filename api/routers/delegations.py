"""Delegated access: a grant that its holder lets somebody else use, and what somebody may use so."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting import delegating
from api.acting.delegating import DelegatedKeyShown, DelegationForm
from api.acting.receiving import ActShown, Receiving, act_answers
from api.dependencies import Applicant, Calling, CaseId, Cursor, PageSize, Reading
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from reading.grants import delegated
from reading.grants.shapes import DelegatedToMe, DelegationShown
from reading.shape import Page
from rules.bounds import Code

router = APIRouter(tags=["grants"])


@router.get(
    "/v1/grants/{case_id}/delegations",
    response_model=Page[DelegationShown],
    responses=problems(401, 404, 422, 503),
    summary="Who may use a grant beside its holder",
)
async def of_grant(case_id: CaseId, caller: Calling, store: Reading, language: AnsweredIn) -> Page[DelegationShown]:
    """Every delegation that the grant ever had, the latest first, with how often it was used and how it stands; for its
    holder, and for officers who may know of the grant."""
    return Page(items=known(await delegated.of_grant(store, caller, language, case_id)), next=None)


@router.post(
    "/v1/grants/{case_id}/delegations", response_model=ActShown, responses=act_answers(), summary="Delegate access"
)
async def delegate(
    case_id: CaseId, form: DelegationForm, _caller: Applicant, store: Reading, receiver: Receiving
) -> ActShown:
    """The holder lets somebody use the grant for a matter, so many times in total, until a last day. The delegation is
    named by the id of this act. It ends with the grant, with whatever is taken of it, and when it is taken back."""
    return await delegating.delegate(receiver, store, case_id, form)


@router.post(
    "/v1/grants/{case_id}/delegations/{delegation_id}/revocation",
    response_model=ActShown,
    responses=act_answers(),
    summary="Take a delegation back",
)
async def take_back(case_id: CaseId, delegation_id: Code, _caller: Applicant, receiver: Receiving) -> ActShown:
    """The holder ends a delegation; its key opens nothing from then on."""
    return await delegating.take_back(receiver, case_id, delegation_id)


@router.get(
    "/v1/delegations",
    response_model=Page[DelegatedToMe],
    responses=problems(401, 403, 422, 503),
    summary="Grants of others that the caller may use",
)
async def own(
    caller: Applicant, store: Reading, language: AnsweredIn, after: Cursor = None, limit: PageSize = 50
) -> Page[DelegatedToMe]:
    """The delegations that the caller has or had, the latest first."""
    return await delegated.own_page(store, caller, language, after, limit)


@router.post(
    "/v1/delegations/{delegation_id}/key",
    response_model=DelegatedKeyShown,
    responses=act_answers(),
    summary="Get a delegate's key",
)
async def issue_key(delegation_id: Code, caller: Applicant, store: Reading, receiver: Receiving) -> DelegatedKeyShown:
    """A new key for the delegation, in place of any before. It is shown in this answer and never again."""
    return await delegating.key_of(receiver, store, caller, delegation_id)
