"""Papers: what was received, asked, decided, answered or ordered in a case, as PDF that anybody verifies."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.acting.answering import CASES
from api.acting.paper_file import paper_saved
from api.dependencies import Calling, CaseId, Reading, Running
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem
from reading.papers.lists import Papers, papers_of

PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}

router = APIRouter(prefix=f"{CASES}/{{case_id}}/papers", tags=["cases"])


@router.get("", response_model=Papers, responses=problems(401, 404, 503), summary="Its papers")
async def papers(case_id: CaseId, caller: Calling, store: Reading, language: AnsweredIn) -> Papers:
    """Those that the caller may read: whoever may read what was decided may have it on paper."""
    found = await papers_of(store, caller, language, case_id)
    if found is None:
        raise Problem("NotFound")
    return found


@router.get(
    "/{name}.pdf",
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
