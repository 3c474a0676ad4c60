"""Pages of the catalogue: the datasets that somebody searches for, and the versions of one entry."""

from __future__ import annotations

from reading.catalogue import questions as catalogue
from reading.catalogue.questions import sees_freshness
from reading.catalogue.search import Search
from reading.catalogue.shapes import DatasetShown, VersionShown
from reading.catalogue.shown import dataset_shown, version_shown
from reading.directory import questions as directory
from reading.paging import cursor, number_of
from reading.shape import Page
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language
from rules.deadlines import to_shanghai


async def datasets(
    store: Store, caller: Caller | None, language: Language, wanted: Search, after: str | None, limit: int
) -> Page[DatasetShown]:
    """The datasets of one page of a search, as this caller may see them. Raises CursorUnusable."""
    now = await store.archive.now()
    found = await wanted.page(store, now, after, limit)
    names = await directory.body_names(store, (row.provider for row in found.rows))
    standings = await catalogue.standings(store, (row.dataset_id for row in found.rows))
    freshness = await catalogue.freshness(store, (row for row in found.rows if sees_freshness(caller, row)), now)
    on = to_shanghai(now).date()
    return Page(
        items=[
            dataset_shown(row, names, standings[row.dataset_id], freshness.get(row.dataset_id), on, language)
            for row in found.rows
        ],
        next=found.next,
    )


async def versions(store: Store, dataset_id: str, after: str | None, limit: int) -> Page[VersionShown] | None:
    """The versions of an entry, the first one first; None for a dataset that is not in the catalogue. Raises
    CursorUnusable."""
    row = await catalogue.dataset(store, dataset_id)
    if row is None:
        return None
    found = await catalogue.versions(store, dataset_id, 0 if after is None else number_of(after), limit + 1)
    if not found and after is None:
        # No update has been published, so none but the entry of today has ever been kept.
        return Page(items=[version_shown(1, None, None, row)], next=None)
    page = found[:limit]
    more = cursor(page[-1][0].number) if len(found) > limit else None
    return Page(
        items=[version_shown(each.number, each.published_at, made_by, each) for each, made_by in page], next=more
    )
