"""Misuse of data: anybody reports it, whose grant was curtailed appeals, and what a city publishes of it is public."""

from __future__ import annotations

from fastapi import APIRouter

from api.acting.filing import AsFiler
from api.acting.forms.filing import MisuseAppealForm, MisuseReportForm
from api.acting.reporting_misuse import APPEALS, REPORTS, receive_misuse_appeal, receive_misuse_report
from api.dependencies import Calling, Cursor, PageSize, Reading, RequiredIdempotencyKey, pack_of
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.vocabularies import NamedCity
from reading.cases.shapes import CaseShown
from reading.misuse.shapes import PublishedMeasures
from reading.misuse.shown import published_measures

router = APIRouter(tags=["misuse"])


@router.post(
    REPORTS,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Report misuse of data",
)
async def report_misuse(
    form: MisuseReportForm, key: RequiredIdempotencyKey, caller: Calling, filer: AsFiler
) -> CaseShown:
    """By an applicant, or a reviewer whose body found it. Whoever reports decides nothing of it, for whatever body, and
    nothing of the report is published."""
    return await receive_misuse_report(filer, caller, filer.case_id(REPORTS, key), form)


@router.post(
    APPEALS,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 404, 422, 503),
    summary="Appeal against what was taken of a grant, or against a published finding",
)
async def appeal(
    form: MisuseAppealForm, key: RequiredIdempotencyKey, caller: Calling, store: Reading, filer: AsFiler
) -> CaseShown:
    """By the grantee, or by whoever used the data where a published finding names no grant, where the law of the city
    hears such appeals. It suspends nothing; upheld, it gives the grant back and corrects what was published."""
    return await receive_misuse_appeal(store, filer, caller, filer.case_id(APPEALS, key), form)


@router.get(
    "/v1/published-measures",
    response_model=PublishedMeasures,
    responses=problems(404, 422, 503),
    summary="Misuse and measures that a city has published",
)
async def measures(
    store: Reading, language: AnsweredIn, city: NamedCity, after: Cursor = None, limit: PageSize = 50
) -> PublishedMeasures:
    """In codes alone: nobody who reported anything is named, and nothing that anybody wrote stands there."""
    return await published_measures(store, language, pack_of(city).city, after, limit)
