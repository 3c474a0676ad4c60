"""One deadline, explained day by day, by the record of notices. Public."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import Running
from api.http.language import AnsweredIn
from api.http.moments import AnyQueriedMoment, Day
from api.http.openapi import problems
from api.http.problems import invalid
from api.http.vocabularies import NamedCity
from reading.calendar import deadlines
from reading.calendar.deadlines import CityOrCalendar, PeriodAsked
from reading.calendar.shapes import DeadlineShown
from reading.calendar.shown import CalendarUnknown
from rules.deadlines import DeadlineError
from rules.pinned import LastDayOff

router = APIRouter(prefix="/v1/deadlines", tags=["deadlines"])


@router.get("", response_model=DeadlineShown, responses=problems(422, 503), summary="Explain a deadline")
async def explain(
    runtime: Running,
    language: AnsweredIn,
    received_at: Annotated[AnyQueriedMoment, Query(description="with offset")],
    period: Annotated[str, Query(max_length=10, description="`12h`, `5wd`, `15d` or `2mo`")],
    city: Annotated[NamedCity | None, Query(description="by the calendar of this city")] = None,
    calendar: Annotated[str | None, Query(max_length=50, description="CN, CN-GX; in the place of a city")] = None,
    as_of: Annotated[Day | None, Query(description="by the notices published up to this day")] = None,
    last_day_off: Annotated[
        LastDayOff, Query(description="what becomes of days or months whose last day is a day off")
    ] = LastDayOff.MOVES,
) -> DeadlineShown:
    """The day of receipt is not counted; days and months end at midnight, hours run from the moment."""
    asked = PeriodAsked(received_at, period, city=city, calendar=calendar, as_of=as_of, last_day_off=last_day_off)
    try:
        return await deadlines.explain(runtime, language, asked)
    except CityOrCalendar as fact:
        raise invalid("city|calendar", "city_or_calendar") from fact
    except CalendarUnknown as fact:
        raise invalid("calendar", "calendar_unknown", given=fact.named, known=fact.known) from fact
    except DeadlineError as fact:
        field, _, reason = str(fact).partition(": ")
        raise invalid(field, "deadline_unusable", reason=reason) from fact
