"""How a day was reckoned: every day of a period that lies open in a case, whether it counts, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from activities.calendar.record import deadline_of
from reading.calendar.shapes import DayShown
from reading.cases import questions as cases
from reading.store import Store
from reading.words.language import Language, said


@dataclass(frozen=True)
class Reckoned:
    """The days of the period of one task; none where it has no number, or counts hours."""

    task_id: str
    days: Sequence[DayShown]


async def reckoned(store: Store, language: Language, case_id: str) -> list[Reckoned]:
    """The open tasks of a case that exists, each by the record of notices by which its clock was set."""
    read = await store.case_read(case_id)
    present = await store.present()
    state = await cases.with_what_time_opened(store, read, present.now)
    found = []
    for task in state.open_tasks():
        clock = task.clock
        if clock.period is None or clock.due_at is None:
            continue
        record = store.archive.record_at(present.record, clock.calendar_version)
        explained = record.calendar(clock.calendar).explain(deadline_of(clock, record))
        days = [
            DayShown(on=day.on, why=said(day.why, language), counted=day.counted, covered=day.covered)
            for day in explained.days
        ]
        found.append(Reckoned(task.task_id, days))
    return found
