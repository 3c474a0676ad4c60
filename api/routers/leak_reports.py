"""Reporting a leak (泄露事件), of data or of information on the platform's users, as the city's law has it."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting.filing import AsFiler
from api.acting.forms.filing import LeakReportForm
from api.acting.reporting_leaks import PATH, receive_leak_report
from api.dependencies import Calling, Reading, RequiredIdempotencyKey
from api.http.openapi import problems
from reading.cases.shapes import CaseShown

router = APIRouter(tags=["leak reports"])


@router.post(
    PATH,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Report a leak",
)
async def report_leak(
    form: LeakReportForm,
    key: RequiredIdempotencyKey,
    caller: Calling,
    store: Reading,
    filer: AsFiler,
) -> CaseShown:
    """Where the law of the city has users of data report to its provider, by an applicant who has or had a grant on the
    dataset; where it is about information that the operator holds, by a reviewer of the operator, without a dataset."""
    return await receive_leak_report(store, filer, caller, filer.case_id(PATH, key), form)
