"""Holiday notices: the record that working days follow from; a new one is tried before it is published."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from starlette.responses import Response

from activities.refused import FieldsRefused
from api.acting.publishing_notices import NoticeForm, foresee, publish
from api.http.failing import problem_of
from api.http.problems import Problem
from pages.calls import Call, deed, page
from pages.forms.notice import NoticeFilled, of_text, sent
from pages.forms.pasted_notice import read
from pages.supervising import address, case_address, sight, supervised
from pages.tables import as_table
from pages.year_calendar import Month, months_of
from reading.calendar import shown
from reading.supervision.notice_names import moves_named
from reading.tables.city import notice_table
from reading.words.language import said
from rules.deadlines import to_shanghai

A_PAGE = 20
TOLD = 100
"""Tasks that a dry run tells one by one."""


async def notices(call: Call) -> Response:
    """The record, what was recorded last first."""
    sight(call)
    found = await shown.notices(call.runtime, call.language, None, call.asked("cursor"), A_PAGE)
    return supervised(
        call,
        "supervision/notices.html",
        items=found.items,
        next=address(call, "notices", cursor=found.next) if found.next else None,
        first=call.path("notices") if call.asked("cursor") else None,
        may_publish=call.must_be_logged_in().has("admin"),
    )


async def notices_csv(call: Call) -> Response:
    """All of the record, as a table."""
    sight(call)
    return await as_table(call, "notices", notice_table(call.runtime, call.language))


async def new_notice(call: Call) -> Response:
    """The form of a notice."""
    call.must_have("admin")
    return await form_page(call, NoticeFilled(scope="CN"))


async def form_page(call: Call, filled: NoticeFilled, pasted: str = "") -> Response:
    """The form with what stands in it, and what is wrong."""
    record = (await call.store.present()).record
    return supervised(
        call,
        "supervision/notice_new.html",
        status=422 if filled.problems else 200,
        filled=filled.with_room(),
        pasted=pasted,
        scopes=[(name, said(scope.name, call.language)) for name, scope in record.scopes.items()],
    )


async def draft_notice(call: Call) -> Response:
    """What the buttons of the form do: read a text into it, try the notice, go back to it, or publish it."""
    call.must_have("admin")
    form = await call.request.form()
    step, filled = str(form.get("step", "")), sent(form)
    if step == "read":
        pasted = str(form.get("pasted", ""))
        return await form_page(call, of_text(read(pasted, to_shanghai(call.now).year), filled.scope or "CN"), pasted)
    if step == "edit":
        return await form_page(call, filled)
    try:
        notice = filled.form()
        if step == "publish":
            return await published(call, filled, notice, str(form.get("confirm", "")).strip())
        return await tried(call, filled, notice)
    except (Problem, FieldsRefused) as fact:
        return await form_page(call, filled.refused(problem_of(fact), call.language))


async def tried(call: Call, filled: NoticeFilled, notice: NoticeForm, *, wrong: bool = False) -> Response:
    """What would follow: which clocks move and to where; nothing is written. `wrong`: the confirmation was."""
    outlook = await foresee(call.runtime, notice, TOLD)
    today = to_shanghai(call.now).date()
    return supervised(
        call,
        "supervision/notice_tried.html",
        status=422 if wrong else 200,
        filled=filled,
        notice=notice,
        outlook=outlook,
        moves=await moves_named(call.store, outlook.items, today, call.language),
        months=await months(call, notice),
        wrong=wrong,
        case=partial(case_address, call),
    )


async def months(call: Call, notice: NoticeForm) -> tuple[Month, ...]:
    """The months of which the notice speaks, as they would be."""
    calendar = (await call.store.present()).record.calendar(notice.scope)
    draft = notice.draft()
    off = {day for span in draft.days_off for day in span.days()}
    worked: set[date] = set(draft.days_worked)
    return months_of(off | worked, off, worked, calendar.is_working)


async def published(call: Call, filled: NoticeFilled, notice: NoticeForm, confirmed: str) -> Response:
    """The notice is on record if it was confirmed by its name; else nothing is written and that is said."""
    if confirmed != notice.document:
        return await tried(call, filled, notice, wrong=True)
    await call.store.release()
    done = await publish(call.runtime, call.must_be_logged_in(), notice)
    facts: dict[str, Any] = {"document": notice.document, "cases": str(done.moved)}
    said_of_new = "notices.published_under_way" if done.under_way else "notices.published"
    await call.say_once(said_of_new if done.is_new else "notices.known", **facts)
    return call.go_on_to(call.path("notices"))


ROUTES = (
    page("/supervision/notices", notices),
    page("/supervision/notices.csv", notices_csv),
    page("/supervision/notices/new", new_notice),
    deed("/supervision/notices/new", draft_notice),
)
