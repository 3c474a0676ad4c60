"""A file of evidence as it is given out: to be saved, never shown; what is shown of a picture is drawn anew."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from activities.evidence import preview
from activities.evidence.files import Evidence
from activities.evidence.scanner import INFECTED
from api.http.problems import Problem
from api.runtime import Runtime
from reading.objections import questions as objections
from reading.sight import Caller
from reading.store import Store

NOTHING_RUNS: dict[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
"""What strangers uploaded is saved, never shown as a page of this service, and kept by no cache."""


async def evidence_known(store: Store, caller: Caller, evidence_id: str) -> Evidence:
    """The file. Raises a Problem where the caller may not know of it."""
    evidence = await objections.evidence_for(store, caller, evidence_id)
    if evidence is None:
        raise Problem("NotFound")
    return evidence


async def _given_out(store: Store, caller: Caller, evidence_id: str) -> Evidence:
    evidence = await evidence_known(store, caller, evidence_id)
    if evidence.scan == INFECTED:
        raise Problem("EvidenceInfected")
    return evidence


async def evidence_drawn(runtime: Runtime, store: Store, caller: Caller, evidence_id: str) -> Response:
    """What is shown of a picture: never the bytes that somebody uploaded. Raises a Problem where the caller may not
    know of the file, and where no picture can be drawn of it."""
    evidence = await _given_out(store, caller, evidence_id)
    await store.release()
    picture = await preview.drawn(runtime.evidence, evidence)
    if picture is None:
        raise Problem("NotFound")
    headers = {**NOTHING_RUNS, "Content-Disposition": "inline"}
    return Response(picture, media_type=preview.DRAWN_MEDIA_TYPE, headers=headers)


async def evidence_saved(runtime: Runtime, store: Store, caller: Caller, evidence_id: str) -> StreamingResponse:
    """The bytes as they were uploaded. Raises a Problem where the caller may not know of the file, and where a
    scanner has found something in it since."""
    evidence = await _given_out(store, caller, evidence_id)
    await store.release()
    return StreamingResponse(
        await runtime.evidence.read(evidence),
        headers={
            **NOTHING_RUNS,
            "Content-Type": evidence.media_type,
            "Content-Length": str(evidence.size),
            "Content-Disposition": to_be_saved_as(evidence.name),
        },
    )


def to_be_saved_as(name: str) -> str:
    """The Content-Disposition of a file to be saved under this name (RFC 6266), in any script."""
    plain = "".join(letter if letter.isascii() and letter not in '"\\%' else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
