"""Tokens of this API: made void before they expire."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.acting.revoking import RevocationForm, revoke
from api.dependencies import ByCaller, Calling, Running
from api.http.openapi import problems

router = APIRouter(prefix="/v1/tokens", tags=["directory"])


@router.post("/revocation", status_code=204, responses=problems(401, 403, 422, 503), summary="Make tokens void")
async def revocation(form: RevocationForm, caller: Calling, by: ByCaller, runtime: Running) -> Response:
    """The caller's token of that `jti`, or every token and session of the caller up to now; an administrator's call
    may name another account."""
    await revoke(runtime, caller, by, form)
    return Response(status_code=204)
