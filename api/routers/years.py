"""What is done once a year: the focus of opening, the plans of the bodies, and what is public of either."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.acting.beginning_years import EVALUATIONS, FOCUSES, PLANS, begin_evaluation, begin_focus, begin_plan
from api.acting.filing import AsFiler
from api.acting.finding_faults import FINDINGS, put_before_the_body
from api.acting.forms.filing import FindingForm, PlanForm, Year, YearForm
from api.acting.refusals import refused_before_receipt
from api.dependencies import Calling, Cursor, PageSize, Reading, RequiredIdempotencyKey, pack_of
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.vocabularies import NamedCity
from reading.cases.shapes import CaseShown
from reading.years.shapes import ResultsShown
from reading.years.shown import results
from rules.pinned_stages import Audience

router = APIRouter(tags=["years"])


@router.post(
    FOCUSES,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Begin to set the focus of a year",
)
async def begin_opening_focus(
    form: YearForm, key: RequiredIdempotencyKey, caller: Calling, store: Reading, filer: AsFiler
) -> CaseShown:
    """By the authority, where the law of the city has a focus. There is one case a year: if it has begun, by itself or
    otherwise, it is answered."""
    return await begin_focus(filer, store, caller, form)


@router.post(
    PLANS,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Begin the plan of a body for a year",
)
async def begin_opening_plan(
    form: PlanForm, key: RequiredIdempotencyKey, caller: Calling, store: Reading, filer: AsFiler
) -> CaseShown:
    """By a reviewer of the body. There is one case of it a year: if it has begun, by itself or otherwise, it is
    answered. `replaces` names a plan on record whose place another one takes; both stay on record."""
    return await begin_plan(filer, store, caller, form, key)


@router.post(
    EVALUATIONS,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Begin to evaluate a year",
)
async def begin_evaluation_of(
    form: YearForm, key: RequiredIdempotencyKey, caller: Calling, store: Reading, filer: AsFiler
) -> CaseShown:
    """By the authority. There is one case a year: if it has begun, by itself or otherwise, it is answered."""
    return await begin_evaluation(filer, store, caller, form)


@router.post(
    FINDINGS,
    status_code=201,
    response_model=CaseShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Put a finding of an evaluation before the body concerned",
)
async def put_finding(
    form: FindingForm, key: RequiredIdempotencyKey, caller: Calling, store: Reading, filer: AsFiler
) -> CaseShown:
    """By the authority, once the evaluation has its report. A case each: the body answers what it did about it. Which
    bodies that can be, the city's rules say (`against`)."""
    return await put_before_the_body(filer, store, caller, form, key)


@router.get(
    "/v1/circulated-results",
    response_model=ResultsShown,
    responses=problems(401, 403, 404, 422, 503),
    summary="What is circulated to the bodies of a city",
)
async def circulated_results(
    store: Reading, caller: Calling, language: AnsweredIn, after: Cursor = None, limit: PageSize = 50
) -> ResultsShown:
    """For officers of the city's bodies: results that the law has circulated and not published."""
    with refused_before_receipt():
        caller.must_have("reviewer", "supervisor")
    city = caller.city or ""
    return await results(store, language, city, [Audience.BODIES], None, None, after, limit)


@router.get(
    "/v1/published-results",
    response_model=ResultsShown,
    responses=problems(404, 422, 503),
    summary="What a city and its bodies have published for a year",
)
async def published_results(
    store: Reading,
    language: AnsweredIn,
    city: NamedCity,
    year: Annotated[Year | None, Query()] = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> ResultsShown:
    """Of each case the latest: a focus that the public is asked about, or that is set; the plans of bodies, with those
    that another has replaced. Of what was written, what the law demands and no more."""
    return await results(store, language, pack_of(city).city, [Audience.EVERYBODY], None, year, after, limit)
