"""A notice on working days: as somebody states it, published, or seen for what it would move."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from activities.notices.drafting import foresee_draft, publish_draft
from activities.notices.publishing import AnotherNoticeOfThatName, Published
from api.acting.forms.form import Form
from api.http.moments import Day
from api.http.problems import Problem, Wrong
from api.runtime import Runtime
from models.acts import Actor
from reading.calendar import shown
from reading.calendar.shapes import OutlookShown
from reading.sight import Caller
from rules.bounds import ONE_LINE, documented_as
from rules.calendar_notices import DaysOff, Span
from rules.deadlines import UNIFORM_SINCE
from rules.notice_checking import Draft
from rules.stating import ON_ONE_LINE, STATED

NoticeLine = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$"),
    STATED,
    ON_ONE_LINE,
    documented_as(ONE_LINE),
]
SettledDay = Annotated[Day, Field(ge=UNIFORM_SINCE)]


DAY: TypeAdapter[date] = TypeAdapter(SettledDay)


def as_span(given: Any) -> Any:
    """A single day is a span of one; what is wrong with it is said once. Raises ValueError."""
    if not isinstance(given, str):
        return given
    try:
        day = DAY.validate_python(given)
    except ValidationError as wrong:
        (first, *_) = wrong.errors()
        context = {name: str(each) for name, each in first.get("ctx", {}).items()}
        raise PydanticCustomError(first["type"], "{message}", {**context, "message": first["msg"]}) from wrong
    return day, day


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


async def publish(runtime: Runtime, caller: Caller, form: NoticeForm) -> Published:
    """The notice is on record and counts; its cases are moved, as many as can be in a moment. Raises a Problem, and
    FieldsRefused."""
    by = Actor(account=caller.account_id)
    try:
        return await publish_draft(runtime.pool, runtime.inbox.log, runtime.clock, form.draft(), by)
    except AnotherNoticeOfThatName as fact:
        raise another(fact) from fact


async def foresee(runtime: Runtime, form: NoticeForm, most: int) -> OutlookShown:
    """What would follow if the notice were published now, with so many tasks named one by one; nothing is written.
    Raises a Problem, and FieldsRefused."""
    try:
        outlook = await foresee_draft(runtime.pool, runtime.notices, runtime.clock, form.draft(), most)
    except AnotherNoticeOfThatName as fact:
        raise another(fact) from fact
    return shown.outlook_shown(outlook)


def another(fact: AnotherNoticeOfThatName) -> Problem:
    """The record has a notice of that name which says something else."""
    wrong = [Wrong(name, "AnotherNoticeOfThatName") for name in fact.fields]
    return Problem("AnotherNoticeOfThatName", errors=wrong)
