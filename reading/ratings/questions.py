"""What is asked of PostgreSQL about ratings: sums, the caller's own, and those of the data of a body or a city."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ARRAY, ColumnElement, DateTime, String, TextClause, bindparam, exists, func, or_, text
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from activities.tables.catalogue import DatasetRow, DatasetVersionRow
from activities.tables.ratings import RatingRow
from reading.catalogue.questions import WITHOUT_INDEX_WORDS
from reading.directory.questions import bodies_of_county
from reading.paging import Cut, cut, number_of
from reading.ratings.sight import RatingSight
from reading.store import Store

SUMS = """
with counting as (
  select distinct on (dataset_id, version, account_id) dataset_id, version, scores, rated_at
  from ratings where dataset_id = any(:datasets) and rated_at < :until
  order by dataset_id, version, account_id, revision desc
), scored as (
  select dataset_id, version, dimension, score::int as score
  from counting cross join lateral jsonb_each_text(scores) as each (dimension, score) where rated_at >= :since
  union all
  select dataset_id, version, '', null from counting where rated_at >= :since
)
select dataset_id, version, dimension, count(*) as counted, coalesce(sum(score), 0) as total
from scored group by 1, 2, 3 order by 1, 2 desc, 3
"""
"""The line without a dimension counts the ratings themselves."""

ACCESSED = """
select max(latest.at) from grants cross join lateral (
  select at from gate_decisions where grant_case_id = grants.case_id and allowed
  order by at desc, decision_id desc limit 1
) as latest
where grants.party = :account_id and grants.dataset_id = :dataset_id
"""
"""Grant by grant, from the latest month back, by the index of each: never by reading what a grant was used for."""


class Summed(NamedTuple):
    """How many scores a dimension of a version got, and their total; without a dimension, how many ratings."""

    dataset_id: str
    version: int
    dimension: str
    counted: int
    total: int


async def sums(store: Store, datasets: Sequence[str], since: datetime, until: datetime) -> list[Summed]:
    """The sums of the ratings given in a span that counted at its end, by dataset, version and dimension."""
    asked = _with_types(SUMS)
    connection = await store.session.connection()
    rows = await connection.execute(asked, {"datasets": list(datasets), "since": since, "until": until})
    return [Summed(*row) for row in rows]


def _with_types(sql: str) -> TextClause:
    instants = [bindparam(name, type_=DateTime(timezone=True)) for name in ("since", "until")]
    return text(sql).bindparams(bindparam("datasets", type_=ARRAY(String)), *instants)


def is_seen(sight: RatingSight) -> list[ColumnElement[bool]]:
    """That a dataset is of the data whose ratings are seen, as the catalogue stands."""
    of = {
        "city": col(DatasetRow.city) == sight.value,
        "county": col(DatasetRow.provider).in_(bodies_of_county(sight.value)),
        "provider": col(DatasetRow.provider) == sight.value,
    }
    wanted = [of[sight.by]]
    if sight.within is not None:
        wanted.append(col(DatasetRow.provider).in_(bodies_of_county(sight.within)))
    return wanted


async def datasets_seen(store: Store, sight: RatingSight) -> list[DatasetRow]:
    """The data whose ratings are seen."""
    rows = await store.session.exec(
        select(DatasetRow).options(WITHOUT_INDEX_WORDS).where(*is_seen(sight)).order_by(col(DatasetRow.dataset_id))
    )
    return list(rows)


async def accessed_at(store: Store, account_id: str, dataset_id: str) -> datetime | None:
    """When the gate last let somebody through to a dataset, as far as the log of accesses is kept; None if never."""
    connection = await store.session.connection()
    asked = {"account_id": account_id, "dataset_id": dataset_id}
    found: datetime | None = (await connection.execute(text(ACCESSED), asked)).scalar_one()
    return found


async def version_at(store: Store, dataset_id: str, at: datetime | None) -> int:
    """The number of the version of an entry that stood at an instant; the present one where none is named."""
    found = select(func.max(DatasetVersionRow.number)).where(DatasetVersionRow.dataset_id == dataset_id)
    if at is not None:
        published = col(DatasetVersionRow.published_at)
        found = found.where(or_(published.is_(None), published <= at))
    return (await store.session.exec(found)).one() or 1


async def own_ratings(store: Store, account_id: str, dataset_id: str | None = None) -> list[RatingRow]:
    """What somebody rated, each revision of it, the latest first; of one dataset or of all."""
    found = select(RatingRow).where(RatingRow.account_id == account_id)
    if dataset_id is not None:
        found = found.where(RatingRow.dataset_id == dataset_id)
    return list(await store.session.exec(found.order_by(col(RatingRow.number).desc())))


async def given(
    store: Store, sight: RatingSight, dataset_id: str | None, after: str | None, limit: int
) -> Cut[tuple[RatingRow, DatasetRow]]:
    """A page of the ratings that count, the latest first. Raises CursorUnusable."""
    later = aliased(RatingRow)
    replaced = exists().where(
        col(later.dataset_id) == col(RatingRow.dataset_id),
        col(later.version) == col(RatingRow.version),
        col(later.account_id) == col(RatingRow.account_id),
        col(later.revision) > col(RatingRow.revision),
    )
    found = (
        select(RatingRow, DatasetRow)
        .options(WITHOUT_INDEX_WORDS)
        .join(DatasetRow, col(DatasetRow.dataset_id) == col(RatingRow.dataset_id))
        .where(RatingRow.city == sight.city, ~replaced, *is_seen(sight))
    )
    if dataset_id is not None:
        found = found.where(RatingRow.dataset_id == dataset_id)
    if after is not None:
        found = found.where(col(RatingRow.number) < number_of(after))
    rows = await store.session.exec(found.order_by(col(RatingRow.number).desc()).limit(limit + 1))
    return cut([(row, dataset) for row, dataset in rows], limit, lambda each: (each[0].number,))
