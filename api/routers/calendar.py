"""The record of notices: public to read; the administrator publishes, and sees beforehand what that would move."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BeforeValidator, Field, StringConstraints

from activities.notices.drafting import foresee_draft, publish_draft
from activities.notices.publishing import AnotherNoticeOfThatName
from api.acting.forms.form import Form
from api.dependencies import Cursor, PageSize, Reading, Running, with_role
from api.http.language import AnsweredIn
from api.http.moments import Day
from api.http.openapi import problems
from api.http.problems import Problem, Wrong, invalid
from models.acts import Actor
from reading.calendar import shown
from reading.calendar.shapes import NoticePublished, NoticeShown, OutlookShown
from reading.calendar.shown import CalendarUnknown
from reading.shape import Page
from reading.sight import Caller
from rules.bounds import ONE_LINE, told
from rules.calendar_notices import DaysOff, Span
from rules.deadlines import UNIFORM_SINCE
from rules.notice_checking import Draft
from rules.stating import ON_ONE_LINE, STATED

router = APIRouter(prefix="/v1/calendar", tags=["calendar"])

Administrator = Annotated[Caller, Depends(with_role("admin"))]
NoticeLine = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$"),
    STATED,
    ON_ONE_LINE,
    told(ONE_LINE),
]
SettledDay = Annotated[Day, Field(ge=UNIFORM_SINCE)]


def as_span(given: Any) -> Any:
    """A single day is a span of one."""
    return (given, given) if isinstance(given, str) else given


OffSpan = Annotated[tuple[SettledDay, SettledDay], BeforeValidator(as_span)]


class CoversForm(Form):
    """The days for which this is the notice that had to come; `until` is exclusive."""

    since: SettledDay
    until: SettledDay


class NoticeForm(Form):
    """A notice as it was published. What it says makes it what it is: the same again changes nothing."""

    scope: Annotated[NoticeLine, Field(description="CN, or a narrower one such as CN-GX")]
    document: Annotated[NoticeLine, Field(description="its number or title, by which it is quoted")]
    published_on: Annotated[SettledDay, Field(description="the day of issue, not after today")]
    days_off: Annotated[
        tuple[OffSpan, ...], Field(max_length=100, description="spans [first, last], both included, or single days")
    ] = ()
    days_worked: Annotated[
        tuple[SettledDay, ...],
        Field(max_length=200, description="days worked in spite of a weekend or of an earlier notice"),
    ] = ()
    covers: Annotated[
        CoversForm | None,
        Field(description="of an annual notice: without it the days that it leaves alone stay provisional"),
    ] = None

    def draft(self) -> Draft:
        return Draft(
            scope=self.scope,
            document=self.document,
            published_on=self.published_on,
            covers=Span(self.covers.since, self.covers.until) if self.covers else None,
            days_off=tuple(DaysOff(*span) for span in self.days_off),
            days_worked=self.days_worked,
        )


@router.get("/notices", response_model=Page[NoticeShown], responses=problems(422, 503), summary="List the notices")
async def notices(
    runtime: Running,
    language: AnsweredIn,
    calendar: Annotated[str | None, Query(max_length=50, description="those that count in it: CN, CN-GX")] = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Page[NoticeShown]:
    """The record from which every deadline follows, what was recorded last first. Public."""
    try:
        return await shown.notices(runtime, language, calendar, after, limit)
    except CalendarUnknown as fact:
        raise invalid("calendar", "calendar_unknown", given=fact.named, known=fact.known) from fact


@router.post(
    "/notices",
    response_model=NoticePublished,
    status_code=201,
    responses={
        200: {"model": NoticePublished, "description": "It was on record already; nothing was changed"},
        **problems(401, 403, 409, 422, 503),
    },
    summary="Publish a notice",
)
async def publish_notice(
    form: NoticeForm, runtime: Running, store: Reading, caller: Administrator, language: AnsweredIn, response: Response
) -> NoticePublished:
    """The notice is on record, and in the same transaction every open case of which it moves a clock has an act in its
    inbox; the clocks follow one by one, and each log says by which notice. Publishing it again changes nothing."""
    await store.release()
    try:
        published = await publish_draft(
            runtime.pool, runtime.notices, runtime.clock, form.draft(), Actor(account=caller.account_id)
        )
    except AnotherNoticeOfThatName as fact:
        raise another(fact) from fact
    if not published.is_new:
        response.status_code = 200
    return await shown.published(runtime, language, published)


@router.post(
    "/notices/dry-run",
    response_model=OutlookShown,
    responses=problems(401, 403, 409, 422, 503),
    summary="See what a notice would move",
    dependencies=[Depends(with_role("admin"))],
)
async def dry_run(
    form: NoticeForm,
    runtime: Running,
    store: Reading,
    limit: Annotated[int, Query(ge=0, le=1000, description="tasks to tell one by one; the numbers are of all")] = 200,
) -> OutlookShown:
    """What would follow if the notice were published now. Nothing is written. First the tasks that would become overdue
    or be so no more, then by the day on which they would be due."""
    await store.release()
    try:
        outlook = await foresee_draft(runtime.pool, runtime.notices, runtime.clock, form.draft(), limit)
    except AnotherNoticeOfThatName as fact:
        raise another(fact) from fact
    return shown.outlook_shown(outlook)


def another(fact: AnotherNoticeOfThatName) -> Problem:
    """The record has a notice of that name which says something else."""
    wrong = [Wrong(name, "AnotherNoticeOfThatName") for name in fact.fields]
    return Problem("AnotherNoticeOfThatName", errors=wrong)
