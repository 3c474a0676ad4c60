"""Figures: how much was filed and decided, in which time, and how late; for supervisors, and in sum for everybody."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.dependencies import WHO_SUPERVISES, Calling, Reading, Running, Word
from api.http.files import AS_TABLE, file_headers
from api.http.filters import named_body
from api.http.language import AnsweredIn
from api.http.moments import Day
from api.http.openapi import problems
from api.http.problems import Problem, invalid
from api.http.vocabularies import NamedCity, NamedProcedure, NamedStage
from reading.directory import questions as directory
from reading.figures.counts import Counted, Place
from reading.figures.public import LONGEST, PublicFigures, Published, public_row
from reading.figures.questions import Span, counted
from reading.figures.sheet import table
from reading.figures.shown import FiguresShown, Shower, bodies_in, city_label, figures_shown
from reading.sheet import CSV
from reading.sight import SEES_THE_WHOLE_CITY, Caller
from reading.supervision.questions import Filters, Sight, narrowed, sight_of
from reading.words.language import Language, said
from rules.deadlines import to_shanghai

MONTH = r"^(19[7-9]|20[0-9])[0-9]-(0[1-9]|1[0-2])$"
EARLIEST, LATEST = date(1970, 1, 2), date(2999, 12, 31)
A_YEAR = 12
"""Months."""
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


def sight_of_figures(caller: Caller, on: date) -> Sight | None:
    """As of what is overdue; and officers who may read every case of their city are told its figures, but for those of
    rectifications in which their body has no part."""
    sight = sight_of(caller, on)
    if sight and sight.body and caller.body_role in SEES_THE_WHOLE_CITY:
        return Sight(sight.cities, rectifies=None if caller.knows_rectifications else caller.body)
    return sight


async def seeing(caller: Calling, runtime: Running) -> Sight:
    """Whose figures the caller is told, or a problem."""
    sight = sight_of_figures(caller, to_shanghai(await runtime.now()).date())
    if sight is None:
        raise Problem("RoleRequired", params={"roles": WHO_SUPERVISES})
    return sight


async def narrowing(
    store: Reading,
    city: NamedCity | None = None,
    body: Word = None,
    procedure: NamedProcedure | None = None,
    stage: NamedStage | None = None,
) -> Filters:
    await named_body(store, "body", body)
    return Filters(city, body, procedure, stage)


Seeing = Annotated[Sight, Depends(seeing)]
Narrowed = Annotated[Filters, Depends(narrowing)]


@router.get(
    "/v1/supervision/figures",
    response_model=FiguresShown,
    responses={**AS_TABLE, **problems(401, 403, 422, 503)},
    summary="What was filed and decided, in which time, and how late",
    description="A supervisor's city, an admin's cities, the city of officers who may read all its cases, else the own "
    "body; as a table where `Accept` wants `text/csv`." + DEFINITIONS,
)
async def figures(
    request: Request,
    response: Response,
    sight: Seeing,
    runtime: Running,
    store: Reading,
    language: AnsweredIn,
    filters: Narrowed,
    from_on: From = None,
    until_on: Until = None,
) -> Any:
    response.headers["Vary"] = "Accept, Accept-Language"
    present = await runtime.present()
    today = to_shanghai(present.now).date()
    span = Span(from_on or date(today.year, 1, 1), until_on or date.fromordinal(today.toordinal() + 1))
    if span.from_on >= span.until_on:
        raise invalid("until", "span_backwards")
    await store.release()
    allowed = narrowed(sight, filters)
    found = Counted() if allowed is None else await counted(runtime, *allowed, span, present)
    shower = Shower(
        language, today, await directory.body_names(store, bodies_in(found)), of_cases=filters.stage is None
    )
    # Many rows are seconds of arithmetic on a large city: other calls go on meanwhile.
    shown = await asyncio.to_thread(figures_shown, found, span, present.now, shower)
    if "text/csv" in request.headers.get("accept", ""):
        return await asyncio.to_thread(csv_answer, shown, language)
    return shown


@router.get(
    "/v1/figures",
    response_model=PublicFigures,
    responses=problems(422, 503),
    summary="The figures of a city, for everybody",
    description="Whole months that are over, of the city as one and by procedure, rectifications left out; counted an "
    "hour ago at most. Times taken are shown where at least five cases share them." + DEFINITIONS,
)
async def public_figures(
    request: Request,
    runtime: Running,
    language: AnsweredIn,
    city: NamedCity,
    from_month: FromMonth = None,
    until_month: UntilMonth = None,
) -> PublicFigures:
    present = await runtime.present()
    today = to_shanghai(present.now).date()
    span = span_of_months(from_month, until_month, today)
    published: Published = request.app.state.published

    async def count() -> Counted:
        return await counted(runtime, [city], Filters(city), span, present)

    as_of, found = await published.counted((city, span), present.now, count)
    shower = Shower(language, today, {})
    rows = {place: public_row(shower, place, each) for place, each in sorted(found.items(), key=lambda it: str(it[0]))}
    return PublicFigures(
        city=city,
        city_name=said(city_label(city), language),
        from_on=span.from_on,
        until_on=span.until_on,
        as_of=as_of,
        total=rows[Place(city)],
        by_procedure=[row for place, row in rows.items() if place.procedure],
    )


def span_of_months(from_month: str | None, until_month: str | None, today: date) -> Span:
    """Whole months that are over; the last twelve unless others are named. Raises a Problem."""
    until_on = date.fromisoformat(f"{until_month}-01") if until_month else today.replace(day=1)
    from_on = date.fromisoformat(f"{from_month}-01") if from_month else months_before(until_on, A_YEAR)
    if until_on > today:
        raise invalid("until", "month_not_over")
    if from_on >= until_on:
        raise invalid("until", "span_backwards")
    if from_on < months_before(until_on, LONGEST):
        raise invalid("from", "months_too_many", most=LONGEST)
    return Span(from_on, until_on)


def months_before(first: date, months: int) -> date:
    """The first of the month so many months before a first."""
    years, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(years, month + 1, 1)


def csv_answer(figures: FiguresShown, language: Language) -> Response:
    return Response(table(figures, language), media_type=CSV, headers=file_headers("figures", "csv", language))
