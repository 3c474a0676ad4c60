"""A clock that explains itself: the days that it passed over, the time used, and the time waited."""

from __future__ import annotations

from datetime import datetime, timedelta

from activities.calendar_record import deadline_of
from api.laws import Law
from api.shapes import ClockShown, SkippedShown
from models.events import Clock
from models.state import TaskState
from rules.calendar import CalendarRecord
from rules.deadlines import to_shanghai
from rules.pinned import Citation


def clock_shown(
    law: Law,
    task: TaskState,
    citation: Citation,
    record: CalendarRecord,
    *,
    until: datetime,
    overdue: bool,
    waiting: timedelta,
) -> ClockShown:
    """The clock of a task; `record` is the record of notices by which it was set, `until` the end of the time used."""
    clock = task.clock
    calendar = record.calendar(clock.calendar)
    days = calendar.working_days_between(to_shanghai(clock.started_at).date(), to_shanghai(until).date())
    return ClockShown(
        **law.cited(citation).model_dump(),
        started_at=clock.started_at,
        assumed=law.assumed(citation),
        period=clock.period,
        counting=law.counting(clock.period),
        promptly=clock.promptly,
        due_at=clock.due_at,
        last_day=clock.last_day,
        provisional=clock.provisional,
        calendar=clock.calendar,
        calendar_version=clock.calendar_version,
        stopped_at=clock.stopped_at,
        overdue=overdue,
        used_seconds=max(0, int((until - clock.started_at).total_seconds())),
        used_working_days=days,
        waiting_seconds=int(waiting.total_seconds()),
        skipped=skipped(law, clock, record),
    )


def skipped(law: Law, clock: Clock, record: CalendarRecord) -> list[SkippedShown]:
    """The days that the period passed over, and why; none for hours, or where the rule gives no number."""
    if clock.period is None or clock.due_at is None:
        return []
    explanation = record.calendar(clock.calendar).explain(deadline_of(clock, record))
    return [SkippedShown(on=day.on, why=law.say(day.why)) for day in explanation.skipped]
