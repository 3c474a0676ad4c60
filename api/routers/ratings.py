"""Ratings of data (评价): sums for everybody, one's own, and for bodies those of their data, each without a name."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.acting.rating_data import RatingForm, rate_dataset
from api.acting.refusals import refused_before_receipt
from api.dependencies import Applicant, Calling, Cursor, DatasetId, OfCounty, PageSize, Reading, Running, Word
from api.http.files import AS_TABLE
from api.http.filters import named_county, named_dataset
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.moments import Day
from api.http.openapi import problems
from api.http.problems import invalid
from api.http.tables import as_table, wants_table
from reading.figures.days import DaysUnusable, days_between
from reading.ratings import shown
from reading.ratings.shapes import OwnRatings, RatingFigures, RatingGiven, RatingsShown
from reading.ratings.sight import RatingSight, must_see_ratings
from reading.shape import Page
from reading.tables.opinions import rating_table
from rules.deadlines import to_shanghai

router = APIRouter(tags=["ratings"])

From = Annotated[Day | None, Query(alias="from", description="the first of this year unless given")]
Until = Annotated[Day | None, Query(alias="until", description="exclusive; tomorrow unless given")]


async def seeing(caller: Calling, store: Reading, county: OfCounty = None) -> RatingSight:
    """The data whose ratings the caller sees, or a problem."""
    with refused_before_receipt():
        sight = must_see_ratings(caller)
    await named_county(store, county)
    return sight.narrowed(county)


Seen = Annotated[RatingSight, Depends(seeing)]


@router.get(
    "/v1/datasets/{dataset_id}/ratings",
    response_model=RatingsShown,
    responses=problems(404, 422, 503),
    summary="What is thought of a dataset",
)
async def sums(dataset_id: DatasetId, store: Reading, language: AnsweredIn) -> RatingsShown:
    """How many rated each version and each dimension of it, and the means; never who. Public. 404 where the law of the
    city has no rating."""
    return known(await shown.ratings_of(store, language, dataset_id))


@router.get(
    "/v1/datasets/{dataset_id}/rating",
    response_model=OwnRatings,
    responses=problems(401, 403, 404, 422, 503),
    summary="The caller's own rating of a dataset",
)
async def own_rating(dataset_id: DatasetId, store: Reading, caller: Applicant, language: AnsweredIn) -> OwnRatings:
    """Whether the caller may rate it, which version, and every revision of what it rated. Not found where the law of
    the city has no rating."""
    return known(await shown.own_ratings_of(store, caller, language, dataset_id))


@router.put(
    "/v1/datasets/{dataset_id}/rating",
    response_model=OwnRatings,
    responses=problems(401, 403, 404, 422, 503),
    summary="Rate a dataset",
)
async def put_rating(
    dataset_id: DatasetId, form: RatingForm, runtime: Running, store: Reading, caller: Applicant, language: AnsweredIn
) -> OwnRatings:
    """By whoever obtained the data, or by anybody, as the law of the city has it; of the version that the caller
    obtained last. Another rating of the same version counts in the place of the one before, which stays on record; the
    same again changes nothing."""
    await rate_dataset(runtime, store, caller, dataset_id, form)
    return known(await shown.own_ratings_of(store, caller, language, dataset_id))


@router.get(
    "/v1/ratings",
    response_model=Page[RatingGiven],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="Ratings of the data of a body or a city",
)
async def given(
    request: Request,
    response: Response,
    sight: Seen,
    store: Reading,
    language: AnsweredIn,
    dataset_id: Word = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """A provider sees those of its data, the authority of a county those of its county, operator and authority those of
    the city: each rating that counts, the latest
    first, without who gave it."""
    await named_dataset(store, dataset_id)
    if wants_table(request, response):
        await store.release()
        return await as_table("ratings", language, rating_table(store.archive, sight, dataset_id, language))
    return await shown.ratings_given(store, sight, language, dataset_id, after, limit)


@router.get(
    "/v1/ratings/figures",
    response_model=RatingFigures,
    responses=problems(401, 403, 422, 503),
    summary="How the data of a body or a city was rated",
)
async def figures(
    sight: Seen,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    from_on: From = None,
    until_on: Until = None,
) -> RatingFigures:
    """By the ratings given in a span of days that counted at its end: of each dataset that was rated, and of all
    together."""
    try:
        days = days_between(from_on, until_on, to_shanghai(await runtime.now()).date())
    except DaysUnusable as fact:
        raise invalid(fact.field, fact.code, **fact.params) from fact
    return await shown.rating_figures(store, sight, days, language)
