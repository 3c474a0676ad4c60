"""How the holder of a grant uses its data: reports that are owed and made, an own record of use, inspections."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting import reporting_use
from api.acting.filing import AsFiler
from api.acting.forms.deciding import InspectionForm
from api.acting.forms.filing import UseRecordForm, UseReportForm
from api.acting.receiving import ActShown, Receiving, act_answers
from api.dependencies import Applicant, Calling, CaseId, Reading, Reviewer
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from reading.cases.shapes import CaseShown
from reading.use_reports.shapes import UseOfGrant
from reading.use_reports.shown import use_of_grant

router = APIRouter(tags=["use of data"])


@router.get(
    "/v1/grants/{case_id}/use",
    response_model=UseOfGrant,
    responses=problems(401, 404, 503),
    summary="How a grant is used",
)
async def use(case_id: CaseId, caller: Calling, store: Reading, language: AnsweredIn) -> UseOfGrant:
    """The reports on use that are owed and were made, the user's own record, and what inspections found: for the user,
    and for the bodies that may know of the grant."""
    return known(await use_of_grant(store, caller, language, case_id))


@router.post(
    "/v1/grants/{case_id}/use-reports",
    status_code=201,
    response_model=CaseShown,
    responses=problems(401, 403, 404, 409, 422, 503),
    summary="Begin the report on use before it is owed",
)
async def begin_report(case_id: CaseId, caller: Applicant, store: Reading, filer: AsFiler) -> CaseShown:
    """The report that is owed next, as a case; asked for again, the same one. It is due no earlier by that."""
    return await reporting_use.begin_report(store, filer, caller, case_id)


@router.post(
    "/v1/cases/{case_id}/use-report", response_model=ActShown, responses=act_answers(), summary="Report on use"
)
async def report(
    case_id: CaseId, form: UseReportForm, _caller: Applicant, store: Reading, receiver: Receiving
) -> ActShown:
    """How the data was used, in answer to what is owed, in time or late; where results came of it, which, and how they
    cite the source as the law of the city wants."""
    return await reporting_use.report(receiver, store, case_id, form)


@router.post(
    "/v1/grants/{case_id}/use-records",
    response_model=ActShown,
    responses=act_answers(),
    summary="Add to one's own record of use",
)
async def record_use(case_id: CaseId, form: UseRecordForm, _caller: Applicant, receiver: Receiving) -> ActShown:
    """Where the law of the city has users keep one; the bodies that may know of the grant read it beside the log of
    accesses."""
    return await reporting_use.record_use(receiver, case_id, form)


@router.post(
    "/v1/grants/{case_id}/inspections",
    response_model=ActShown,
    responses=act_answers(),
    summary="Put on record what an inspection found",
)
async def inspect(case_id: CaseId, form: InspectionForm, _caller: Reviewer, receiver: Receiving) -> ActShown:
    """By a body that the law of the city has supervise the use; the user reads it. It takes nothing of the grant."""
    return await reporting_use.inspect(receiver, case_id, form)
