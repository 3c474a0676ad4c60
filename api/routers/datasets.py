"""The catalogue: public, as the laws want it published."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from activities.catalogue.entries import DayAhead
from api.acting.dating_data import DataUpdateForm, say_brought_up_to_date
from api.acting.refusals import refused_before_receipt
from api.dependencies import Cursor, DatasetId, MaybeCalling, PageSize, Reading, Reviewer, Running, Word
from api.http.files import AS_TABLE
from api.http.filters import named_body, named_priority
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.moments import Day
from api.http.openapi import OPEN_TO_EVERYBODY, problems
from api.http.problems import Problem, invalid
from api.http.tables import as_table, wants_table
from api.http.vocabularies import NamedCity
from reading.catalogue import lists
from reading.catalogue.search import Search
from reading.catalogue.shapes import DatasetShown, DatasetThen, Openness, VersionShown
from reading.catalogue.shown import dataset_now, dataset_then
from reading.catalogue.sight import city_whose_data
from reading.shape import Page
from reading.sight import Caller
from reading.tables.lists import dataset_table
from reading.tables.record import version_table

router = APIRouter(prefix="/v1/datasets", tags=["datasets"])


@router.get(
    "",
    response_model=Page[DatasetShown],
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    openapi_extra=OPEN_TO_EVERYBODY,
    summary="Search the catalogue",
)
async def search(
    request: Request,
    response: Response,
    store: Reading,
    caller: MaybeCalling,
    language: AnsweredIn,
    city: NamedCity | None = None,
    provider: Word = None,
    county: Annotated[Word, Query(description="The authority of a county, for the catalogue of its bodies")] = None,
    openness: Openness | None = None,
    theme: Annotated[Word, Query(description="The domain of the data, in either language")] = None,
    served: Annotated[bool | None, Query(description="Open, and not all of it is kept back now")] = None,
    stale: Annotated[bool | None, Query(description="Past its update frequency; for officers, of their city")] = None,
    priority: Annotated[Word, Query(description="A kind of data that the law has opened first, by its code")] = None,
    order: Annotated[
        Literal["priority"] | None, Query(description="What is of such a kind comes before the rest")
    ] = None,
    q: Annotated[Word, Query(description="Words of title, abstract, domain, items and provider, all of them")] = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """Datasets by what is asked of them. `q` finds parts of Chinese words, and words by how they begin, in either
    language; entries that have all of it in their title come first, and the order is that of city and id else."""
    await named_body(store, "provider", provider)
    await named_body(store, "county", county)
    named_priority(city, priority)
    if stale is not None:
        city = stale_in(caller, city)
    wanted = Search(
        city=city,
        provider=provider,
        county=county,
        openness=openness,
        theme=theme,
        served=served,
        stale=stale,
        q=q,
        priority=priority,
        priority_first=order is not None,
    )
    if wants_table(request, response):
        await store.release()
        return await as_table("datasets", language, dataset_table(store.archive, caller, language, wanted))
    return await lists.datasets(store, caller, language, wanted, after, limit)


def stale_in(caller: Caller | None, city: str | None) -> str | None:
    """The city in which the caller may ask for stale data; None for every one. Raises a Problem."""
    if caller is None:
        raise Problem("Unauthenticated", more_headers={"WWW-Authenticate": "Bearer"})
    with refused_before_receipt():
        return city_whose_data(caller, city)


@router.get(
    "/{dataset_id}",
    response_model=DatasetShown | DatasetThen,
    responses=problems(401, 404, 422, 503),
    openapi_extra=OPEN_TO_EVERYBODY,
    summary="One dataset",
)
async def one_dataset(
    dataset_id: DatasetId,
    store: Reading,
    caller: MaybeCalling,
    language: AnsweredIn,
    on: Annotated[Day | None, Query(description="As the entry stood at the end of that day")] = None,
) -> DatasetShown | DatasetThen:
    """The entry as the catalogue has it now; with `on`, as it stood at the end of that day in Shanghai, or stands now
    if the day is today's."""
    if on is None:
        return known(await dataset_now(store, caller, language, dataset_id))
    try:
        return known(await dataset_then(store, language, dataset_id, on))
    except DayAhead as fact:
        raise invalid("on", "day_in_the_future") from fact


@router.post(
    "/{dataset_id}/data-updates",
    response_model=DatasetShown,
    responses=problems(401, 403, 404, 409, 422, 503),
    summary="Say that the data was brought up to date",
)
async def say_data_updated(
    dataset_id: DatasetId,
    form: DataUpdateForm,
    runtime: Running,
    store: Reading,
    caller: Reviewer,
    language: AnsweredIn,
) -> DatasetShown:
    """For reviewers of its provider. The same day again changes nothing; a day before the one on record is refused."""
    await say_brought_up_to_date(runtime, store, caller, dataset_id, form)
    return known(await dataset_now(store, caller, language, dataset_id))


@router.get(
    "/{dataset_id}/versions",
    response_model=Page[VersionShown],
    responses={**AS_TABLE, **problems(404, 422, 503)},
    summary="The versions of an entry",
)
async def versions(
    request: Request,
    response: Response,
    dataset_id: DatasetId,
    store: Reading,
    language: AnsweredIn,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """Each version of the entry, the first one first."""
    page = known(await lists.versions(store, dataset_id, after, limit))
    if wants_table(request, response):
        await store.release()
        return await as_table("versions", language, version_table(store.archive, language, dataset_id))
    return page
