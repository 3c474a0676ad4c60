"""The record of notices: public to read; the administrator publishes, and sees beforehand what that would move."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.acting.publishing_notices import NoticeForm, foresee, publish
from api.dependencies import Cursor, PageSize, Reading, Running, with_role
from api.http.files import AS_TABLE
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.problems import invalid
from api.http.tables import as_table, wants_table
from reading.calendar import shown
from reading.calendar.shapes import NoticePublished, NoticeShown, OutlookShown
from reading.calendar.shown import CalendarUnknown
from reading.shape import Page
from reading.sight import Caller
from reading.tables.city import notice_table

router = APIRouter(prefix="/v1/calendar", tags=["calendar"])

Administrator = Annotated[Caller, Depends(with_role("admin"))]


@router.get(
    "/notices",
    response_model=Page[NoticeShown],
    responses={**AS_TABLE, **problems(422, 503)},
    summary="List the notices",
)
async def notices(
    request: Request,
    response: Response,
    runtime: Running,
    language: AnsweredIn,
    calendar: Annotated[str | None, Query(max_length=50, description="those that count in it: CN, CN-GX")] = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Any:
    """The record from which every deadline follows, what was recorded last first. Public."""
    try:
        if wants_table(request, response):
            return await as_table("notices", language, notice_table(runtime, language, calendar))
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
    """The notice is on record and counts for whatever is received from now on. The clocks that it moves follow, as many
    as can be in a moment before this is answered, and each log says by which notice. Publishing it again changes
    nothing."""
    await store.release()
    published = await publish(runtime, caller, form)
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
    return await foresee(runtime, form, limit)
