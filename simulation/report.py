"""What a run shows: lateness by stage, load by officer, what became of the requests. Counted from the cases' logs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.state import CaseState
from models.task_state import TaskState
from rules.deadlines import Unit, parse_period
from rules.pinned import Basis, Label
from rules.procedure_rules import ProcedureRules
from simulation.office import Office
from simulation.working_hours import WorkingHours
from simulation.year import Year

HALF, NINE_IN_TEN = 0.5, 0.9

HOURS_OF = {Unit.HOURS: 1, Unit.WORKING_DAYS: 24, Unit.CALENDAR_DAYS: 24, Unit.MONTHS: 720}


@dataclass(frozen=True)
class StageLine:
    """The tasks of a stage: `tasks` were opened, of which `open` still are and `cancelled` nobody had to decide.

    `late`: decided late, or open with a clock that has passed. `median` and `p90` of the time used by those that are
    decided, in `unit`: working days (the day of the start not counted) or natural hours.
    """

    stage: str
    label: Label
    periods: tuple[str, ...]
    article: str
    basis: Basis
    tasks: int
    open: int
    cancelled: int
    late: int
    unit: Unit
    median: float | None
    p90: float | None

    @property
    def share(self) -> float | None:
        """Late ones among those that somebody had to decide in a period; None where there is none."""
        owed = self.tasks - self.cancelled
        return self.late / owed if self.periods and owed else None


@dataclass(frozen=True)
class OfficerLine:
    """An officer: tasks decided, and the share of the working time of the span that they took."""

    body: str
    officer: int
    tasks: int
    load: float


@dataclass(frozen=True)
class BodyLine:
    """A body: its officers, the tasks they decided, their load together, and the most tasks that ever waited."""

    body: str
    officers: int
    tasks: int
    load: float
    longest_queue: int


@dataclass(frozen=True)
class Report:
    """One scenario. `by_period` has a line for each period of a stage, `by_stage` one for each stage."""

    scenario: str
    filed: int
    endings: Mapping[str, int]
    """Outcome to the number of requests that ended so."""
    open: int
    by_period: Sequence[StageLine]
    by_stage: Sequence[StageLine]
    officers: Sequence[OfficerLine]
    bodies: Sequence[BodyLine]
    open_by_day: Sequence[int]
    """Requests that were open at the end of each day."""

    @property
    def decided(self) -> int:
        """Tasks that officers and applicants have decided."""
        return sum(line.tasks - line.open - line.cancelled for line in self.by_stage)


def report_of(year: Year, scenario: str) -> Report:
    """What a finished run shows."""
    plan = year.plan
    states = [year.states[number] for number in sorted(year.states)]
    tasks = [task for state in states for task in state.tasks.values()]
    available = plan.hours.minutes(plan.since, plan.until)
    return Report(
        scenario=scenario,
        filed=len(states),
        endings=Counter(state.closed for state in states if state.closed),
        open=sum(state.closed is None for state in states),
        by_period=lines(plan.rules, plan.hours, tasks, lambda task: (task.stage, task.clock.period)),
        by_stage=lines(plan.rules, plan.hours, tasks, lambda task: task.stage),
        officers=[
            OfficerLine(office.body, officer.number, officer.tasks, _share(officer.minutes, available))
            for office in year.offices.values()
            for officer in office.officers
        ],
        bodies=[body_line(office, available) for office in year.offices.values()],
        open_by_day=open_by_day(states, plan.since, plan.days),
    )


def lines(
    rules: ProcedureRules, hours: WorkingHours, tasks: Iterable[TaskState], by: Callable[[TaskState], Hashable]
) -> list[StageLine]:
    """A line for each group of tasks, in the order of the law: by stage, longer periods first."""
    groups: dict[Hashable, list[TaskState]] = {}
    for task in tasks:
        groups.setdefault(by(task), []).append(task)
    order = [stage.stage for step in rules.steps for stage in step.stages]
    made = [line(rules, hours, group) for group in groups.values()]
    return sorted(made, key=lambda it: (order.index(it.stage), [-_length(period) for period in it.periods]))


def line(rules: ProcedureRules, hours: WorkingHours, tasks: Sequence[TaskState]) -> StageLine:
    """The tasks of one stage together."""
    first = tasks[0]
    stage = rules.stage(first.stage)
    assert stage
    periods = sorted({task.clock.period for task in tasks if task.clock.period}, key=_length, reverse=True)
    in_hours = bool(periods) and all(parse_period(period).unit is Unit.HOURS for period in periods)
    used = [
        _hours(task.clock.started_at, task.ended_at)
        if in_hours
        else hours.working_days(task.clock.started_at, task.ended_at)
        for task in tasks
        if task.ended == "decided" and task.ended_at
    ]
    return StageLine(
        stage=first.stage,
        label=stage.label,
        periods=tuple(periods),
        article=first.clock.article,
        basis=first.clock.basis,
        tasks=len(tasks),
        open=sum(task.is_open for task in tasks),
        cancelled=sum(task.ended == "cancelled" for task in tasks),
        late=sum(is_late(task) for task in tasks),
        unit=Unit.HOURS if in_hours else Unit.WORKING_DAYS,
        median=percentile(used, HALF),
        p90=percentile(used, NINE_IN_TEN),
    )


def is_late(task: TaskState) -> bool:
    """Whether the task was decided late, or is open and its clock has passed."""
    return task.late or (task.is_open and task.passed)


def body_line(office: Office, available: int) -> BodyLine:
    """The officers of a body together."""
    minutes = sum(officer.minutes for officer in office.officers)
    return BodyLine(
        body=office.body,
        officers=len(office.officers),
        tasks=sum(officer.tasks for officer in office.officers),
        load=_share(minutes, available * len(office.officers)),
        longest_queue=office.longest_queue,
    )


def open_by_day(states: Iterable[CaseState], since: datetime, days: int) -> list[int]:
    """How many requests were open at the end of each day."""
    change = [0] * (days + 1)
    for state in states:
        assert state.received_at
        change[(state.received_at - since).days] += 1
        if state.closed_at:
            change[min((state.closed_at - since).days, days)] -= 1
    counted, now = [], 0
    for each in change[:days]:
        now += each
        counted.append(now)
    return counted


def percentile(values: Iterable[float], share: float) -> float | None:
    """The smallest value that this share of them does not exceed; None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _share(minutes: int, available: int) -> float:
    return minutes / available if available else 0.0


def _hours(since: datetime, until: datetime) -> float:
    return (until - since) / timedelta(hours=1)


def _length(period: str) -> float:
    """Only to put periods in an order: a working day counts as a natural day, a month as thirty."""
    number, unit = parse_period(period)
    return number * HOURS_OF[unit]
