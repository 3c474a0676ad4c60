"""What bodies file of themselves where the law of their city has them do so: platform accounts and contacts."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting.filing import AsFiler
from api.acting.filing_of_bodies import ACCOUNTS, CONTACTS, receive_filing
from api.acting.forms.filing import AccountForm, ContactForm
from api.dependencies import Calling, RequiredIdempotencyKey
from api.http.openapi import problems
from reading.cases.shapes import CaseShown

router = APIRouter(tags=["directory"])


@router.post(
    ACCOUNTS,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Ask for a platform account",
)
async def account(form: AccountForm, key: RequiredIdempotencyKey, caller: Calling, filer: AsFiler) -> CaseShown:
    """By a reviewer of a body for that body: a new account, a change or the end of one. Answered by the body and in the
    time that the law of the city says; what is agreed to stands in the directory from then on."""
    return await receive_filing(filer, caller, form, key)


@router.post(
    CONTACTS,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Pass on a contact",
)
async def contact(form: ContactForm, key: RequiredIdempotencyKey, caller: Calling, filer: AsFiler) -> CaseShown:
    """By a reviewer of a body for that body: who its contact for the platform is from now on. What is passed on later
    than the law wants after `discovered_on` is late on record and taken on file all the same."""
    return await receive_filing(filer, caller, form, key)
