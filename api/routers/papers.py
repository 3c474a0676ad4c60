"""Papers: what was received, asked, decided, answered or ordered in a case, as PDF that anybody verifies."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.acting.answering import CASES
from api.acting.case_file import case_file_saved
from api.acting.paper_file import paper_saved
from api.dependencies import Calling, CaseId, Reading, Running
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem
from reading.papers.lists import Papers, papers_of

PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}

ZIP = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(prefix=f"{CASES}/{{case_id}}", tags=["cases"])


@router.get("/papers", response_model=Papers, responses=problems(401, 404, 503), summary="Its papers")
async def papers(case_id: CaseId, caller: Calling, store: Reading, language: AnsweredIn) -> Papers:
    """Those that the caller may read: whoever may read what was decided may have it on paper."""
    found = await papers_of(store, caller, language, case_id)
    if found is None:
        raise Problem("NotFound")
    return found


@router.get(
    "/papers/{name}.pdf",
    response_class=Response,
    responses={200: {"content": PDF}, **problems(401, 404, 503)},
    summary="A paper as PDF",
)
async def paper(
    case_id: CaseId,
    name: Annotated[str, Path(pattern=r"^[a-z]{1,20}-[1-9][0-9]{0,8}$")],
    caller: Calling,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
) -> Response:
    """Tagged (PDF/UA-1) and to be kept (PDF/A-2b), in the language of the call, with number, instant, article, remedy,
    and the address at which anybody verifies it."""
    return await paper_saved(runtime, store, caller, language, case_id, name)


@router.get(
    "/case-file.zip",
    response_class=Response,
    responses={200: {"content": ZIP}, **problems(401, 403, 404, 503)},
    summary="All of a case as a file",
)
async def case_file(
    case_id: CaseId, caller: Calling, runtime: Running, store: Reading, language: AnsweredIn
) -> Response:
    """A bag (BagIt, RFC 8493) in a ZIP, for officers who may read the case: case, log, rules, papers, and the
    evidence that the caller may read. Its manifest tells whether it is whole."""
    return await case_file_saved(runtime, store, caller, language, case_id)
