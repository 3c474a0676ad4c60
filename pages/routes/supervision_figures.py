"""Figures for who supervises: what bodies decided in which time, by stage, as bars, tables and a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.acting.refusals import refused_before_receipt
from api.http.filters import named_body, named_county
from api.http.moments import Day
from api.http.problems import Problem, field_error, invalid
from api.http.vocabularies import NamedCity, NamedProcedure
from pages.calls import Call, page
from pages.charts_of_supervision import Bar, Chart, stacked
from pages.forms.filled import parsed
from pages.supervising import address, filters, supervised
from pages.tables import as_table
from reading.figures.days import DaysUnusable
from reading.figures.shapes import FigureRow, FiguresShown
from reading.figures.sheet import table
from reading.figures.shown import figures_shown
from reading.supervision.lists import Asking
from reading.supervision.sight import Narrowing, Sight, must_see_figures
from rules.bounds import Code
from rules.deadlines import to_shanghai

A_DAY = timedelta(days=1)
ASKED = ("city", "county", "body", "procedure", "from", "through")


class FiguresAsked(BaseModel):
    """Of what the figures are, as the address says; `through` is the last day."""

    model_config = ConfigDict(frozen=True)
    city: NamedCity | None = None
    county: Code | None = None
    body: Code | None = None
    procedure: NamedProcedure | None = None
    from_on: Day | None = Field(None, alias="from")
    through: Day | None = None


@dataclass(frozen=True)
class Matrix:
    """Bodies by stages of one procedure: for each how many tasks were decided, and how many of them late."""

    stages: tuple[str, ...]
    rows: tuple[tuple[str, tuple[FigureRow | None, ...]], ...]


async def supervision_figures(call: Call) -> Response:
    """What was filed and decided in a span of days, in which time, and how late."""
    of, wrong, found = sight(call), "", None
    try:
        found = await figures_of(call, of)
    except Problem as problem:
        wrong = "".join(field_error(each, call.language).detail for each in problem.errors)
    asked = {name: call.asked(name) or "" for name in ASKED}
    narrowed = Narrowing(asked["city"] or None)
    known = await filters(call, Asking(of, narrowed, await call.store.present(), call.language))
    return supervised(
        call,
        "supervision/figures.html",
        status=422 if wrong else 200,
        wrong=wrong,
        figures=found,
        asked=asked,
        cities=known.cities,
        bodies=known.bodies,
        counties=known.counties,
        procedures=known.procedures,
        bars=bars(found.by_body) if found else None,
        matrix=matrix(found.items) if found and asked["procedure"] and len(found.totals) <= 1 else None,
        last_on=found.until_on - A_DAY if found else None,
        as_csv=address(call, "supervision_figures_csv", **asked),
    )


def sight(call: Call) -> Sight:
    """Whose figures whoever looks reads. Raises LoginNeeded, Problem."""
    caller = call.must_be_logged_in()
    with refused_before_receipt():
        return must_see_figures(caller, to_shanghai(call.now).date())


async def figures_of(call: Call, of: Sight) -> FiguresShown:
    """The figures that the address asks for. Raises a Problem."""
    asked = parsed(FiguresAsked, {name: value for name in ASKED if (value := call.asked(name))})
    await named_body(call.store, "body", asked.body)
    county = await named_county(call.store, asked.county)
    narrowing = Narrowing(asked.city, asked.body, asked.procedure, county=county)
    until_on = asked.through + A_DAY if asked.through else None
    try:
        return await figures_shown(call.store, of, narrowing, asked.from_on, until_on, call.language)
    except DaysUnusable as fact:
        field = "through" if fact.field == "until" else fact.field
        raise invalid(field, fact.code, **fact.params) from fact


def bars(rows: Sequence[FigureRow]) -> Chart:
    """What each body decided in time and late, who has decided most first."""
    counted = [row for row in rows if row.tasks.in_time + row.tasks.late]
    counted.sort(key=lambda row: -(row.tasks.in_time + row.tasks.late))
    return stacked(
        Bar(
            f"{row.body_name or row.city_name} {row.tasks.in_time} / {row.tasks.late}",
            (row.tasks.in_time, row.tasks.late),
        )
        for row in counted
    )


def matrix(items: Sequence[FigureRow]) -> Matrix:
    """The rows of one procedure as bodies by stages."""
    of_stages = [row for row in items if row.stage and row.body]
    stages = list(dict.fromkeys(row.label or row.stage or "" for row in of_stages))
    bodies = list(dict.fromkeys(row.body_name or "" for row in of_stages))
    place = {(row.body_name or "", row.label or row.stage or ""): row for row in of_stages}
    return Matrix(tuple(stages), tuple((body, tuple(place.get((body, stage)) for stage in stages)) for body in bodies))


async def supervision_figures_csv(call: Call) -> Response:
    """The same as a table, every level of it."""
    found = await figures_of(call, sight(call))

    async def whole() -> AsyncIterator[str]:
        yield await asyncio.to_thread(table, found, call.language)

    return await as_table(call, "figures", whole())


ROUTES = (
    page("/supervision/figures", supervision_figures),
    page("/supervision/figures.csv", supervision_figures_csv),
)
