"""Evidence: files for an objection, uploaded before it or with it, read by those who have a part in the case."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from activities.evidence.uploading import receive_upload
from activities.idempotency import id_from_key
from api.acting.evidence_file import evidence_saved
from api.dependencies import ID, Applicant, Calling, IdempotencyKey, Reading, Running
from api.http.multipart import name_of
from api.http.openapi import problems
from api.http.problems import Problem
from reading.objections.shapes import EvidenceShown

PATH = "/v1/evidence"

BINARY = {"schema": {"type": "string", "format": "binary"}}

router = APIRouter(tags=["evidence"])


@router.post(
    PATH,
    status_code=201,
    response_model=EvidenceShown,
    responses=problems(400, 401, 403, 413, 422, 503),
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": BINARY}}},
    summary="Upload a file of evidence",
)
async def upload(
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=1000, description="What the file is called")],
    caller: Applicant,
    runtime: Running,
    store: Reading,
    response: Response,
    key: IdempotencyKey = None,
) -> EvidenceShown:
    """The body is the file itself, 20 MB at most: PDF, OFD, image, office document or text, as its content shows and
    whatever name and Content-Type say; a refusal names the rule. It belongs to nothing until an objection names it, and
    only who uploaded it can read it. What breaks off leaves nothing."""
    await store.release()
    try:
        evidence = await receive_upload(
            runtime.evidence,
            runtime.pool,
            account=caller.account_id,
            name=name_in(request.scope["query_string"]) or name,
            chunks=request.stream(),
            evidence_id=None if key is None else id_from_key(caller.account_id, PATH, key),
        )
    except ClientDisconnect as fact:
        raise Problem("UploadBrokenOff") from fact
    response.headers["Location"] = f"{PATH}/{evidence.evidence_id}"
    return EvidenceShown.model_validate(evidence, from_attributes=True)


@router.get(
    f"{PATH}/{{evidence_id}}",
    response_class=StreamingResponse,
    responses={200: {"content": {"*/*": BINARY}}, **problems(401, 404, 503)},
    summary="Read a file of evidence",
)
async def read(
    evidence_id: Annotated[str, Path(pattern=ID)], caller: Calling, runtime: Running, store: Reading
) -> StreamingResponse:
    """The bytes as they were uploaded, to be saved. For who uploaded them, the party of the case to which they were
    submitted, and reviewers whose body has or had a task in it; to everybody else there is no such thing."""
    return await evidence_saved(runtime, store, caller, evidence_id)


def name_in(query: bytes) -> str:
    """The name in a query as who sent it wrote it, in UTF-8 or GB18030; the framework would read UTF-8 alone."""
    pairs = [pair.partition(b"=") for pair in query.split(b"&")]
    written = [value for key, _, value in pairs if key == b"name"]
    return name_of(unquote_to_bytes(written[-1].replace(b"+", b" "))) if written else ""
