"""Columns of lists as tables (CSV), and how a list becomes one, a part at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from reading.sheet import BYTE_ORDER_MARK, cell, line
from reading.store import Archive, Store
from reading.words.language import Language, said
from reading.words.texts import texts
from rules.deadlines import to_shanghai

A_PART = 200
"""Rows that are read at once."""
T = TypeVar("T")
Columns = Mapping[str, Callable[[T, Language], object]]
Part = tuple[Sequence[T], str | None]


def word(name: str, language: Language) -> str:
    """A heading, or what stands in a cell."""
    return said(texts().tables[name], language)


def day(at: date | datetime | None) -> str | None:
    on = to_shanghai(at).date() if isinstance(at, datetime) else at
    return on.isoformat() if on else None


def minute(at: datetime | None) -> str | None:
    return to_shanghai(at).strftime("%Y-%m-%d %H:%M") if at else None


def yes(it: bool, language: Language) -> str:
    return word("yes" if it else "no", language)


async def table(
    archive: Archive, language: Language, columns: Columns[T], part: Callable[[Store, str | None], Awaitable[Part[T]]]
) -> AsyncIterator[str]:
    """The headings, then a part of the list at a time."""
    yield BYTE_ORDER_MARK + line([word(name, language) for name in columns])
    after: str | None = None
    while True:
        async with archive.store_a_little_behind() as store:
            rows, after = await part(store, after)
        yield "".join(line([cell(column(row, language)) for column in columns.values()]) for row in rows)
        if after is None:
            return
