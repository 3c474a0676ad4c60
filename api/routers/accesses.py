"""The log of accesses: what the gate decided, sums by day, what was counted by minute, and the use of each dataset."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api.acting.refusals import refused_before_receipt
from api.dependencies import ID, Calling, Cursor, OfCounty, PageSize, Reading, Running, Word
from api.http.files import AS_TABLE, file_headers
from api.http.filters import named_county, named_dataset
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.moments import Day
from api.http.openapi import problems
from api.http.problems import invalid
from api.http.tables import as_table, wants_table
from models.gate import Reason
from reading.accesses.asked import AccessesSought, days_of_accesses
from reading.accesses.shapes import AccessesShown, DaysCounted, MinuteShown, UseShown
from reading.accesses.shown import access_page, days_page, minute_page
from reading.accesses.sight import AccessSight, must_evaluate_use, must_see_accesses, must_see_own
from reading.accesses.use import use_shown, use_table
from reading.figures.days import Days, DaysUnusable, whole_months
from reading.shape import Page
from reading.sheet import CSV
from reading.tables.accesses import access_table
from rules.deadlines import to_shanghai

MONTH = r"^(19[7-9]|20[0-9])[0-9]-(0[1-9]|1[0-2])$"
WHOSE = (
    "A provider sees the accesses to its data, the authority of a county those to its county's, operator and authority "
    "those of the city, a user its own. "
)

router = APIRouter(prefix="/v1/accesses", tags=["accesses"])

From = Annotated[Day | None, Query(alias="from", description="31 days up to `until` unless given")]
Until = Annotated[Day | None, Query(alias="until", description="exclusive; tomorrow unless given")]
FromMonth = Annotated[str | None, Query(alias="from", pattern=MONTH, description="twelve months before unless given")]
UntilMonth = Annotated[
    str | None, Query(alias="until", pattern=MONTH, description="exclusive; this month unless given")
]


async def seeing(
    caller: Calling,
    by: Annotated[
        Literal["own_grants"] | None,
        Query(description="by the caller's own grants, an officer's by those of its body, whatever else it sees"),
    ] = None,
) -> AccessSight:
    """Whose accesses the caller sees, or a problem."""
    with refused_before_receipt():
        return must_see_own(caller) if by else must_see_accesses(caller)


async def evaluating(caller: Calling) -> AccessSight:
    """The data whose use the caller evaluates, or a problem."""
    with refused_before_receipt():
        return must_evaluate_use(caller)


async def spanned(runtime: Running, from_on: From = None, until_on: Until = None) -> Days:
    today = to_shanghai(await runtime.now()).date()
    try:
        return days_of_accesses(from_on, until_on, today)
    except DaysUnusable as fact:
        raise invalid(fact.field, fact.code, **fact.params) from fact


Seen = Annotated[AccessSight, Depends(seeing)]
Evaluated = Annotated[AccessSight, Depends(evaluating)]
Spanned = Annotated[Days, Depends(spanned)]


async def seeking(
    store: Reading,
    days: Spanned,
    dataset_id: Word = None,
    grant_case_id: Annotated[str | None, Query(pattern=ID, description="the case that the grant is")] = None,
    reason: Annotated[Reason | None, Query(description="why the gate answered as it did")] = None,
    county: OfCounty = None,
) -> AccessesSought:
    await named_dataset(store, dataset_id)
    await named_county(store, county)
    return AccessesSought(days, dataset_id, grant_case_id, reason, county)


Sought = Annotated[AccessesSought, Depends(seeking)]


@router.get(
    "",
    response_model=AccessesShown,
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="Who accessed conditional data, and what the gate answered",
    description=WHOSE + "The latest first, with the gaps of the log over the span of the page; data that is not "
    "conditional has no rows and is counted (`/v1/accesses/days`, `/v1/accesses/minutes`).",
)
async def accesses(
    request: Request,
    response: Response,
    sight: Seen,
    sought: Sought,
    store: Reading,
    language: AnsweredIn,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    if wants_table(request, response):
        await store.release()
        return await as_table("accesses", language, access_table(store.archive, sight, sought, language))
    return await access_page(store, sight, sought, language, after, limit)


@router.get(
    "/days",
    response_model=DaysCounted,
    responses=problems(401, 403, 422, 503),
    summary="How many accesses each day had",
    description=WHOSE + "Data of any openness is counted; of a grant, and of a user's own, conditional data alone.",
)
async def days(sight: Seen, sought: Sought, store: Reading) -> DaysCounted:
    return await days_page(store, sight, sought)


@router.get(
    "/minutes",
    response_model=Page[MinuteShown],
    responses=problems(401, 403, 404, 422, 503),
    summary="How many accesses each minute had to data that is not conditional",
    description="For the provider of the dataset, and operator and authority of its city; the earliest first.",
)
async def minutes(
    sight: Seen,
    days: Spanned,
    store: Reading,
    language: AnsweredIn,
    dataset_id: Annotated[str, Query(pattern=ID)],
    after: Cursor = None,
    limit: PageSize = 100,
) -> Page[MinuteShown]:
    await named_dataset(store, dataset_id)
    return known(await minute_page(store, sight, dataset_id, days, language, after, limit))


@router.get(
    "/use",
    response_model=UseShown,
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="How each dataset was used, by month",
    description="By which a provider evaluates the use of its data, the authority of a county that of its own, and "
    "operator and authority that of the city; those that nobody used are among them. Whole months that are over.",
)
async def use(
    request: Request,
    response: Response,
    runtime: Running,
    sight: Evaluated,
    store: Reading,
    language: AnsweredIn,
    from_month: FromMonth = None,
    until_month: UntilMonth = None,
    county: OfCounty = None,
) -> Any:
    await named_county(store, county)
    as_csv = wants_table(request, response)
    try:
        months = whole_months(from_month, until_month, to_shanghai(await runtime.now()).date())
    except DaysUnusable as fact:
        raise invalid(fact.field, fact.code, **fact.params) from fact
    found = await use_shown(store, sight, months, language, county)
    if as_csv:
        headers = file_headers("use", "csv", language)
        return Response(use_table(found, language), media_type=CSV, headers=headers)
    return found
