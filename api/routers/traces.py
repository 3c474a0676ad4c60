"""The use of data that an objection is about: who was granted it, and each access that the gate decided on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.acting.answering import CASES
from api.acting.refusals import refused_before_receipt
from api.dependencies import Calling, CaseId, Cursor, PageSize, Reading
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from reading.cases import questions as cases
from reading.grants.shapes import TraceShown
from reading.grants.trace import trace as trace_of

router = APIRouter(prefix=CASES, tags=["cases"])


@router.get(
    "/{case_id}/trace",
    response_model=TraceShown,
    responses=problems(401, 403, 404, 422, 503),
    summary="Trace the use of disputed data",
)
async def trace(
    case_id: CaseId,
    caller: Calling,
    store: Reading,
    language: AnsweredIn,
    after: Cursor = None,
    grants_after: Annotated[
        str | None, Query(alias="grants_cursor", max_length=1000, description="`grants_next` of the page before")
    ] = None,
    limit: PageSize = 100,
) -> TraceShown:
    """Every grant that ever was on the dataset, and everything that the gate's log holds of it, latest first. For
    reviewers whose body has or had a task in the objection, and supervisors of its city."""
    case = known(await cases.case(store, caller, case_id))
    with refused_before_receipt():
        return known(await trace_of(store, caller, language, case, after, grants_after, limit))
