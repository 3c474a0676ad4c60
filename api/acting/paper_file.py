"""A paper of a case as it is given out: made anew each time, of what the log says, and kept by no cache."""

from __future__ import annotations

from starlette.responses import Response

from api.acting.evidence_file import to_be_saved_as
from api.http.files import PRIVATE
from api.http.problems import Problem
from api.runtime import Runtime
from reading.papers.content import paper_of
from reading.papers.lists import papers_read
from reading.papers.typeset import PDF, pdf_of
from reading.sight import Caller
from reading.store import Store
from reading.words.language import CONTENT_LANGUAGE, Language


async def paper_saved(
    runtime: Runtime, store: Store, caller: Caller, language: Language, case_id: str, name: str
) -> Response:
    """The PDF of that paper. Raises a Problem where the caller may not read it."""
    found = await papers_read(store, caller, case_id)
    issued = found.named(name) if found else None
    if found is None or issued is None:
        raise Problem("NotFound")
    paper = await paper_of(store, language, found, issued, runtime.settings.pages_url)
    await store.release()
    return Response(
        await pdf_of(paper, issued.at),
        media_type=PDF,
        headers={
            **PRIVATE,
            "Content-Language": CONTENT_LANGUAGE[language],
            "Vary": "Accept-Language",
            "Content-Disposition": to_be_saved_as(f"{paper.title}-{paper.case_number}-{issued.number}.pdf"),
        },
    )
