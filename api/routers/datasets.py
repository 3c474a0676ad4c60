"""The catalogue: public, as the laws want it published."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from activities.catalogue.entries import say_updated
from activities.tables.catalogue import DatasetRow
from api.acting.forms.form import Form
from api.dependencies import Cursor, DatasetId, Limit, MaybeCalling, Reading, Reviewer, Running, Word
from api.http.filters import named_body
from api.http.language import AnsweredIn
from api.http.moments import Day
from api.http.openapi import OPEN_TO_EVERYBODY, problems
from api.http.problems import Problem, Wrong, invalid
from api.http.vocabularies import NamedCity
from reading.catalogue import questions as catalogue
from reading.catalogue.search import Search
from reading.catalogue.shapes import DatasetShown, DatasetThen, Openness, VersionShown
from reading.catalogue.shown import entry_shown, shown, version_shown
from reading.directory import questions as directory
from reading.paging import cursor, number_of
from reading.shape import Page
from reading.sight import Caller
from rules.deadlines import to_shanghai

router = APIRouter(prefix="/v1/datasets", tags=["datasets"])


class DataUpdateForm(Form):
    """That the data, not its entry, was brought up to date on a day."""

    updated_on: Day


@router.get(
    "",
    response_model=Page[DatasetShown],
    responses=problems(401, 403, 422, 503),
    openapi_extra=OPEN_TO_EVERYBODY,
    summary="Search the catalogue",
)
async def search(
    runtime: Running,
    store: Reading,
    caller: MaybeCalling,
    language: AnsweredIn,
    city: NamedCity | None = None,
    provider: Word = None,
    openness: Openness | None = None,
    theme: Annotated[Word, Query(description="The domain of the data, in either language")] = None,
    served: Annotated[bool | None, Query(description="Open, and not all of it is kept back now")] = None,
    stale: Annotated[bool | None, Query(description="Past its update frequency; for officers, of their city")] = None,
    q: Annotated[Word, Query(description="Words of title, abstract, domain, items and provider, all of them")] = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[DatasetShown]:
    """Datasets by what is asked of them. `q` finds parts of Chinese words, and words by how they begin, in either
    language; entries that have all of it in their title come first, and the order is that of city and id else."""
    await named_body(store, "provider", provider)
    if stale is not None:
        city = city_whose_data(caller, city)
    wanted = Search(city=city, provider=provider, openness=openness, theme=theme, served=served, stale=stale, q=q)
    now = await runtime.now()
    rows, more = await wanted.page(store, now, after, limit)
    names = await directory.body_names(store, (row.provider for row in rows))
    standings = await catalogue.standings(store, (row.dataset_id for row in rows))
    freshness = await catalogue.freshness(store, (row for row in rows if oversees(caller, row)), now)
    return Page(
        items=[shown(row, names, standings[row.dataset_id], freshness.get(row.dataset_id), language) for row in rows],
        next=more,
    )


def oversees(caller: Caller | None, row: DatasetRow) -> bool:
    """Whether the caller is an officer of the dataset's city."""
    return caller is not None and caller.is_officer and caller.city in (row.city, None)


def city_whose_data(caller: Caller | None, city: str | None) -> str | None:
    """The city in which an officer may ask for stale data: their own; any, where they have none. Raises a Problem."""
    if caller is None:
        raise Problem("Unauthenticated", more_headers={"WWW-Authenticate": "Bearer"})
    if not caller.is_officer:
        raise Problem("RoleRequired", params={"roles": ("reviewer", "supervisor")})
    if caller.city and city not in (None, caller.city):
        raise Problem("NotYourCity", errors=[Wrong("city", "NotYourCity")])
    return caller.city or city


@router.get(
    "/{dataset_id}",
    response_model=DatasetShown | DatasetThen,
    responses=problems(401, 404, 422, 503),
    openapi_extra=OPEN_TO_EVERYBODY,
    summary="One dataset",
)
async def one_dataset(
    dataset_id: DatasetId,
    runtime: Running,
    store: Reading,
    caller: MaybeCalling,
    language: AnsweredIn,
    on: Annotated[Day | None, Query(description="As the entry stood at the end of that day")] = None,
) -> DatasetShown | DatasetThen:
    """The entry as the catalogue has it now; with `on`, as it stood at the end of that day in Shanghai, or stands now
    if the day is today's."""
    now = await runtime.now()
    row = await catalogue.dataset(store, dataset_id)
    if row is None:
        raise Problem("NotFound")
    names = await directory.body_names(store, [row.provider])
    if on is None:
        standing = (await catalogue.standings(store, [dataset_id]))[dataset_id]
        freshness = await catalogue.freshness(store, [row] if oversees(caller, row) else [], now)
        return shown(row, names, standing, freshness.get(dataset_id), language)
    if on > to_shanghai(now).date():
        raise invalid("on", "day_in_the_future")
    if (then := await catalogue.version_on(store, dataset_id, on)) is None:
        raise Problem("NotFound")
    version, case_number = then
    entry = entry_shown(row, version or row, names, language)
    number, published_at = (version.number, version.published_at) if version else (1, None)
    return DatasetThen(
        **entry,
        on=on,
        number=number,
        published_at=published_at,
        case_number=case_number,
        # The mark stands wherever the dataset is shown (Nanjing 35), an older entry of it no less.
        disputed=(await catalogue.standings(store, [dataset_id]))[dataset_id].disputed,
        disputed_then=await catalogue.was_disputed(store, dataset_id, on),
    )


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
    row = await catalogue.dataset(store, dataset_id)
    if row is None:
        raise Problem("NotFound")
    if caller.body != row.provider:
        raise Problem("NotYourDataset")
    await store.release()
    now = await runtime.now()
    if form.updated_on > to_shanghai(now).date():
        raise invalid("updated_on", "day_in_the_future")
    async with runtime.pool.acquire() as connection:
        if not await say_updated(connection, dataset_id, form.updated_on, caller.account_id):
            raise Problem("UpdatedSince", errors=[Wrong("updated_on", "UpdatedSince")])
    answer = await one_dataset(dataset_id, runtime, store, caller, language, None)
    assert isinstance(answer, DatasetShown)
    return answer


@router.get(
    "/{dataset_id}/versions",
    response_model=Page[VersionShown],
    responses=problems(404, 422, 503),
    summary="The versions of an entry",
)
async def versions(
    dataset_id: DatasetId, store: Reading, after: Cursor = None, limit: Limit = 50
) -> Page[VersionShown]:
    """Each version of the entry, the first one first."""
    row = await catalogue.dataset(store, dataset_id)
    if row is None:
        raise Problem("NotFound")
    found = await catalogue.versions(store, dataset_id, 0 if after is None else number_of(after), limit + 1)
    if not found and after is None:
        # No update has been published, so none but the entry of today has ever been kept.
        return Page(items=[version_shown(1, None, None, row)], next=None)
    more = cursor(found[limit - 1][0].number) if len(found) > limit else None
    return Page(items=[version_shown(v.number, v.published_at, made_by, v) for v, made_by in found[:limit]], next=more)
