"""Grants: what was granted to whom; keys, renunciation, revocation. A grant is a case of its own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from api.acting import granting
from api.acting.forms.deciding import RevocationForm
from api.acting.granting import KeyShown, new_key
from api.acting.receiving import ActShown, Receiving, act_answers
from api.acting.refusals import refused_before_receipt
from api.dependencies import Calling, CaseId, Cursor, PageSize, Party, Reading, Reviewer, Word
from api.http.files import AS_TABLE
from api.http.filters import named_dataset
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from reading.grants.shapes import GrantInList
from reading.grants.shown import grant_page
from reading.shape import Page
from reading.tables.own import grant_table

router = APIRouter(prefix="/v1/grants", tags=["grants"])


@router.get("", response_model=Page[GrantInList], responses={**AS_TABLE, **problems(401, 422, 503)}, summary="Grants")
async def grants(
    request: Request,
    response: Response,
    caller: Calling,
    store: Reading,
    language: AnsweredIn,
    dataset_id: Word = None,
    after: Cursor = None,
    limit: PageSize = 50,
    of: Annotated[Literal["own_body"] | None, Query(description="only those that the caller's body has")] = None,
) -> Any:
    """The caller's own grants; an officer's, those whose cases it may know of; latest first."""
    await named_dataset(store, dataset_id)
    with refused_before_receipt():
        body = caller.must_review_for_a_body() if of else None
    if wants_table(request, response):
        await store.release()
        return await as_table("grants", language, grant_table(store.archive, caller, language, dataset_id, body))
    return await grant_page(store, caller, dataset_id, after, limit, body)


@router.post("/{case_id}/key", response_model=KeyShown, responses=act_answers(), summary="Get a key")
async def issue_key(case_id: CaseId, _caller: Party, store: Reading, receiver: Receiving) -> KeyShown:
    """A new key for the grant, in place of any before. It is shown in this answer and never again: a repeated call
    with the same Idempotency-Key answers without it."""
    return await new_key(receiver, store, case_id)


@router.post("/{case_id}/renunciation", response_model=ActShown, responses=act_answers(), summary="Give a grant back")
async def renounce(case_id: CaseId, _caller: Party, receiver: Receiving) -> ActShown:
    """The grantee wants the access no more."""
    return await granting.renounce(receiver, case_id)


@router.post("/{case_id}/revocation", response_model=ActShown, responses=act_answers(), summary="Revoke a grant")
async def revoke(case_id: CaseId, form: RevocationForm, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """A body that the law of the city lets do so, its provider everywhere, ends the access, with a reason."""
    return await granting.revoke(receiver, case_id, form)
