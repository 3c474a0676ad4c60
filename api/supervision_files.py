"""Overdue tasks and those due soon as a table (CSV) and as a calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date, datetime, timedelta

from fastapi.responses import StreamingResponse
from icalendar import Calendar, Event, vText

from api.language import CONTENT_LANGUAGE, Language, headers, said
from api.reading import Reader
from api.supervising import Listed
from api.supervision_lists import Lister
from api.supervision_shown import SupervisedTask
from api.texts import texts
from rules.deadlines import midnight, to_shanghai

CSV = "text/csv; charset=utf-8"
ICS = "text/calendar; charset=utf-8"
BYTE_ORDER_MARK = "\ufeff"
"""By which Excel knows that the table is UTF-8."""
BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
MOST_OF_A_KIND = 500
"""A calendar with more is none that people read, and few programs take."""
REFRESHED = timedelta(hours=1)

PRIVATE: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def word(name: str, language: Language, **facts: object) -> str:
    return said(texts().supervision[name], language).format_map(facts)


COLUMNS: Mapping[str, Callable[[SupervisedTask, Language], object]] = {
    "case_number": lambda task, _: task.case_number,
    "city": lambda task, _: task.city,
    "procedure": lambda task, _: task.procedure_label,
    "stage": lambda task, _: task.label,
    "body": lambda task, _: task.body_name,
    "held_by": lambda task, _: task.held_by,
    "held_since": lambda task, _: task.held_since.strftime("%Y-%m-%d %H:%M"),
    "due_on": lambda task, _: task.last_day.isoformat(),
    "is_overdue": lambda task, language: word("yes" if task.overdue else "no", language),
    "late": lambda task, _: task.late_working_days,
    "left": lambda task, _: task.left_working_days,
    "provisional": lambda task, language: word("yes" if task.provisional else "no", language),
    "urgings": lambda task, _: task.urgings,
    "urged_at": lambda task, _: task.urged_at.strftime("%Y-%m-%d %H:%M") if task.urged_at else None,
    "rule": lambda task, _: task.rule.text,
    "case_id": lambda task, _: task.case_id,
    "task_id": lambda task, _: task.task_id,
}
"""The columns of the table, in their order; instants are those of Asia/Shanghai."""


def cell(value: object) -> str:
    """As a table program may open it: a text that it would take for a formula is marked as a text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(BEGINS_A_FORMULA) else text


def line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


async def table(lister: Lister) -> AsyncIterator[str]:
    """The table of all tasks asked for, a page at a time."""
    language = lister.language
    yield BYTE_ORDER_MARK + line([word(name, language) for name in COLUMNS])
    for listed in lister.asked.lists:
        async for page in lister.every(listed):
            yield "".join(line([cell(show(task, language)) for show in COLUMNS.values()]) for task in page)


async def csv_answer(lister: Lister, name: str) -> StreamingResponse:
    """The table as an answer; what fails before its first tasks are there is answered as a problem."""
    parts = table(lister)
    begun = await anext(parts) + await anext(parts, "")

    async def whole() -> AsyncIterator[str]:
        yield begun
        async for part in parts:
            yield part

    return StreamingResponse(whole(), media_type=CSV, headers=file_headers(name, "csv", lister.language))


async def whole_table(lister: Lister) -> bytes:
    """The table of all tasks asked for, as one content."""
    return "".join([part async for part in table(lister)]).encode()


def feed_headers(name: str, ending: str, language: Language) -> dict[str, str]:
    """Of what a program fetches again and again: kept by it alone, and never used without asking whether it changed."""
    return {**file_headers(name, ending, language), "Cache-Control": "private, no-cache"}


def file_headers(name: str, ending: str, language: Language) -> dict[str, str]:
    stored = f'attachment; filename="kaifang-{name}.{ending}"'
    return {**headers(language), **PRIVATE, "Vary": "Accept, Accept-Language", "Content-Disposition": stored}


async def calendar(lister: Lister, reader: Reader, feed_id: str, name: str) -> bytes:
    """The calendar: each task on the last day on which it is in time, and what is overdue on today besides, since
    nobody looks at a calendar's past. Events and no to-dos, which most calendar programs do not show of a feed."""
    language, today = lister.language, to_shanghai(lister.present.now).date()
    made = Calendar.new(
        uid=f"{feed_id}@kaifang",
        prodid=f"-//Kaifang//{CONTENT_LANGUAGE[language]}//",
        language=CONTENT_LANGUAGE[language],
        refresh_interval=REFRESHED,
    )
    # The second is what programs knew before RFC 7986. As texts, for the library escapes neither by itself.
    made["NAME"] = made["X-WR-CALNAME"] = vText(name)
    made.add("X-PUBLISHED-TTL", "PT1H")
    for listed in lister.asked.lists:
        page = await lister.page(reader, listed, None, MOST_OF_A_KIND)
        why = word("more_why", language, limit=MOST_OF_A_KIND) if page.next else None
        # What is told of all of them has changed when the latest has, or when the day it stands on began.
        latest = max([midnight(today), *(task.revised_at for task in page.tasks)])
        if listed == "overdue" and page.tasks:
            summary = word("overdue_now", language, count=(await lister.count(reader)).total())
            made.add_component(all_day(lister, f"overdue-{feed_id}", summary, today, latest, "is_overdue", why))
        elif why:
            more = word("more", language)
            made.add_component(all_day(lister, f"more-{feed_id}", more, today, latest, "is_due_soon", why))
        for task in page.tasks:
            made.add_component(task_event(lister, listed, task))
    return bytes(made.to_ical())


def task_event(lister: Lister, listed: Listed, task: SupervisedTask) -> Event:
    language = lister.language
    summary = word(
        "summary_late" if listed == "overdue" else "summary_due",
        language,
        late=task.late_working_days,
        number=task.case_number,
        stage=task.label,
        body=task.body_name,
    )
    told = {
        "procedure": task.procedure_label,
        "held_by": task.held_by or word("nobody", language),
        "held_since": task.held_since.strftime("%Y-%m-%d %H:%M"),
        "urgings": task.urgings,
        "rule": task.rule.text,
    }
    description = "\n".join(f"{word(name, language)}: {value}" for name, value in told.items())
    kind = "is_overdue" if listed == "overdue" else "is_due_soon"
    stamp, labels = task.revised_at, (task.procedure_label,)
    event = all_day(lister, task.task_id, summary, task.last_day, stamp, kind, description, *labels)
    # A day that a notice may still move is not settled.
    event.add("STATUS", "TENTATIVE" if task.provisional else "CONFIRMED")
    return event


def all_day(
    lister: Lister,
    uid: str,
    summary: str,
    on: date,
    revised_at: datetime,
    kind: str,
    description: str | None,
    *categories: str,
) -> Event:
    """An event of a whole day that keeps nobody busy; as long as it is not revised it is written alike."""
    event = Event.new(
        uid=f"{uid}@kaifang",
        stamp=revised_at,
        last_modified=revised_at,
        start=on,
        end=on + timedelta(days=1),
        summary=summary,
        description=description,
        categories=[word(kind, lister.language), *categories],
    )
    event.add("TRANSP", "TRANSPARENT")
    return event
