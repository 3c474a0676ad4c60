"""Figures as a table (CSV): a row for each place, at every level; an empty cell says that it is not told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from reading.figures.shapes import FigureRow, FiguresShown, RestrictionsCounted, TimeTaken
from reading.figures.tallies import LEVELS
from reading.sheet import BYTE_ORDER_MARK, cell, line
from reading.words.language import Language, said
from reading.words.texts import texts

Column = Callable[[FigureRow], object]
Kind = Literal["hold", "suspension", "withdrawal"]


def of_cases(name: str) -> Column:
    return lambda row: getattr(row.cases, name) if row.cases else None


def restricted(row: FigureRow, kind: Kind) -> RestrictionsCounted | None:
    return next((each for each in row.cases.restrictions if each.kind == kind), None) if row.cases else None


def begun(kind: Kind) -> Column:
    """How many began: none where cases are counted and no such restriction is."""

    def column(row: FigureRow) -> object:
        each = restricted(row, kind)
        if each is None:
            return 0 if row.cases else None
        return each.begun

    return column


def lasted(kind: Kind) -> Column:
    """How long those lasted that ended."""

    def column(row: FigureRow) -> object:
        each = restricted(row, kind)
        return each.lasted.text if each and each.lasted else None

    return column


def used(row: FigureRow, unit: str) -> TimeTaken | None:
    return next((each for each in row.tasks.time_used if each.unit == unit), None)


def of_time(unit: str, name: str) -> Column:
    def column(row: FigureRow) -> object:
        taken = used(row, unit)
        return getattr(taken, name) if taken else None

    return column


def of_lateness(name: str) -> Column:
    return lambda row: getattr(row.tasks.late_working_days, name) if row.tasks.late_working_days else None


def time_taken(row: FigureRow) -> object:
    return row.cases.time_taken.text if row.cases and row.cases.time_taken else None


COLUMNS: Mapping[str, Column] = {
    "city": lambda row: row.city_name,
    "body": lambda row: row.body_name,
    "procedure": lambda row: row.procedure_label,
    "stage": lambda row: row.label,
    "filed": of_cases("filed"),
    "closed": of_cases("closed"),
    "granted": of_cases("granted"),
    "refused": of_cases("refused"),
    "withdrawn": of_cases("withdrawn"),
    "closed_otherwise": of_cases("closed_otherwise"),
    "upheld": of_cases("upheld"),
    "not_upheld": of_cases("not_upheld"),
    "time_taken": time_taken,
    "holds": begun("hold"),
    "holds_lasted": lasted("hold"),
    "suspensions": begun("suspension"),
    "suspensions_lasted": lasted("suspension"),
    "withdrawals": begun("withdrawal"),
    "withdrawals_lasted": lasted("withdrawal"),
    "cases_open": of_cases("open"),
    "decided": lambda row: row.tasks.decided,
    "in_time": lambda row: row.tasks.in_time,
    "late": lambda row: row.tasks.late,
    "without_limit": lambda row: row.tasks.without_limit,
    "late_together": of_lateness("together"),
    "late_median": of_lateness("median"),
    "late_ninetieth": of_lateness("ninetieth"),
    "days_median": of_time("working_days", "median"),
    "days_ninetieth": of_time("working_days", "ninetieth"),
    "days_text": of_time("working_days", "text"),
    "hours_median": of_time("hours", "median"),
    "hours_ninetieth": of_time("hours", "ninetieth"),
    "hours_text": of_time("hours", "text"),
    "cancelled": lambda row: row.tasks.cancelled,
    "urgings": lambda row: row.tasks.urgings,
    "tasks_open": lambda row: row.tasks.open,
    "overdue": lambda row: row.tasks.overdue,
    "city_code": lambda row: row.city,
    "body_code": lambda row: row.body,
    "procedure_code": lambda row: row.procedure,
    "stage_code": lambda row: row.stage,
}
"""The columns, in their order."""


def table(figures: FiguresShown, language: Language) -> str:
    """The rows of every level, the sums first."""
    headings = [said(texts().figures[name], language) for name in COLUMNS]
    rows = (row for name in LEVELS for row in getattr(figures, name))
    lines = (line([cell(column(row)) for column in COLUMNS.values()]) for row in rows)
    return BYTE_ORDER_MARK + line(headings) + "".join(lines)
