"""Searching the catalogue: which entries are wanted, in which order, and where a page goes on.

With words asked for, entries that have all of them in the title come first, then the rest that has all of them; within
each the order is that of city and id. Which of the two an entry belongs to, the entry alone says, so a cursor of its
rank, city and id stays right whatever is published between two pages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Boolean, ColumnElement, Text, and_, bindparam, cast, literal_column, not_, or_, true
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import col

from activities.catalogue.index import IN_TITLE, priority_query_of, query_of, theme_query_of
from activities.tables.catalogue import DatasetRow
from reading.catalogue import questions as catalogue
from reading.catalogue.freshness import is_stale
from reading.directory import questions as directory
from reading.paging import CursorOfAnotherList, cursor, place_of
from reading.store import Store

ALL_WORDS_IN_THE_TITLE, ALL_WORDS = 0, 1
"""Ranks."""

SERVED = """
datasets.openness <> 'closed' and not exists (
  select from restrictions in_force
  where in_force.dataset_id = datasets.dataset_id and in_force.ended_at is null
    and in_force.data_items = '{}' and in_force.except_items = '{}'
) and (
  datasets.items = '{}' or exists (
    select from unnest(datasets.items) item where not exists (
      select from restrictions in_force
      where in_force.dataset_id = datasets.dataset_id and in_force.ended_at is null
        and (item = any(in_force.data_items) or (in_force.data_items = '{}' and item <> all(in_force.except_items)))
    )
  )
)
"""


class Found(NamedTuple):
    """The rows of one page, and the cursor of the next, None at the end."""

    rows: Sequence[DatasetRow]
    next: str | None


@dataclass(frozen=True)
class Search:
    """What somebody asks the catalogue for; None: whatever it is."""

    city: str | None = None
    provider: str | None = None
    county: str | None = None
    """The authority of a county, whose catalogue is that of its bodies."""
    openness: str | None = None
    theme: str | None = None
    served: bool | None = None
    stale: bool | None = None
    q: str | None = None
    priority: str | None = None
    priority_first: bool = False
    """What is of a kind that the law has opened first comes before the rest."""

    def fingerprint(self) -> str:
        """By which a cursor is known as one of this list."""
        return hashlib.sha256(json.dumps(vars(self), ensure_ascii=False).encode()).hexdigest()[:12]

    async def page(self, store: Store, now: datetime, after: str | None, limit: int) -> Found:
        """The datasets of one page. Raises CursorUnusable."""
        rank, beyond = (0, true()) if after is None else self._beyond(after)
        found: list[tuple[int, DatasetRow]] = []
        for each, ranked in self.ranks():
            if each >= rank and len(found) <= limit:
                wanted = [*self._filters(now), ranked, beyond if each == rank else true()]
                rows = await catalogue.datasets(store, wanted, limit + 1 - len(found))
                found += [(each, row) for row in rows]
        rows = [row for _, row in found[:limit]]
        if len(found) <= limit:
            return Found(rows, None)
        last_rank, last = found[limit - 1]
        return Found(rows, cursor(self.fingerprint(), last_rank, last.city, last.dataset_id))

    def _beyond(self, after: str) -> tuple[int, ColumnElement[bool]]:
        fingerprint, rank, city, dataset_id = place_of(after, 4)
        if fingerprint != self.fingerprint() or not isinstance(rank, int):
            raise CursorOfAnotherList
        return rank, beyond(str(city), str(dataset_id))

    def ranks(self) -> list[tuple[int, ColumnElement[bool]]]:
        """The parts of the list one after the other, each with what its entries have in common."""
        by_words = self._by_words()
        if not self.priority_first:
            return by_words
        listed = has_words(priority_query_of(None))
        after = len(by_words) and max(rank for rank, _ in by_words) + 1
        return [
            *((rank, and_(listed, ranked)) for rank, ranked in by_words),
            *((rank + after, and_(not_(listed), ranked)) for rank, ranked in by_words),
        ]

    def _by_words(self) -> list[tuple[int, ColumnElement[bool]]]:
        if self.q is None:
            return [(ALL_WORDS, true())]
        everywhere, in_title = query_of(self.q, city=self.city), query_of(self.q, prefix=IN_TITLE, city=self.city)
        if everywhere is None or in_title is None:
            return []
        has_all, has_all_in_title = has_words(everywhere), has_words(in_title)
        return [(ALL_WORDS_IN_THE_TITLE, has_all_in_title), (ALL_WORDS, and_(has_all, not_(has_all_in_title)))]

    def _filters(self, now: datetime) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = []
        if self.city is not None:
            wanted.append(col(DatasetRow.city) == self.city)
        if self.provider is not None:
            wanted.append(col(DatasetRow.provider) == self.provider)
        if self.county is not None:
            wanted.append(col(DatasetRow.provider).in_(directory.bodies_of_county(self.county)))
        if self.openness is not None:
            wanted.append(col(DatasetRow.openness) == self.openness)
        if self.theme is not None:
            wanted.append(has_words(theme_query_of(self.theme)))
        if self.served is not None:
            wanted.append(is_served() if self.served else not_(is_served()))
        if self.priority is not None:
            wanted.append(has_words(priority_query_of(self.priority)))
        if self.stale is not None:
            wanted.append(is_stale(now) if self.stale else not_(is_stale(now)))
        return wanted


def beyond(city: str, dataset_id: str) -> ColumnElement[bool]:
    """What comes after this place in the order of city and id."""
    same_city = and_(col(DatasetRow.city) == city, col(DatasetRow.dataset_id) > dataset_id)
    return or_(col(DatasetRow.city) > city, same_city)


def has_words(query: str) -> ColumnElement[bool]:
    """The entry has the words of a `tsquery`."""
    # Written out and not a parameter: how many entries have the words decides which index is the right one, and a plan
    # that PostgreSQL keeps for all queries would not know.
    written_out = bindparam(None, query, type_=Text(), literal_execute=True)
    return col(DatasetRow.search).op("@@", is_comparison=True)(cast(written_out, TSQUERY))


def is_served() -> ColumnElement[bool]:
    """Open, and not all of it is kept back now; as `models.restrictions.all_gone` judges it."""
    return literal_column(f"({SERVED})", Boolean())
