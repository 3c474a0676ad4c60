"""The use of data that an objection is about: who was granted it, and each access that the gate decided on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.acting.answering import CASES
from api.acting.refusals import refused_before_receipt
from api.dependencies import Calling, CaseId, Cursor, PageSize, Reading
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import Problem
from reading.cases import questions as cases
from reading.grants.shapes import TraceShown
from reading.grants.trace import trace as trace_of
from reading.objections.sight import is_objection

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
    case = await cases.case(store, caller, case_id)
    if case is None or not is_objection(case):
        raise Problem("NotFound")
    read = await store.case_read(case_id)
    with refused_before_receipt():
        caller.must_have_part(read.state, read.rules)
    return await trace_of(store, language, case.dataset_id, after, grants_after, limit)
