"""Handing over: all that an officer has in hand goes to a colleague, or back to the body, by one call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.acting.handing_over import HandOverForm, HandOverShown, hand_over
from api.dependencies import IdempotencyKey, Reading, Running, with_role
from api.http.language import AnsweredIn
from api.http.openapi import problems
from reading.sight import Caller

AccountName = Annotated[str, Path(pattern=r"^[!-~]{1,200}$", description="login or account id")]
Supervisor = Annotated[Caller, Depends(with_role("supervisor"))]

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])


@router.post(
    "/officers/{account}/hand-over",
    response_model=HandOverShown,
    responses=problems(401, 403, 404, 422, 503),
    summary="Hand over all that an officer has in hand (移交)",
)
async def post(
    account: AccountName,
    form: HandOverForm,
    caller: Supervisor,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    key: IdempotencyKey = None,
) -> HandOverShown:
    """By a supervisor of the body before which the tasks lie, as with a single reassignment: whatever lies before
    another body is refused by itself. It holds for who is still there and for who has left."""
    return await hand_over(runtime, store, caller, account, form, key, language)
