"""Pages of the lists that are ordered by an instant and an id: where one ended, and where the next begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from reading.paging import cursor, instant, place_of


class PageEnd(NamedTuple):
    """The last row of a page: the instant by which its list is ordered, and its id."""

    at: datetime
    id: str


class Listable(Protocol):
    """A row of such a list."""

    @property
    def end(self) -> PageEnd:
        """The end of a page whose last row this is."""


Row = TypeVar("Row", bound=Listable)


def page_end(after: str | None) -> PageEnd | None:
    """The end of the page before, by its cursor; None for the first page. Raises CursorUnusable."""
    if after is None:
        return None
    at, row_id = place_of(after, 2)
    return PageEnd(instant(at), str(row_id))


def page_of(found: Sequence[Row], limit: int) -> tuple[Sequence[Row], str | None]:
    """The rows of a page, of which one more was asked for, and the cursor of the next page; None at the end."""
    if len(found) <= limit:
        return found, None
    return found[:limit], cursor(*found[limit - 1].end)
