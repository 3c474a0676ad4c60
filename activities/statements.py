"""SQL whose parameters have names: the fields of a record, so that values are not distinguished by their place
alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

NAME = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")
"""`:case_id`, and no cast such as `::text`."""


def numbered(sql: str, columns: Sequence[str]) -> str:
    """The statement with `$1`, `$2` … for the names of a record's fields, as PostgreSQL takes them. Raises ValueError
    for a name that the record does not have."""

    def place(found: re.Match[str]) -> str:
        if found[1] not in columns:
            raise ValueError(f"the record has no {found[1]}")
        return f"${columns.index(found[1]) + 1}"

    return NAME.sub(place, sql)


def insert(table: str, columns: Sequence[str], then: str = "") -> str:
    """A statement that inserts a record into a table whose columns have the names of its fields."""
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    return f"insert into {table} ({', '.join(columns)}) values ({places}) {then}"  # noqa: S608 - names of columns


def upsert(table: str, columns: Sequence[str], key: Sequence[str], fixed: Sequence[str] = ()) -> str:
    """As `insert`, in the place of the row that has the same `key`; what is `fixed` stays as it was inserted first."""
    moving = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in (*key, *fixed))
    return insert(table, columns, f"on conflict ({', '.join(key)}) do update set {moving}")


def by_column(rows: Iterable[tuple[object, ...]]) -> list[list[object]]:
    """Records as PostgreSQL's `unnest` takes them, field by field; no records have no columns."""
    return [list(column) for column in zip(*rows, strict=True)]
