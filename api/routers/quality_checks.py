"""Having data checked (质量校核) by its provider, where the city's law has users raise it."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting.checking_quality import PATH, receive_quality_check
from api.acting.filing import AsFiler
from api.acting.forms.filing import QualityCheckForm
from api.dependencies import Calling, Reading, RequiredIdempotencyKey
from api.http.openapi import problems
from reading.cases.shapes import CaseShown

router = APIRouter(tags=["quality checks"])


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Have data checked",
)
async def check_quality(
    form: QualityCheckForm,
    key: RequiredIdempotencyKey,
    caller: Calling,
    store: Reading,
    filer: AsFiler,
) -> CaseShown:
    """By an applicant who has or had a grant on the dataset, or, of unconditional data, by any. The data stays served.
    What is raised later than the law wants after `discovered_on` is late on record and checked all the same."""
    return await receive_quality_check(store, filer, caller, filer.case_id(PATH, key), form)
