"""Tables for table programs (CSV, RFC 4180): each cell a text that no program takes for a formula."""

from __future__ import annotations

import csv
import io

CSV = "text/csv; charset=utf-8"


BYTE_ORDER_MARK = "\ufeff"
"""By which Excel knows that the table is UTF-8."""


BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def cell(value: object) -> str:
    """As a table program may open it: a text that it would take for a formula is marked as a text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(BEGINS_A_FORMULA) else text


def line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
