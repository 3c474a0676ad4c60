"""A clock that explains itself: the days that it passed over, the time used, and the time waited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from activities.calendar.record import deadline_of
from models.clock import Clock
from models.task_state import TaskState
from reading.shape import ClockShown, ExtensionShown, OwnPeriodShown, SkippedShown, StopShown
from reading.words.law import Law
from rules.calendar import CalendarRecord
from rules.deadlines import to_shanghai
from rules.pinned import Citation
from rules.pinned_stages import Stage


def clock_shown(
    law: Law,
    task: TaskState,
    stage: Stage,
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
        **dict(law.cited(citation)),
        started_at=clock.started_at,
        assumed=law.assumed(citation),
        period=clock.period,
        counting=law.counting(clock.period),
        promptly=clock.promptly,
        due_at=clock.due_at,
        last_day=clock.last_day,
        provisional=clock.provisional,
        own_periods=own_periods(law, stage, clock),
        calendar=clock.calendar,
        calendar_version=clock.calendar_version,
        stopped_at=clock.stopped_at,
        stops=list(stops(law, clock)),
        extensions=[
            ExtensionShown(
                **dict(law.named(law.citation(each.source, each.article, each.basis))),
                decided_at=each.decided_at,
                period=each.period,
            )
            for each in clock.extensions
        ],
        awaits_evidence=clock.awaits_evidence,
        overdue=overdue,
        used_seconds=max(0, int((until - clock.started_at).total_seconds())),
        used_working_days=days,
        waiting_seconds=int(waiting.total_seconds()),
        skipped=skipped(law, clock, record),
    )


def stops(law: Law, clock: Clock) -> Iterator[StopShown]:
    """Every span for which a rule stopped the clock, the one that has not ended last."""
    for each in clock.stops:
        known = each.source and each.article and each.basis
        cited = law.named(law.citation(each.source, each.article, each.basis)) if known else None  # type: ignore[arg-type]  # all known
        yield StopShown(because=each.because, stopped_at=each.stopped_at, resumed_at=each.resumed_at, law=cited)
    if clock.stopped_at:
        rule = law.rules.supplement
        cited = law.named(rule.citation) if rule else None
        yield StopShown(because="supplement", stopped_at=clock.stopped_at, resumed_at=None, law=cited)


def own_periods(law: Law, stage: Stage, clock: Clock) -> list[OwnPeriodShown]:
    """The outcomes that have a time of their own, in the order of the law."""
    return [
        OwnPeriodShown(
            outcome=each.outcome,
            label=law.say(each.label),
            period=clock.own_periods[each.outcome],
            due_at=(due_at := clock.own_due_at.get(each.outcome)),
            last_day=last_day(due_at) if due_at else None,
        )
        for each in stage.outcomes
        if each.outcome in clock.own_periods
    ]


def last_day(due_at: datetime) -> date:
    """The last day in time, of something that is late from this instant on."""
    return to_shanghai(due_at - timedelta(microseconds=1)).date()


def skipped(law: Law, clock: Clock, record: CalendarRecord) -> list[SkippedShown]:
    """The days that the period passed over, and why; none for hours, or where the rule gives no number."""
    if clock.period is None or clock.due_at is None:
        return []
    explanation = record.calendar(clock.calendar).explain(deadline_of(clock, record))
    return [SkippedShown(on=day.on, why=law.say(day.why)) for day in explanation.skipped]
