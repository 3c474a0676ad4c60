"""Filing an access request (有条件开放数据申请): received whenever PostgreSQL is there, engine or no engine."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting.filing import AsFiler
from api.acting.forms.filing import AccessRequestForm
from api.acting.requesting import PATH, receive_request
from api.dependencies import Applicant, Reading, RequiredIdempotencyKey
from api.http.openapi import problems
from reading.cases.shapes import RequestFiled
from reading.cases.shown import request_filed

router = APIRouter(tags=["access requests"])


@router.post(
    PATH,
    status_code=201,
    response_model=RequestFiled,
    responses=problems(400, 401, 403, 422, 503),
    summary="File an access request",
)
async def file_access_request(
    form: AccessRequestForm, key: RequiredIdempotencyKey, caller: Applicant, filer: AsFiler, store: Reading
) -> RequestFiled:
    """The request is received, with case number, first tasks and due days. Which fields are demanded, and which
    urgencies, modes and uses are known, the law of the city says on the day of receipt. Where the same request lies
    open already, the answer says so and the request is received all the same."""
    case = await receive_request(filer, caller, form, key)
    return await request_filed(store, caller, case)
