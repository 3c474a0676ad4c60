"""The record of notices: public to read; the administrator publishes, and sees beforehand what that would move."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BeforeValidator, Field, StringConstraints

from activities.notices.foreseeing import Foreseen, Outlook, foresee
from activities.notices.publishing import AnotherNoticeOfThatName, publish
from api.acting.forms.form import Form
from api.dependencies import Cursor, Limit, Reading, Running, with_role
from api.http.language import AnsweredIn
from api.http.moments import Day
from api.http.openapi import problems
from api.http.problems import Problem, Wrong, invalid
from api.runtime import Runtime
from models.acts import Actor
from reading.paging import cursor, number_of
from reading.shape import Instant, Page, Shape
from reading.sight import Caller
from reading.words.language import Language, said
from rules.bounds import ONE_LINE, told
from rules.calendar import CalendarRecord
from rules.calendar_changes import ChangedDays
from rules.calendar_notices import DaysOff, Notice, Span
from rules.deadlines import UNIFORM_SINCE, to_shanghai
from rules.notice_checking import Draft, faults
from rules.stating import ON_ONE_LINE, STATED

router = APIRouter(prefix="/v1/calendar", tags=["calendar"])

Administrator = Annotated[Caller, Depends(with_role("admin"))]
Text = Annotated[
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

    scope: Annotated[Text, Field(description="CN, or a narrower one such as CN-GX")]
    document: Annotated[Text, Field(description="its number or title, by which it is quoted")]
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


class CoversShown(Shape):
    """Days from `since` on, up to but not including `until`."""

    since: date
    until: date


class NoticeShown(Shape):
    """A notice on record. `position` is its place in the order of record, and the `calendar_version` up to it.

    `published_known` is false where the day of issue could not be found and `published_on` is a placeholder.
    """

    position: int
    scope: str
    scope_name: str
    document: str
    published_on: date
    published_known: bool
    recorded_at: Instant
    days_off: list[tuple[date, date]]
    days_worked: list[date]
    covers: CoversShown | None


class NoticePublished(NoticeShown):
    """A notice that was published. `cases_woken` are the open cases that were given an act by this call; what becomes
    of each clock stands in the log of its case."""

    cases_woken: int


class ChangedDaysShown(Shape):
    """The days on which a notice makes a difference in one calendar; `settled` awaited a notice, and would no more."""

    calendar: str
    worked: list[date]
    off: list[date]
    settled: list[date]


class OwnMove(Shape):
    """The end of the period for one outcome, where it is not that of the task."""

    outcome: str
    old_due_at: Instant
    new_due_at: Instant


class MoveShown(Shape):
    """What a notice would do to the clock of one open task. Days are the last ones of the period, null without one;
    `moved_by_days` counts calendar days, negative for an earlier end and 0 where only other days count."""

    case_id: str
    case_number: str
    city: str
    procedure: str
    task_id: str
    stage: str
    body: str
    period: str | None
    old_day: date | None
    new_day: date | None
    old_due_at: Instant | None
    new_due_at: Instant | None
    moved_by_days: int
    own_periods: list[OwnMove]
    becomes_overdue: bool
    no_more_overdue: bool
    becomes_firm: bool


class OutlookShown(Shape):
    """What would follow if the notice were published now: how many open cases and tasks, and the most telling of them.

    `on_record`: the record has it already, so nothing would follow.
    """

    on_record: bool
    changed_days: list[ChangedDaysShown]
    cases: int
    tasks: int
    later: int
    earlier: int
    becomes_overdue: int
    no_more_overdue: int
    becomes_firm: int
    items: list[MoveShown]


@router.get("/notices", response_model=Page[NoticeShown], responses=problems(422, 503), summary="List the notices")
async def notices(
    runtime: Running,
    language: AnsweredIn,
    calendar: Annotated[str | None, Query(max_length=50, description="those that count in it: CN, CN-GX")] = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[NoticeShown]:
    """The record from which every deadline follows, what was recorded last first. Public."""
    record = (await runtime.present()).record
    if calendar is not None and calendar not in record.scopes:
        raise invalid("calendar", "calendar_unknown", given=calendar, known=tuple(record.scopes))
    before = number_of(after) if after else record.version + 1
    found = [
        (position, notice)
        for position, notice in enumerate(record.notices, start=1)
        if position < before and (calendar is None or calendar in record.bound_by(notice.scope))
    ][::-1]
    page = found[:limit]
    return Page(
        items=[NoticeShown.model_validate(fields_of(record, *each, language)) for each in page],
        next=cursor(page[-1][0]) if len(found) > limit else None,
    )


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
    notice, record = await notice_of(form, runtime)
    try:
        published = await publish(
            runtime.pool, runtime.notices, runtime.clock, notice, Actor(account=caller.account_id)
        )
    except AnotherNoticeOfThatName as fact:
        raise another(fact) from fact
    if not published.is_new:
        response.status_code = 200
    shown = fields_of(record, published.position, published.notice, language)
    return NoticePublished.model_validate(shown | {"cases_woken": len(published.cases)})


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
    notice, _ = await notice_of(form, runtime)
    try:
        return outlook_shown(await foresee(runtime.pool, runtime.notices, runtime.clock, notice, limit))
    except AnotherNoticeOfThatName as fact:
        raise another(fact) from fact


def another(fact: AnotherNoticeOfThatName) -> Problem:
    """The record has a notice of that name which says something else."""
    wrong = [Wrong(name, "AnotherNoticeOfThatName") for name in fact.fields]
    return Problem("AnotherNoticeOfThatName", errors=wrong)


async def notice_of(form: NoticeForm, runtime: Runtime) -> tuple[Notice, CalendarRecord]:
    """The notice that the form states, recorded now, and the record as it stands. Raises a Problem."""
    at = await runtime.present()
    draft = form.draft()
    if found := faults(draft, at.record.scopes, to_shanghai(at.now).date()):
        raise Problem("RequestInvalid", errors=[Wrong(each.field, each.code, each.params) for each in found])
    return Notice(recorded_at=at.now, **vars(draft)), at.record


def fields_of(record: CalendarRecord, position: int, notice: Notice, language: Language) -> dict[str, object]:
    return {
        "position": position,
        "scope": notice.scope,
        "scope_name": said(record.scopes[notice.scope].name, language),
        "document": notice.document,
        "published_on": notice.published_on,
        "published_known": notice.published_known,
        "recorded_at": notice.recorded_at,
        "days_off": [tuple(span) for span in notice.days_off],
        "days_worked": list(notice.days_worked),
        "covers": notice.covers and {"since": notice.covers.since, "until": notice.covers.until},
    }


def outlook_shown(outlook: Outlook) -> OutlookShown:
    numbers = ("cases", "tasks", "later", "earlier", "becomes_overdue", "no_more_overdue", "becomes_firm")
    return OutlookShown(
        on_record=outlook.on_record,
        changed_days=[days_shown(calendar, days) for calendar, days in outlook.changed.items()],
        items=[move_shown(each) for each in outlook.foreseen],
        **{name: getattr(outlook, name) for name in numbers},
    )


def days_shown(calendar: str, days: ChangedDays) -> ChangedDaysShown:
    return ChangedDaysShown(calendar=calendar, worked=list(days.worked), off=list(days.off), settled=list(days.settled))


def move_shown(each: Foreseen) -> MoveShown:
    before, after = each.move.before, each.move.after
    return MoveShown(
        case_id=each.move.case_id,
        case_number=each.case_number,
        city=each.city,
        procedure=each.procedure,
        task_id=each.move.task_id,
        stage=each.stage,
        body=each.body,
        period=before.period,
        old_day=before.last_day,
        new_day=after.last_day,
        old_due_at=before.due_at,
        new_due_at=after.due_at,
        moved_by_days=(after.last_day - before.last_day).days if before.last_day and after.last_day else 0,
        own_periods=[
            OwnMove(outcome=outcome, old_due_at=due_at, new_due_at=after.own_due_at[outcome])
            for outcome, due_at in before.own_due_at.items()
        ],
        becomes_overdue=each.becomes_overdue,
        no_more_overdue=each.no_more_overdue,
        becomes_firm=each.move.becomes_firm,
    )
