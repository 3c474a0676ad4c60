"""The days that a notice names, read from its text as it is published; people check what is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

BESIDE = re.compile(r"（[^）]*）|\([^)]*\)")
"""Weekdays and days of the lunar calendar."""
CLAUSE = re.compile(r"[。；;，,\n]")
DAYS = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
    r"(?:至(?:(?P<to_year>\d{4})年)?(?:(?P<to_month>\d{1,2})月)?(?P<to_day>\d{1,2})日)?"
)
YEAR = re.compile(r"(\d{4})年")
DOCUMENT = re.compile(r"[\w\u4e00-\u9fff]+〔\d{4}〕\d+号")


@dataclass(frozen=True)
class Read:
    """What a text names: spans of days off, both ends included, and days worked."""

    document: str | None
    days_off: tuple[tuple[date, date], ...]
    days_worked: tuple[date, ...]


def read(text: str, otherwise: int) -> Read:
    """The days that a text names, of the year that it speaks of first, and of another where it speaks of none. What
    makes no day is left out."""
    document = DOCUMENT.search(text)
    named = YEAR.search(DOCUMENT.sub("", text))
    year = int(named.group(1)) if named else otherwise
    off: list[tuple[date, date]] = []
    worked: list[date] = []
    for clause in CLAUSE.split(BESIDE.sub("", text)):
        spans = [span for found in DAYS.finditer(clause) if (span := _span(found, year))]
        if "上班" in clause:
            worked += [first for first, _ in spans]
        elif "放假" in clause or "休息" in clause:
            off += spans
    return Read(document.group() if document else None, tuple(off), tuple(worked))


def _span(found: re.Match[str], year: int) -> tuple[date, date] | None:
    first_year = int(found["year"] or year)
    month = int(found["month"])
    try:
        first = date(first_year, month, int(found["day"]))
        if found["to_day"] is None:
            return first, first
        last_month = int(found["to_month"] or month)
        last_year = int(found["to_year"] or first_year + (last_month < month))
        return first, date(last_year, last_month, int(found["to_day"]))
    except ValueError:
        return None
