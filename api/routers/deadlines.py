"""One deadline, explained day by day, by the record of notices. Public."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import Running
from api.http.language import AnsweredIn
from api.http.moments import AnyQueriedMoment, Day
from api.http.openapi import problems
from api.http.problems import invalid
from api.http.vocabularies import NamedCity
from reading.shape import Instant, Shape, SkippedShown
from reading.words.language import said
from rules.calendar import CalendarRecord
from rules.deadlines import DeadlineError
from rules.loading import CityUnknown, cities, load_pack

router = APIRouter(prefix="/v1/deadlines", tags=["deadlines"])


class DayShown(SkippedShown):
    """A day of the period: whether it counts, why, and whether a notice has settled that."""

    counted: bool
    covered: bool


class DeadlineShown(Shape):
    """When a period ends. `due_at` is exclusive; provisional where a needed day is not covered by a notice yet."""

    calendar: str
    calendar_version: int
    as_of: date | None
    started_at: Instant
    period: str
    due_at: Instant
    last_day: date
    provisional: bool
    skipped: list[SkippedShown]
    days: list[DayShown]


@router.get("", response_model=DeadlineShown, responses=problems(422, 503), summary="Explain a deadline")
async def explain(
    runtime: Running,
    language: AnsweredIn,
    received_at: Annotated[AnyQueriedMoment, Query(description="with offset")],
    period: Annotated[str, Query(max_length=10, description="`12h` or `5wd`")],
    city: Annotated[NamedCity | None, Query(description="by the calendar of this city")] = None,
    calendar: Annotated[str | None, Query(max_length=50, description="CN, CN-GX; in the place of a city")] = None,
    as_of: Annotated[Day | None, Query(description="by the notices published up to this day")] = None,
) -> DeadlineShown:
    """The day of receipt is not counted; working days end at midnight, hours run from the moment."""
    record = (await runtime.present()).record
    scope = scope_of(record, city, calendar)
    try:
        working_days = record.calendar(scope, as_of)
        deadline = working_days.deadline(received_at, period)
    except DeadlineError as fact:
        field, _, reason = str(fact).partition(": ")
        raise invalid(field, "deadline_unusable", reason=reason) from fact
    days = [
        DayShown(on=day.on, why=said(day.why, language), counted=day.counted, covered=day.covered)
        for day in working_days.explain(deadline).days
    ]
    return DeadlineShown(
        calendar=deadline.calendar,
        calendar_version=deadline.calendar_version,
        as_of=as_of,
        started_at=deadline.started_at,
        period=deadline.period,
        due_at=deadline.due_at,
        last_day=deadline.last_day,
        provisional=deadline.provisional,
        skipped=[SkippedShown(on=day.on, why=day.why) for day in days if not day.counted],
        days=days,
    )


def scope_of(record: CalendarRecord, city: str | None, calendar: str | None) -> str:
    """The calendar of the city, or the one that is named. Raises a Problem unless exactly one of them is given."""
    if city is not None and calendar is None:
        try:
            return load_pack(city).calendar
        except CityUnknown as fact:
            raise invalid("city", "city_unknown", given=city, known=tuple(cities())) from fact
    if calendar is None or city is not None:
        raise invalid("city|calendar", "city_or_calendar")
    if calendar not in record.scopes:
        raise invalid("calendar", "calendar_unknown", given=calendar, known=tuple(record.scopes))
    return calendar
