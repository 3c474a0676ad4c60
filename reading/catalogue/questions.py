"""What the service reads from PostgreSQL of the catalogue: entries, their versions, and how fresh the data is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Date, DateTime, and_, cast, exists, func, or_
from sqlalchemy.orm import aliased, defer
from sqlmodel import col, select

from activities.tables.cases import CaseRow, EventRow, ObjectionRow
from activities.tables.catalogue import DatasetRow, DatasetVersionRow
from activities.tables.gate import RestrictionRow
from reading.catalogue.freshness import ZONE, FreshnessShown, is_stale, stale_from
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import Store
from rules.deadlines import SHANGHAI
from rules.pinned import Label

# Index words are for PostgreSQL alone.
WITHOUT_INDEX_WORDS = defer(DatasetRow.search, raiseload=True)  # type: ignore[arg-type]  # SQLModel's fields are columns

MARKED = "DisputeMarked"
NOT_ARCHIVED = 0
"""Where the logs of open cases lie (docs/decisions/0144)."""


@dataclass(frozen=True)
class DatasetStanding:
    """Whether objections mark a dataset as disputed, and what cases keep back of it now."""

    disputed: bool
    restrictions: tuple[RestrictionRow, ...]


@dataclass(frozen=True)
class VersionNamed:
    """A version of an entry, by its number and that of the case that made it."""

    number: int = 1
    case_number: str | None = None


async def dataset(store: Store, dataset_id: str) -> DatasetRow | None:
    found = select(DatasetRow).options(WITHOUT_INDEX_WORDS).where(DatasetRow.dataset_id == dataset_id)
    return (await store.session.exec(found)).first()


async def dataset_of(store: Store, city: str, dataset_id: str) -> DatasetRow | None:
    """The dataset, if it is one of that city."""
    row = await dataset(store, dataset_id)
    return row if row and row.city == city else None


class DatasetOfAnotherCity(Exception):
    """The dataset is in the catalogue of another `city`."""

    def __init__(self, city: str) -> None:
        self.city = city
        super().__init__(city)


async def dataset_named_in(store: Store, city: str, dataset_id: str) -> DatasetRow | None:
    """The dataset that is named in what concerns that city. Raises DatasetOfAnotherCity."""
    row = await dataset(store, dataset_id)
    if row and row.city != city:
        raise DatasetOfAnotherCity(row.city)
    return row


async def titles(store: Store, dataset_ids: Iterable[str]) -> dict[str, Label]:
    """Dataset to its title; nothing of one that is not in the catalogue."""
    title = col(DatasetRow.entry)["title"]
    rows = await store.session.exec(
        select(DatasetRow.dataset_id, title).where(col(DatasetRow.dataset_id).in_(set(dataset_ids)))
    )
    return {dataset_id: Label.model_validate(title) for dataset_id, title in rows}


async def datasets(store: Store, wanted: Sequence[ColumnElement[bool]], limit: int) -> Sequence[DatasetRow]:
    rows = await store.session.exec(
        select(DatasetRow)
        .options(WITHOUT_INDEX_WORDS)
        .where(*wanted)
        .order_by(col(DatasetRow.city), col(DatasetRow.dataset_id))
        .limit(limit)
    )
    return rows.all()


async def count_datasets(store: Store, city: str | None) -> int:
    """How many entries the catalogue of a city has; of all of them together."""
    counted = select(func.count()).select_from(DatasetRow)
    return (await store.session.exec(counted if city is None else counted.where(DatasetRow.city == city))).one()


async def count_by_openness(store: Store, city: str | None = None) -> dict[str, dict[str, int]]:
    """City to openness to how many entries its catalogue has of it; of every city, where none is named."""
    counted = select(DatasetRow.city, DatasetRow.openness, func.count()).group_by(
        col(DatasetRow.city), col(DatasetRow.openness)
    )
    rows = await store.session.exec(counted if city is None else counted.where(DatasetRow.city == city))
    found: dict[str, dict[str, int]] = {}
    for of_city, openness, number in rows:
        found.setdefault(of_city, {})[openness] = number
    return found


async def versions(store: Store, dataset_id: str, after: int, limit: int) -> list[tuple[DatasetVersionRow, str | None]]:
    """The versions of an entry beyond that number, each with the number of the case that made it."""
    rows = await store.session.exec(
        select(DatasetVersionRow, CaseRow.case_number)
        .join(CaseRow, col(CaseRow.case_id) == col(DatasetVersionRow.case_id), isouter=True)
        .where(DatasetVersionRow.dataset_id == dataset_id, col(DatasetVersionRow.number) > after)
        .order_by(col(DatasetVersionRow.number))
        .limit(limit)
    )
    return [(version, number) for version, number in rows]


async def version_on(store: Store, dataset_id: str, on: date) -> tuple[DatasetVersionRow | None, str | None] | None:
    """The version that stood at the end of a day in Shanghai, with the number of the case that made it; no version
    where only today's was ever kept, and None where the entry was not there yet."""
    published = func.timezone(ZONE, col(DatasetVersionRow.published_at), type_=DateTime())
    stood = or_(published.is_(None), cast(published, Date) <= on)
    found = (
        await store.session.exec(
            select(DatasetVersionRow, CaseRow.case_number, stood)
            .join(CaseRow, col(CaseRow.case_id) == col(DatasetVersionRow.case_id), isouter=True)
            .where(DatasetVersionRow.dataset_id == dataset_id)
            .order_by(stood.desc(), col(DatasetVersionRow.number).desc())
            .limit(1)
        )
    ).first()
    if found is None:
        return None, None
    version, case_number, it_stood = found
    return (version, case_number) if it_stood else None


async def last_versions(store: Store, dataset_ids: Iterable[str]) -> dict[str, VersionNamed]:
    """The version of each entry that stands; none where only one was ever there."""
    rows = await store.session.exec(
        select(DatasetVersionRow.dataset_id, DatasetVersionRow.number, CaseRow.case_number)
        .join(CaseRow, col(CaseRow.case_id) == col(DatasetVersionRow.case_id), isouter=True)
        .where(col(DatasetVersionRow.dataset_id).in_(set(dataset_ids)))
        .order_by(col(DatasetVersionRow.number))
    )
    return {dataset_id: VersionNamed(number, case_number) for dataset_id, number, case_number in rows}


def sees_freshness(caller: Caller | None, row: DatasetRow) -> bool:
    """Whether the caller is an officer of the dataset's city, who alone see how fresh the data is."""
    return caller is not None and caller.is_officer and caller.city in (row.city, None)


async def freshness(store: Store, datasets: Iterable[DatasetRow], now: datetime) -> dict[str, FreshnessShown]:
    """Whether the data of these datasets is stale now."""
    ids = {row.dataset_id for row in datasets}
    if not ids:
        return {}
    rows = await store.session.exec(
        select(DatasetRow.dataset_id, is_stale(now), stale_from(), DatasetRow.updated_by).where(
            col(DatasetRow.dataset_id).in_(ids)
        )
    )
    found = rows.all()
    called = await directory.called(store, (updated_by for *_, updated_by in found))
    return {
        dataset_id: FreshnessShown(stale=stale, stale_from=since, updated_by=called[by].login if by in called else None)
        for dataset_id, stale, since, by in found
    }


async def standings(store: Store, dataset_ids: Iterable[str]) -> dict[str, DatasetStanding]:
    """What objections mean for datasets, by one query for all of them. A mark is there from the event that sets it
    until its case is closed."""
    marked = exists().where(
        col(ObjectionRow.dataset_id) == col(DatasetRow.dataset_id),
        col(ObjectionRow.case_id) == col(CaseRow.case_id),
        col(CaseRow.closed_at).is_(None),
        col(EventRow.case_id) == col(CaseRow.case_id),
        col(EventRow.archive_year) == NOT_ARCHIVED,
        col(EventRow.type) == MARKED,
    )
    in_force = and_(
        col(RestrictionRow.dataset_id) == col(DatasetRow.dataset_id), col(RestrictionRow.ended_at).is_(None)
    )
    rows = await store.session.exec(
        select(DatasetRow.dataset_id, marked, RestrictionRow)
        .join(RestrictionRow, in_force, isouter=True)
        .where(col(DatasetRow.dataset_id).in_(set(dataset_ids)))
        .order_by(col(RestrictionRow.since), col(RestrictionRow.case_id), col(RestrictionRow.kind))
    )
    found: dict[str, DatasetStanding] = {}
    for dataset_id, disputed, restriction in rows:
        before = found[dataset_id].restrictions if dataset_id in found else ()
        found[dataset_id] = DatasetStanding(bool(disputed), (*before, restriction) if restriction else before)
    return found


async def was_disputed(store: Store, dataset_id: str, on: date) -> bool:
    """Whether a dataset bore the disputed mark at the end of that day, Asia/Shanghai."""
    over = datetime.combine(on + timedelta(days=1), time(), SHANGHAI)
    closed = aliased(EventRow)
    since = exists().where(
        col(closed.case_id) == col(EventRow.case_id),
        col(closed.type) == "Closed",
        col(closed.at) < over,
    )
    marked = (
        select(EventRow.case_id)
        .join(ObjectionRow, col(ObjectionRow.case_id) == col(EventRow.case_id))
        .where(ObjectionRow.dataset_id == dataset_id, EventRow.type == MARKED, EventRow.at < over, ~since)
    )
    return (await store.session.exec(marked.limit(1))).first() is not None
