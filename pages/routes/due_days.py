"""Calendars: the address of one's own due days, which is shown once, and the due days of one case."""

from __future__ import annotations

import uuid
from contextlib import suppress

from starlette.responses import Response

from api.acting.own_calendar import end_own_feed_of, renew_own_feed_of
from api.http.files import file_headers
from api.http.problems import Problem
from pages.calls import Call, deed, page
from pages.routes.filing import case_numbered
from reading.due_days.calendar import DueDays
from reading.supervision.calendar import ICS


async def renew_due_days(call: Call) -> Response:
    """The address, which this page alone shows: it is answered itself, and not another page; or the end of it."""
    caller = call.must_be_logged_in()
    form = await call.request.form()
    if form.get("do") == "end":
        with suppress(Problem):  # sent twice, it was ended before
            await end_own_feed_of(call.runtime, caller)
        await call.say_once("due_days.ended")
        return call.go_on_to(call.path("settings"))
    key = str(form.get("key", "")) or str(uuid.uuid4())
    made = await renew_own_feed_of(call.runtime, caller, call.language, key)
    subscribe = f"webcal:{made.ics.partition(':')[2]}" if made.ics else None
    answer = call.page("due_days.html", made=made, subscribe=subscribe)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def case_calendar(call: Call) -> Response:
    """The due days of a case, to be saved."""
    caller = call.must_be_logged_in()
    case = await case_numbered(call)
    pages_url = call.runtime.settings.pages_url
    content = await DueDays(call.store, caller, call.language, pages_url).of_case(case.case_id)
    return Response(content, media_type=ICS, headers=file_headers(case.case_number, "ics", call.language))


ROUTES = (
    deed("/my/settings/calendar", renew_due_days),
    page("/cases/{number}/calendar.ics", case_calendar),
)
