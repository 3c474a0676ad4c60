"""Whether a paper is one that the system issued. Public: whoever holds a paper has its code."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.dependencies import Reading
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem
from reading.papers.content import PaperVerified, brief_of
from reading.papers.lists import verified

router = APIRouter(prefix="/v1/papers", tags=["papers"])


@router.get("/{code}", response_model=PaperVerified, responses=problems(404, 503), summary="Verify a paper")
async def verify(
    code: Annotated[str, Path(pattern="^[0-9A-Za-z-]{1,200}$", description="as it stands on the paper")],
    store: Reading,
    language: AnsweredIn,
) -> PaperVerified:
    """What the paper says in brief, for comparing, and never whom it is about; 404 where none was issued with it."""
    found = await verified(store, code)
    if found is None:
        raise Problem("NotFound")
    return await brief_of(store, language, found)
