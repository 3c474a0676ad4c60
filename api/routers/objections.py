"""Filing an objection (异议): received, and data held back where the law of the city says so, engine or no engine."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.requests import ClientDisconnect

from api.acting.filing import AsFiler
from api.acting.forms.filing import ObjectionForm
from api.acting.objecting import (
    EVIDENCE,
    FILING,
    PATH,
    ObjectionFiled,
    all_of,
    parsed,
    receive_objection,
    receive_with_files,
)
from api.dependencies import Calling, Reading, RequiredIdempotencyKey, Running
from api.http.multipart import Parts, PartsBroken, is_multipart
from api.http.openapi import problems
from api.http.problems import Problem, invalid
from reading.cases.shapes import CaseShown

router = APIRouter(tags=["objections"])

FORM: dict[str, Any] = ObjectionForm.model_json_schema()
FILE = {"type": "string", "format": "binary"}
BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": FORM},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FILING],
                "properties": {FILING: FORM, EVIDENCE: {"type": "array", "items": FILE}},
            },
            "encoding": {FILING: {"contentType": "application/json"}},
        },
    },
}


async def filed(
    runtime: Running, store: Reading, filer: AsFiler, caller: Calling, key: RequiredIdempotencyKey
) -> ObjectionFiled:
    return ObjectionFiled(runtime, store, filer, caller, key)


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 413, 422, 503),
    openapi_extra={"requestBody": BODY},
    summary="File an objection",
)
async def file_objection(request: Request, call: Annotated[ObjectionFiled, Depends(filed)]) -> CaseShown:
    """As JSON, with the ids of files uploaded before; or as multipart/form-data, with the same JSON as the part
    `objection`, which comes first, and each file as a part `evidence`, 20 MB at most each.

    The objection is received, and where its ground and evidence hold data back, the data is held from now on. Which
    grounds there are, and whether evidence is demanded, the law of the city says on the day of receipt."""
    content_type = request.headers.get("content-type", "")
    # The body may be slow to come.
    await call.store.release()
    try:
        if is_multipart(content_type):
            return await receive_with_files(call, Parts(content_type, request.stream()))
        return await receive_objection(call, parsed(await all_of(request.stream())))
    except PartsBroken as fact:
        raise invalid(FILING, "parts_broken") from fact
    except ClientDisconnect as fact:
        raise Problem("UploadBrokenOff") from fact
