"""Figures: how much was filed and decided, in which time, and how late; for supervisors, and in sum for everybody."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.acting.refusals import refused_before_receipt
from api.dependencies import Calling, OfCounty, Reading, Running, Word
from api.http.files import AS_TABLE, file_headers
from api.http.filters import named_body, named_county
from api.http.language import AnsweredIn
from api.http.moments import Day
from api.http.openapi import problems
from api.http.problems import invalid
from api.http.tables import wants_table
from api.http.vocabularies import NamedCity, NamedProcedure, NamedStage
from reading.figures import public
from reading.figures.days import DaysUnusable
from reading.figures.shapes import FiguresShown, PublicFigures
from reading.figures.sheet import table
from reading.figures.shown import figures_shown
from reading.sheet import CSV
from reading.supervision.sight import Narrowing, Sight, must_see_figures
from reading.words.language import Language
from rules.deadlines import to_shanghai

MONTH = r"^(19[7-9]|20[0-9])[0-9]-(0[1-9]|1[0-2])$"
EARLIEST, LATEST = date(1970, 1, 2), date(2999, 12, 31)
DEFINITIONS = """
Days are those of Asia/Shanghai, `until` is not in the span. A case is filed on the day of its receipt and closed on the
day of the act that closed it; a task counts on the day of the receipt of its (latest) decision, whenever it was worked
off. It is late where that came at its due instant or after, and late by the working days begun since the last day in
time. The time used runs from the beginning of the clock to the decision, without what a rule stopped; in working days
begun after the first day where the limit is in working days, else in natural hours begun. Percentiles are by the
nearest rank. A body's cases are those about its data, its tasks those before it; tasks before applicants stand by stage
alone, and grants, which nobody files, in no sum over procedures. A restriction lasts until it is lifted or another kind
takes its place. *Open* and *overdue* are so now, whatever the span. All in `docs/figures-for-people.md`.
"""

router = APIRouter(tags=["figures"])

From = Annotated[Day | None, Query(alias="from", ge=EARLIEST, le=LATEST, description="1 January unless given")]
Until = Annotated[
    Day | None, Query(alias="until", ge=EARLIEST, le=LATEST, description="exclusive; tomorrow unless given")
]
FromMonth = Annotated[str | None, Query(alias="from", pattern=MONTH, description="twelve months before unless given")]
UntilMonth = Annotated[
    str | None, Query(alias="until", pattern=MONTH, description="exclusive; this month unless given")
]


async def seeing(caller: Calling, runtime: Running) -> Sight:
    """Whose figures the caller reads, or a problem."""
    today = to_shanghai(await runtime.now()).date()
    with refused_before_receipt():
        return must_see_figures(caller, today)


async def narrowing(
    store: Reading,
    city: NamedCity | None = None,
    body: Word = None,
    procedure: NamedProcedure | None = None,
    stage: NamedStage | None = None,
    county: OfCounty = None,
) -> Narrowing:
    await named_body(store, "body", body)
    return Narrowing(city, body, procedure, stage, county=await named_county(store, county))


Seeing = Annotated[Sight, Depends(seeing)]
Narrowed = Annotated[Narrowing, Depends(narrowing)]


@router.get(
    "/v1/supervision/figures",
    response_model=FiguresShown,
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="What was filed and decided, in which time, and how late",
    description="A supervisor's city, an admin's cities, the city of officers who may read all its cases, the county "
    "of officers of its authority, else the own body; as a table where `Accept` wants `text/csv`." + DEFINITIONS,
)
async def figures(
    request: Request,
    response: Response,
    sight: Seeing,
    store: Reading,
    language: AnsweredIn,
    narrowing: Narrowed,
    from_on: From = None,
    until_on: Until = None,
) -> Any:
    as_csv = wants_table(request, response)
    try:
        found = await figures_shown(store, sight, narrowing, from_on, until_on, language)
    except DaysUnusable as fact:
        raise invalid(fact.field, fact.code, **fact.params) from fact
    if as_csv:
        return await asyncio.to_thread(csv_answer, found, language)
    return found


@router.get(
    "/v1/figures",
    response_model=PublicFigures,
    responses=problems(422, 503),
    summary="The figures of a city, for everybody",
    description="Whole months that are over, of the city as one and by procedure, rectifications left out; counted an "
    "hour ago at most. So too of a county that has two providers at least. Times taken are shown where at least five "
    "cases share them." + DEFINITIONS,
)
async def public_figures(
    request: Request,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    city: NamedCity,
    from_month: FromMonth = None,
    until_month: UntilMonth = None,
    county: OfCounty = None,
) -> PublicFigures:
    published: public.Published = request.app.state.published
    of_county = await named_county(store, county, city)
    await store.release()
    try:
        return await public.public_figures(runtime, published, city, from_month, until_month, language, of_county)
    except (DaysUnusable, public.CountyUnshown) as fact:
        raise invalid(fact.field, fact.code, **fact.params) from fact


def csv_answer(figures: FiguresShown, language: Language) -> Response:
    return Response(table(figures, language), media_type=CSV, headers=file_headers("figures", "csv", language))
