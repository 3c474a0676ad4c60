"""Sharing requests (共享申请): asked for by departments and other units; determined by the acts on their tasks."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting.filing import AsFiler
from api.acting.forms.filing import SharingForm
from api.acting.sharing import PATH, receive_sharing_request
from api.dependencies import Calling, RequiredIdempotencyKey
from api.http.openapi import problems
from reading.cases.shapes import CaseShown

router = APIRouter(tags=["sharing requests"])


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Ask for data of a department",
)
async def file_sharing_request(
    form: SharingForm, key: RequiredIdempotencyKey, caller: Calling, filer: AsFiler
) -> CaseShown:
    """By a reviewer of another department, for it, or by another unit's own account. A department that asks to connect
    to what is shared with all departments has access with the receipt; what is shared with none is refused with reason
    and basis, as the catalogue has them."""
    return await receive_sharing_request(filer, caller, form, key)
