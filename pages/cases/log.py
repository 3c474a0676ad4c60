"""The log of a case in words: what happened, when, by whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pages.cases.stated import Speaking, Stated
from pages.dates import short_day
from pages.wording import Words
from reading.cases.shapes import CaseShown, LoggedEvent, TaskShown
from reading.words.texts import texts


@dataclass(frozen=True)
class EventInWords:
    """An event as a person reads it; `by` is what who did it is called, where whoever looks may know."""

    number: int
    at: datetime
    text: str
    by: str | None
    said: Sequence[Stated]


def in_words(
    words: Words,
    speaking: Speaking,
    case: CaseShown,
    event: LoggedEvent,
    names: Mapping[str, str],
    *,
    names_officers: bool,
) -> EventInWords:
    """One event; `names` are what the logins are called. A party reads which body did something, and not which
    officer."""
    more = event.model_dump()
    tasks = {task.task_id: task for task in case.tasks}
    task = tasks.get(str(more.get("task_id")))
    by = event.by_login
    is_the_party = bool(by) and case.parties and by == case.parties[0].id
    return EventInWords(
        number=event.number,
        at=event.at,
        text=words(f"event.{key_of(event.type)}", **_facts(speaking, words, case, task, more)),
        by=names.get(by, by) if by and (names_officers or is_the_party) else None,
        said=speaking.all_of({name: said for name, said in (event.text or {}).items() if _is_said(name, said)}),
    )


def key_of(event_type: str) -> str:
    """`TaskDecided` as texts name it: `task_decided`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", event_type).lower()


def _is_said(name: str, said: object) -> bool:
    return isinstance(said, str) and name not in ("city", "dataset_id", "provider", "outcome", "trigger")


def _facts(
    speaking: Speaking, words: Words, case: CaseShown, task: TaskShown | None, more: Mapping[str, object]
) -> dict[str, object]:
    """The facts for the sentences; each sentence uses those that it needs."""
    law = speaking.law
    stage = law.rules.stage(task.stage) if task else None
    outcome = stage.outcome(str(more.get("outcome"))) if stage else None
    ending = law.rules.ending(str(more.get("outcome")))
    known = outcome or ending
    label = known.label if known else texts().endings.get(str(more.get("outcome")))
    until = more.get("valid_until") or more.get("until")
    # A task that was entrusted to another body came before its own.
    came_before = more.get("body") if more.get("type") == "TaskOpened" else None
    at_first = next((each.name for each in case.parties if each.id == came_before), None)
    return {
        "stage": task.label if task else "",
        "body": at_first or (task.body_name if task else ""),
        "outcome": law.say(label) if label else "",
        "until": short_day(until, law.language) if isinstance(until, date) else str(until or "")[:10],
        "late": words("event.late") if more.get("late") else "",
    }
