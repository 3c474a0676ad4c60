"""Figures as a table (CSV): a row for each place, at every level; an empty cell says that it is not told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reading.figures.counts import LEVELS
from reading.figures.shown import CasesCounted, FigureRow, FiguresShown, TimeTaken
from reading.sheet import BYTE_ORDER_MARK, cell, line
from reading.words.language import Language, said
from reading.words.texts import texts

Show = Callable[[FigureRow], object]


def of_cases(name: str) -> Show:
    return lambda row: getattr(row.cases, name) if row.cases else None


def restrictions(cases: CasesCounted | None, kind: str) -> tuple[object, object]:
    """How many began, and how long those lasted that ended."""
    if cases is None:
        return None, None
    each = next((each for each in cases.restrictions if each.kind == kind), None)
    return (each.begun, each.lasted.text if each.lasted else None) if each else (0, None)


def used(row: FigureRow, unit: str) -> TimeTaken | None:
    return next((each for each in row.tasks.time_used if each.unit == unit), None)


def of_time(unit: str, name: str) -> Show:
    def show(row: FigureRow) -> object:
        taken = used(row, unit)
        return getattr(taken, name) if taken else None

    return show


def of_lateness(name: str) -> Show:
    return lambda row: getattr(row.tasks.late_working_days, name) if row.tasks.late_working_days else None


def time_taken(row: FigureRow) -> object:
    return row.cases.time_taken.text if row.cases and row.cases.time_taken else None


COLUMNS: Mapping[str, Show] = {
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
    "holds": lambda row: restrictions(row.cases, "hold")[0],
    "holds_lasted": lambda row: restrictions(row.cases, "hold")[1],
    "suspensions": lambda row: restrictions(row.cases, "suspension")[0],
    "suspensions_lasted": lambda row: restrictions(row.cases, "suspension")[1],
    "withdrawals": lambda row: restrictions(row.cases, "withdrawal")[0],
    "withdrawals_lasted": lambda row: restrictions(row.cases, "withdrawal")[1],
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
    lines = (line([cell(show(row)) for show in COLUMNS.values()]) for row in rows)
    return BYTE_ORDER_MARK + line(headings) + "".join(lines)
