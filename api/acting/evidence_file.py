"""A file of evidence as it is given out: to be saved, never shown."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import StreamingResponse

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


async def evidence_saved(runtime: Runtime, store: Store, caller: Caller, evidence_id: str) -> StreamingResponse:
    """The bytes as they were uploaded. Raises a Problem where the caller may not know of the file."""
    evidence = await objections.evidence_for(store, caller, evidence_id)
    await store.release()
    if evidence is None:
        raise Problem("NotFound")
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
