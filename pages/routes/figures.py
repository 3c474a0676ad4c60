"""The figures of a city for everybody: how much was filed and decided, how much of it in time, and how long it took."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.responses import Response

from api.http.filters import named_county
from api.http.problems import Wrong, plain_error
from pages import charts
from pages.calls import Call, page
from pages.charts import BarContent, Chart
from pages.cities import CITY
from pages.supervising import county_options
from reading.cities.shown import every_city
from reading.figures import public
from reading.figures.days import DaysUnusable
from reading.figures.shapes import PublicRow
from rules.loading import load_pack
from rules.procedure_names import ACCESS

MONTH = re.compile(r"(19[7-9]|20[0-9])[0-9]-(0[1-9]|1[0-2])", re.ASCII)


async def figures(call: Call) -> Response:
    """The cities, each with its figures."""
    return call.page("figures.html", cities=(await every_city(call.store, call.language)).items)


async def figures_of(call: Call) -> Response:
    """The figures of whole months, by procedure: bars, and the table of the same numbers."""
    pack = load_pack(call.in_part("city"))
    asked = {name: call.asked(name) for name in ("from", "until", "county")}
    county = await named_county(call.store, asked["county"], pack.city)
    problems = {
        name: call.say("figures.month_unreadable")
        for name in ("from", "until")
        if (month := asked[name]) and not MONTH.fullmatch(month)
    }
    found = None
    if not problems:
        counted: public.Published = call.request.app.state.published
        try:
            found = await public.public_figures(
                call.store.archive, counted, pack.city, asked["from"], asked["until"], call.language, county
            )
        except (DaysUnusable, public.CountyUnshown) as fact:
            problems[fact.field] = plain_error(Wrong(fact.field, fact.code, fact.params), call.language)
    rows = found.by_procedure if found else []
    return call.page(
        "figures_of.html",
        status=422 if problems else 200,
        pack=pack,
        asked=asked,
        problems=problems,
        figures=found,
        counties=await county_options(call, pack.city, public.FEWEST_PROVIDERS),
        filed=filed(rows),
        in_time=in_time(rows),
    )


def filed(rows: Iterable[PublicRow]) -> Chart:
    """How many were filed of each procedure; grants, which nobody files, are none."""
    return charts.bars(
        BarContent(row.procedure_label or "", str(row.filed), [("b2", row.filed)])
        for row in rows
        if row.procedure != ACCESS
    )


def in_time(rows: Iterable[PublicRow]) -> Chart:
    """How many decisions of each procedure were in time, and how many late."""
    return charts.bars(
        BarContent(
            row.procedure_label or "",
            f"{row.answered_in_time} / {row.answered}",
            [("b0", row.answered_in_time), ("b1", row.answered - row.answered_in_time)],
        )
        for row in rows
        if row.answered
    )


ROUTES = (page("/figures", figures), page(f"{CITY}/figures", figures_of))
