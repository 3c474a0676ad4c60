"""The catalogue: public, as the laws want it published."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from activities.catalogue import say_updated
from api.callers import Caller
from api.catalogue_search import Search
from api.dependencies import Cursor, DatasetId, Limit, MaybeCalling, Reading, Reviewer, Running, Word
from api.filters import named_body
from api.forms import Form
from api.freshness import FreshnessShown
from api.language import AnsweredIn, Language, said
from api.moments import Day
from api.openapi import OPEN_TO_EVERYBODY, problems
from api.paging import cursor, place_of
from api.problems import Problem, Wrong, invalid
from api.reading_disputes import DatasetStanding
from api.shapes import Instant, Page, Shape
from api.vocabularies import NamedCity
from models.restrictions import RestrictionKind, all_gone
from models.tables import DatasetRow, DatasetVersionRow
from rules.deadlines import to_shanghai
from rules.pinned import Label

router = APIRouter(prefix="/v1/datasets", tags=["datasets"])

Openness = Literal["closed", "conditional", "unconditional"]


class ItemShown(Shape):
    """A data item (数据项); filings and grants name it by `item`."""

    item: str
    name: str
    type: str
    note: str | None


class RestrictionInForce(Shape):
    """What is kept from being served now. No items named: the whole dataset, but `except_items`."""

    restriction: RestrictionKind
    data_items: list[str]
    except_items: list[str]
    since: Instant


class EntryShown(Shape):
    """A catalogue entry. `sample` marks an invented one; `update_frequency` is an ISO 8601 duration,
    `real_time` or `irregular`."""

    dataset_id: str
    city: str
    provider: str
    provider_name: str
    title: str
    abstract: str
    domain: str
    items: list[ItemShown]
    formats: list[str]
    openness: Openness
    conditions: str | None
    basis: str | None
    update_frequency: str | None
    sample: bool


class DatasetShown(EntryShown):
    """An entry as it is now, and how its data stands."""

    updated_on: Annotated[date | None, Field(description="the latest day on which the data was brought up to date")]
    freshness: Annotated[
        FreshnessShown | None, Field(description="whether the data is stale; for officers of the city")
    ]
    disputed: Annotated[bool, Field(description="bears the disputed mark of an objection")]
    restrictions: list[RestrictionInForce]
    served: Annotated[bool, Field(description="open, and not all of it is kept back now")]


class DatasetThen(EntryShown):
    """An entry as it stood on a day, by the version that was in force; the first of an entry that was there before any
    update has neither `published_at` nor a case."""

    on: date
    number: int
    published_at: Instant | None
    case_number: str | None
    disputed: Annotated[
        bool, Field(description="bears the disputed mark of an objection today, whichever day is asked for")
    ]
    disputed_then: Annotated[bool, Field(description="bore the mark at the end of that day")]


class DataUpdateForm(Form):
    """That the data, not its entry, was brought up to date on a day."""

    updated_on: Day


class VersionShown(Shape):
    """The entry as it stood from `published_at` on, in both languages, and the case that made it; the first of an entry
    that was there before any update has neither."""

    number: int
    published_at: Instant | None
    case_number: str | None
    openness: Openness
    entry: dict[str, Any]


@router.get(
    "",
    response_model=Page[DatasetShown],
    responses=problems(401, 403, 422, 503),
    openapi_extra=OPEN_TO_EVERYBODY,
    summary="Search the catalogue",
)
async def search(
    runtime: Running,
    reader: Reading,
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
    await named_body(reader, "provider", provider)
    if stale is not None:
        city = city_whose_data(caller, city)
    wanted = Search(city=city, provider=provider, openness=openness, theme=theme, served=served, stale=stale, q=q)
    now = await runtime.now()
    rows, more = await wanted.page(reader, now, after, limit)
    names = await reader.body_names(row.provider for row in rows)
    standings = await reader.standings(row.dataset_id for row in rows)
    freshness = await reader.freshness((row for row in rows if oversees(caller, row)), now)
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
    reader: Reading,
    caller: MaybeCalling,
    language: AnsweredIn,
    on: Annotated[Day | None, Query(description="As the entry stood at the end of that day")] = None,
) -> DatasetShown | DatasetThen:
    """The entry as the catalogue has it now; with `on`, as it stood at the end of that day in Shanghai, or stands now
    if the day is today's."""
    now = await runtime.now()
    row = await reader.dataset(dataset_id)
    if row is None:
        raise Problem("NotFound")
    names = await reader.body_names([row.provider])
    if on is None:
        standing = (await reader.standings([dataset_id]))[dataset_id]
        freshness = await reader.freshness([row] if oversees(caller, row) else [], now)
        return shown(row, names, standing, freshness.get(dataset_id), language)
    if on > to_shanghai(now).date():
        raise invalid("on", "day_in_the_future")
    if (then := await reader.version_on(dataset_id, on)) is None:
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
        disputed=(await reader.standings([dataset_id]))[dataset_id].disputed,
        disputed_then=await reader.was_disputed(dataset_id, on),
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
    reader: Reading,
    caller: Reviewer,
    language: AnsweredIn,
) -> DatasetShown:
    """For reviewers of its provider. The same day again changes nothing; a day before the one on record is refused."""
    row = await reader.dataset(dataset_id)
    if row is None:
        raise Problem("NotFound")
    if caller.body != row.provider:
        raise Problem("NotYourDataset")
    await reader.release()
    now = await runtime.now()
    if form.updated_on > to_shanghai(now).date():
        raise invalid("updated_on", "day_in_the_future")
    async with runtime.pool.acquire() as connection:
        if not await say_updated(connection, dataset_id, form.updated_on, caller.account_id):
            raise Problem("UpdatedSince", errors=[Wrong("updated_on", "UpdatedSince")])
    answer = await one_dataset(dataset_id, runtime, reader, caller, language, None)
    assert isinstance(answer, DatasetShown)
    return answer


@router.get(
    "/{dataset_id}/versions",
    response_model=Page[VersionShown],
    responses=problems(404, 422, 503),
    summary="The versions of an entry",
)
async def versions(
    dataset_id: DatasetId, reader: Reading, after: Cursor = None, limit: Limit = 50
) -> Page[VersionShown]:
    """Each version of the entry, the first one first."""
    row = await reader.dataset(dataset_id)
    if row is None:
        raise Problem("NotFound")
    found = await reader.versions(dataset_id, 0 if after is None else version_before(after), limit + 1)
    if not found and after is None:
        # No update has been published, so none but the entry of today has ever been kept.
        return Page(items=[version_shown(1, None, None, row)], next=None)
    more = cursor(found[limit - 1][0].number) if len(found) > limit else None
    return Page(items=[version_shown(v.number, v.published_at, made_by, v) for v, made_by in found[:limit]], next=more)


def version_before(after: str) -> int:
    """The version with which the page before ended. Raises a Problem on `cursor`."""
    (number,) = place_of(after, 1)
    if not isinstance(number, int):
        raise invalid("cursor", "cursor_unusable")
    return number


def version_shown(
    number: int, published_at: datetime | None, case_number: str | None, row: DatasetRow | DatasetVersionRow
) -> VersionShown:
    return VersionShown(
        number=number, published_at=published_at, case_number=case_number, openness=row.openness, entry=row.entry
    )


def entry_shown(
    row: DatasetRow, stood: DatasetRow | DatasetVersionRow, names: dict[str, Label], language: Language
) -> dict[str, Any]:
    """What an entry says, as it `stood`."""
    entry = stood.entry
    name = names.get(row.provider)

    def text(value: Any) -> str | None:
        return None if value is None else said(Label.model_validate(value), language)

    return {
        "dataset_id": row.dataset_id,
        "city": row.city,
        "provider": row.provider,
        "provider_name": said(name, language) if name else row.provider,
        "title": text(entry.get("title")) or "",
        "abstract": text(entry.get("abstract")) or "",
        "domain": text(entry.get("domain")) or "",
        "items": [
            ItemShown(item=i["item"], name=text(i["name"]) or "", type=i["type"], note=text(i.get("note")))
            for i in entry.get("items", ())
        ],
        "formats": entry.get("formats", []),
        "openness": stood.openness,
        "conditions": text(entry.get("conditions")),
        "basis": text(entry.get("basis")),
        "update_frequency": entry.get("update_frequency"),
        "sample": row.sample,
    }


def shown(
    row: DatasetRow,
    names: dict[str, Label],
    standing: DatasetStanding,
    freshness: FreshnessShown | None,
    language: Language,
) -> DatasetShown:
    return DatasetShown(
        **entry_shown(row, row, names, language),
        updated_on=row.updated_on,
        freshness=freshness,
        disputed=standing.disputed,
        restrictions=[
            RestrictionInForce(
                restriction=RestrictionKind(each.kind),
                data_items=each.data_items,
                except_items=each.except_items,
                since=each.since,
            )
            for each in standing.restrictions
        ],
        served=is_served(row, standing),
    )


def is_served(row: DatasetRow, standing: DatasetStanding) -> bool:
    """Open, and not all of it is kept back now."""
    gone = all_gone((each.restricted for each in standing.restrictions), row.items)
    return row.openness != "closed" and not gone
