"""Pages: where one ends and the next begins."""

from __future__ import annotations

import base64

import pytest

from reading.paging import CursorUnusable, cursor, cut, instant, number_of, place_of

ROWS = ["a", "b", "c", "d", "e"]


def test_a_list_that_fits_into_its_page_has_no_next() -> None:
    whole = cut(ROWS, len(ROWS), lambda row: (row,))

    assert (list(whole.rows), whole.next) == (ROWS, None)


def test_an_empty_list_is_one_empty_page() -> None:
    assert cut([], 1, lambda row: (str(row),)).next is None


@pytest.mark.parametrize("limit", range(1, len(ROWS)))
def test_the_next_page_begins_after_the_last_row_of_the_page(limit: int) -> None:
    page = cut(ROWS[: limit + 1], limit, lambda row: (row,))

    assert list(page.rows) == ROWS[:limit]
    assert place_of(page.next or "", 1) == [ROWS[limit - 1]]


def test_a_cursor_of_another_length_is_of_another_list() -> None:
    with pytest.raises(CursorUnusable):
        place_of(cursor("a", "b"), 1)


def test_a_number_of_a_list_that_goes_by_texts_is_unusable() -> None:
    with pytest.raises(CursorUnusable):
        number_of(cursor("7"))


@pytest.mark.parametrize("depth", [1, 1000, 100_000])
def test_a_cursor_of_nested_brackets_is_unusable(depth: int) -> None:
    with pytest.raises(CursorUnusable):
        place_of(base64.urlsafe_b64encode(b"[" * depth + b"]" * depth).decode(), 2)


def test_an_instant_without_its_offset_is_unusable() -> None:
    with pytest.raises(CursorUnusable):
        instant("2026-05-09T00:00:00")
