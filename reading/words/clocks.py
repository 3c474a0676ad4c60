"""A clock that explains itself: the days that it passed over, the time used, and the time waited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from activities.calendar.record import deadline_of
from models.clock import Clock
from models.clock_ledger import Line, LineKind
from reading.shape import Cited, ClockShown, ExtensionShown, LedgerLine, OwnPeriodShown, SkippedShown, StopShown
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from rules.calendar import Calendar, CalendarRecord
from rules.deadlines import Unit, midnight, parse_period, to_shanghai
from rules.pinned import LastDayOff
from rules.pinned_stages import Stage


def clock_shown(
    law: Law,
    clock: Clock,
    stage: Stage,
    rule: Cited,
    assumed: str | None,
    record: CalendarRecord,
    *,
    until: datetime,
    overdue: bool,
    moves_pending: bool,
    waiting: timedelta,
    ledger: Sequence[Line] | None = None,
    words: Mapping[str, str] | None = None,
) -> ClockShown:
    """The clock of a task; `rule` is where its period stands, `record` the record of notices by which it was set,
    `until` the end of the time used."""
    calendar = record.calendar(clock.calendar)
    days = calendar.working_days_between(to_shanghai(clock.started_at).date(), to_shanghai(until).date())
    return ClockShown(
        source=rule.source,
        article=rule.article,
        basis=rule.basis,
        note=rule.note,
        also=rule.also,
        started_at=clock.started_at,
        assumed=assumed,
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
        moves_pending=moves_pending and clock.may_be_moved_by_a_notice,
        used_seconds=max(0, int((until - clock.started_at).total_seconds())),
        used_working_days=days,
        waiting_seconds=int(waiting.total_seconds()),
        skipped=skipped(law, clock, record),
        ledger=None if ledger is None else [line_shown(law, each, clock, calendar, words or {}) for each in ledger],
    )


def line_shown(law: Law, line: Line, clock: Clock, calendar: Calendar, words: Mapping[str, str]) -> LedgerLine:
    """A line of the ledger of a clock, in words; `words` are those of acts that the caller may read, by their ids."""
    return LedgerLine(
        kind=line.kind,
        label=law.say(texts().clocks[line.kind]),
        at=line.at,
        until=line.until,
        by_time=line.by_time,
        because=reason_of(law, line),
        period=line.period,
        left=left_of(line, clock, calendar),
        due_at=line.due_at,
        said=words.get(line.act or ""),
        law=law.named(line.citation) if line.citation else None,
    )


def reason_of(law: Law, line: Line) -> str | None:
    """What stopped a clock, in the words of its rule; a notice by its document."""
    if line.because is None or line.kind is LineKind.MOVED:
        return line.because
    rule = law.rules.stop(line.because)
    return law.say(rule.label if rule else texts().clocks[line.because])


def left_of(line: Line, clock: Clock, calendar: Calendar) -> str | None:
    """What was left of the period when the clock was stopped, in its unit; for months, in days."""
    if line.kind is not LineKind.STOPPED or line.due_before is None or clock.period is None:
        return None
    unit = parse_period(clock.period).unit
    if unit is Unit.HOURS:
        return f"{max(0, int((line.due_before - line.at).total_seconds() // 3600))}h"
    first, last = to_shanghai(line.at).date(), last_day(line.due_before)
    if unit is Unit.WORKING_DAYS:
        return f"{calendar.working_days_between(first, last)}wd"
    return f"{max(0, (last - first).days)}d"


def stops(law: Law, clock: Clock) -> Iterator[StopShown]:
    """Every span for which a rule stopped the clock, those that have not ended last."""
    for each in clock.stops:
        known = each.source and each.article and each.basis
        cited = law.named(law.citation(each.source, each.article, each.basis)) if known else None  # type: ignore[arg-type]  # all known
        yield StopShown(
            because=each.because,
            label=called(law, each.because),
            stopped_at=each.stopped_at,
            resumed_at=each.resumed_at,
            law=cited,
        )
    for open_ in clock.open_stops:
        named = law.named(law.citation(open_.source, open_.article, open_.basis))
        yield StopShown(
            because=open_.because,
            label=called(law, open_.because),
            stopped_at=open_.stopped_at,
            resumed_at=None,
            law=named,
        )
    if clock.stopped_at and not clock.open_stops:
        rule = law.rules.supplement
        cited = law.named(rule.citation) if rule else None
        yield StopShown(because="supplement", label=None, stopped_at=clock.stopped_at, resumed_at=None, law=cited)


def called(law: Law, stop: str) -> str | None:
    """What a stop is called, where the rules name it."""
    rule = law.rules.stop(stop)
    return law.say(rule.label) if rule else None


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
    it = deadline_of(clock, record)
    started_on = to_shanghai(it.started_at).date()
    calendar = record.calendar(clock.calendar)
    return list(_skipped(calendar, started_on, it.period, it.extra_days, it.last_day_off, law.language))


@lru_cache(maxsize=8192)  # the tasks of a list began on the same few days, and a calendar never changes
def _skipped(
    calendar: Calendar, started_on: date, period: str, extra_days: int, off: LastDayOff, language: Language
) -> tuple[SkippedShown, ...]:
    """Of a period that began at any instant of a day."""
    if parse_period(period).unit is Unit.HOURS:
        return ()
    deadline = calendar.deadline(midnight(started_on), period, extra_days, off)
    return tuple(SkippedShown(on=day.on, why=said(day.why, language)) for day in calendar.explain(deadline).skipped)
