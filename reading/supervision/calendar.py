"""Overdue tasks and those due soon as a calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event, vText

from reading.store import Store
from reading.supervision.due_lists import DueList, Listed
from reading.supervision.lists import Asking, due_page, overdue_total
from reading.supervision.shapes import SupervisedTask
from reading.supervision.sheet import word
from reading.words.language import CONTENT_LANGUAGE, Language
from rules.deadlines import midnight, to_shanghai

ICS = "text/calendar; charset=utf-8"
MOST_OF_A_KIND = 500
"""A calendar with more is none that people read, and few programs take."""
REFRESHED = timedelta(hours=1)


async def calendar(store: Store, asking: Asking, lists: Sequence[DueList], feed_id: str, name: str) -> bytes:
    """The calendar: each task on the last day on which it is in time, and what is overdue on today besides, since
    nobody looks at a calendar's past. Events and no to-dos, which most calendar programs do not show of a feed."""
    language, today = asking.language, to_shanghai(asking.present.now).date()
    made = Calendar.new(
        uid=f"{feed_id}@kaifang",
        prodid=f"-//Kaifang//{CONTENT_LANGUAGE[language]}//",
        language=CONTENT_LANGUAGE[language],
        refresh_interval=REFRESHED,
    )
    # The second is what programs knew before RFC 7986. As texts, for the library escapes neither by itself.
    made["NAME"] = made["X-WR-CALNAME"] = vText(name)
    made.add("X-PUBLISHED-TTL", "PT1H")
    for which in lists:
        page = await due_page(store, asking, which, None, MOST_OF_A_KIND)
        why = word("more_why", language, limit=MOST_OF_A_KIND) if page.next else None
        # The event about all of them has changed when the latest has, or when the day on which it stands began.
        latest = max([midnight(today), *(task.revised_at for task in page.items)])
        if which.listed == "overdue" and page.items:
            summary = word("overdue_now", language, count=await overdue_total(store, asking))
            made.add_component(all_day(language, f"overdue-{feed_id}", summary, today, latest, "is_overdue", why))
        elif why:
            more = word("more", language)
            made.add_component(all_day(language, f"more-{feed_id}", more, today, latest, "is_due_soon", why))
        for task in page.items:
            made.add_component(task_event(language, which.listed, task))
    return bytes(made.to_ical())


def task_event(language: Language, listed: Listed, task: SupervisedTask) -> Event:
    """The event of a task, on its last day in time."""
    summary = word(
        "summary_late" if listed == "overdue" else "summary_due",
        language,
        late=task.late_working_days,
        number=task.case_number,
        stage=task.label,
        body=task.body_name,
    )
    lines = {
        "procedure": task.procedure_label,
        "held_by": task.held_by or word("nobody", language),
        "held_since": task.held_since.strftime("%Y-%m-%d %H:%M"),
        "urgings": task.urgings,
        "rule": task.rule.text,
    }
    description = "\n".join(f"{word(name, language)}: {value}" for name, value in lines.items())
    kind = "is_overdue" if listed == "overdue" else "is_due_soon"
    stamp, labels = task.revised_at, (task.procedure_label,)
    event = all_day(language, task.task_id, summary, task.last_day, stamp, kind, description, *labels)
    # A day that a notice may still move is not settled.
    event.add("STATUS", "TENTATIVE" if task.provisional or task.moves_pending else "CONFIRMED")
    return event


def all_day(
    language: Language,
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
        categories=[word(kind, language), *categories],
    )
    event.add("TRANSP", "TRANSPARENT")
    return event
