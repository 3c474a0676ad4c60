"""Pages of a list that is ordered by an instant and an id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from reading.paging import CursorUnusable
from reading.supervision.pages import PageEnd, page_end, page_of

BEGINNING = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    end: PageEnd


ROWS = [Row(PageEnd(BEGINNING + timedelta(hours=n), f"case.stage.{n}")) for n in range(7)]


def ask(after: PageEnd | None, limit: int) -> list[Row]:
    """So many rows beyond the page before, as a question answers them."""
    return [row for row in ROWS if after is None or row.end > after][:limit]


@pytest.mark.parametrize("limit", range(1, 9))
def test_pages_leave_out_and_repeat_nothing(limit: int) -> None:
    found: list[Row] = []
    after: str | None = None
    while True:
        page, after = page_of(ask(page_end(after), limit + 1), limit)
        assert len(page) <= limit
        found += page
        if after is None:
            break
    assert found == ROWS


@pytest.mark.parametrize("cursor", ["", "x", "WyIyMDI2LTAzLTAxIl0", "WzEsMl0"])
def test_what_names_no_end_of_a_page_is_no_cursor(cursor: str) -> None:
    with pytest.raises(CursorUnusable):
        page_end(cursor)
