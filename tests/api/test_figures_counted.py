"""Every figure equals a count over the logs, event by event and day by day, which knows nothing of the read model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from models import events as e
from models.access_events import AccessOpened
from models.clock import Clock
from models.passing import opened_by_time
from models.state import CaseState, fold
from rules.calendar import Calendar, CalendarRecord
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.pinned import APPLICANT
from tests.api.calling import Service
from tests.driving import Driver
from tests.populating import Population, no_engine, present_of

FIGURES = "/v1/supervision/figures"
CASES = 84
NAMES = ("city_name", "body_name", "procedure_label", "label", "text")
STARTS = {"DataHeld": "hold", "DataSuspended": "suspension", "DataWithdrawn": "withdrawal"}


@dataclass
class Task:
    """What a log says of a task."""

    city: str
    procedure: str
    body: str
    stage: str
    task_id: str
    opened_at: datetime
    clock: Clock
    ended_at: datetime | None = None
    outcome: str | None = None
    late: bool = False
    urged: list[datetime] = field(default_factory=list)

    def decide(self, outcome: str, at: datetime) -> None:
        """A correction stands for the decision that it replaces: late by its own receipt, with its own time used."""
        self.outcome, self.ended_at = outcome, at
        self.late = self.due is not None and at >= self.due

    @property
    def due(self) -> datetime | None:
        return self.clock.own_due_at.get(self.outcome or "", self.clock.due_at)

    @property
    def period(self) -> str | None:
        return self.clock.own_periods.get(self.outcome or "", self.clock.period)

    @property
    def limited(self) -> bool:
        return self.period is not None or self.due is not None

    @property
    def unit(self) -> str:
        return "hours" if not self.limited or (self.period or "").endswith("h") else "working_days"


@dataclass
class Case:
    """What a log says of a case."""

    city: str
    procedure: str
    body: str | None
    received_at: datetime
    closed: e.Closed | None = None
    moves: list[tuple[str | None, datetime]] = field(default_factory=list)
    """The kind that keeps the data back since then, None: none does."""

    def restrictions(self) -> list[tuple[str, datetime, datetime | None]]:
        found: list[tuple[str, datetime, datetime | None]] = []
        stands: str | None = None
        for kind, at in self.moves:
            if kind != stands:
                if stands:
                    found[-1] = (*found[-1][:2], at)
                if kind:
                    found.append((kind, at, None))
                stands = kind
        return found


@dataclass
class Told:
    """What the logs tell."""

    cases: list[Case]
    tasks: list[Task]
    waiting: list[tuple[str, datetime]]
    """Tasks on which an act waits, and its receipt."""


def read(log: Sequence[e.Event], told: Told) -> None:
    first = log[0]
    assert isinstance(first, e.Filed | AccessOpened)
    case = Case(first.city, first.procedure, first.bodies.get("provider"), first.at)
    tasks: dict[str, Task] = {}
    for event in log:
        match event:
            case e.TaskOpened():
                named = (event.body, event.stage, event.task_id, event.at, event.clock)
                tasks[event.task_id] = Task(first.city, first.procedure, *named)
            case e.ClockMoved():
                tasks[event.task_id].clock = event.clock
            case e.TaskDecided() | e.DecisionCorrected():
                tasks[event.task_id].decide(event.outcome, event.at)
            case e.TaskCancelled():
                tasks[event.task_id].ended_at = event.at
            case e.TaskUrged():
                tasks[event.task_id].urged.append(event.at)
            case e.Closed():
                case.closed = event
            case e.DataHeld() | e.DataSuspended() | e.DataWithdrawn():
                case.moves.append((STARTS[event.type], event.at))
            case e.DataRestored():
                case.moves.append((None, event.at))
            case _:
                pass
    told.cases.append(case)
    told.tasks.extend(tasks.values())


@dataclass
class Asked:
    """A question, and the count that answers it."""

    told: Told
    record: CalendarRecord
    from_on: date
    until_on: date
    as_of: datetime

    def within(self, instant: datetime | None) -> bool:
        return instant is not None and self.from_on <= to_shanghai(instant).date() < self.until_on

    def working_days(self, city: str, since: datetime, until: datetime) -> int:
        calendar: Calendar = self.record.calendar(load_pack(city).calendar)
        day, last = to_shanghai(since).date(), to_shanghai(until).date()
        return sum(calendar.is_working(day + timedelta(days=n)) for n in range(1, (last - day).days + 1))

    def used(self, task: Task) -> int:
        assert task.ended_at
        spans = [(task.clock.started_at, task.clock.stopped_at or task.ended_at)]
        stops = [(stop.stopped_at, stop.resumed_at) for stop in task.clock.stops]
        if task.unit == "working_days":
            ran, stopped = (sum(self.working_days(task.city, *each) for each in of) for of in (spans, stops))
            return ran - stopped
        ran_for, stopped_for = (sum((until - since for since, until in of), timedelta()) for of in (spans, stops))
        return math.ceil((ran_for - stopped_for) / timedelta(hours=1))

    def late_by(self, task: Task) -> int | None:
        if not task.late:
            return None
        assert task.ended_at
        return self.working_days(task.city, task.due - timedelta(seconds=1), task.ended_at) if task.due else 0

    def overdue(self, task: Task) -> bool:
        waits = any(of == task.task_id and task.due and at < task.due for of, at in self.told.waiting)
        return task.ended_at is None and task.due is not None and task.due <= self.as_of and not waits

    def ages(self, of: Iterable[tuple[str, datetime]]) -> list[dict[str, Any]]:
        days = [self.working_days(city, since, self.as_of) for city, since in of]
        groups = [(0, 5), (6, 10), (11, 20), (21, 60), (61, None)]
        return [
            {"up_to_working_days": most, "counted": sum(least <= day <= (most or day) for day in days)}
            for least, most in groups
        ]

    def cases(self, cases: Sequence[Case]) -> dict[str, Any]:
        closed = [case for case in cases if case.closed and self.within(case.closed.at)]
        ends = Counter(case.closed.outcome for case in closed if case.closed)
        lasted = [self.working_days(case.city, case.received_at, case.closed.at) for case in closed if case.closed]
        still = [case for case in cases if case.closed is None]
        apart = {name: ends[name] for name in ("granted", "refused", "withdrawn")}
        return {
            "filed": sum(self.within(case.received_at) for case in cases),
            "closed": len(closed),
            **apart,
            "closed_otherwise": len(closed) - sum(apart.values()),
            "outcomes": dict(ends),
            "upheld": sum(case.closed is not None and case.closed.upheld is True for case in closed),
            "not_upheld": sum(case.closed is not None and case.closed.upheld is False for case in closed),
            "time_taken": self.taken("working_days", lasted),
            "restrictions": self.restrictions([each for case in cases for each in case.restrictions()]),
            "open": len(still),
            "open_by_age": self.ages((case.city, case.received_at) for case in still),
        }

    def restrictions(self, found: list[tuple[str, datetime, datetime | None]]) -> list[dict[str, Any]]:
        told = []
        for kind in STARTS.values():
            of_kind = [(since, until) for each, since, until in found if each == kind]
            lasted = [math.ceil((u - s) / timedelta(hours=1)) for s, u in of_kind if u and self.within(u)]
            row = {
                "kind": kind,
                "begun": sum(self.within(since) for since, _ in of_kind),
                "ended": len(lasted),
                "in_force": sum(until is None for _, until in of_kind),
                "lasted": self.taken("hours", lasted),
            }
            if row["begun"] or row["ended"] or row["in_force"]:
                told.append(row)
        return told

    def tasks(self, tasks: Sequence[Task]) -> dict[str, Any]:
        ended = [task for task in tasks if self.within(task.ended_at)]
        decided = [task for task in ended if task.outcome]
        late = [by for task in decided if (by := self.late_by(task)) is not None]
        still = [task for task in tasks if task.ended_at is None]
        used = {unit: [self.used(task) for task in decided if task.unit == unit] for unit in ("working_days", "hours")}
        return {
            "decided": len(decided),
            "in_time": sum(task.limited and not task.late for task in decided),
            "late": len(late),
            "without_limit": sum(not task.limited and not task.late for task in decided),
            "late_working_days": {"together": sum(late), **percentiles(late)} if late else None,
            "time_used": [taken for unit, lengths in used.items() if (taken := self.taken(unit, lengths))],
            "outcomes": dict(Counter(task.outcome for task in decided)),
            "cancelled": len(ended) - len(decided),
            "urgings": sum(self.within(at) for task in tasks for at in task.urged),
            "open": len(still),
            "overdue": sum(self.overdue(task) for task in still),
            "open_by_age": self.ages((task.city, task.opened_at) for task in still),
        }

    def taken(self, unit: str, lengths: Sequence[int]) -> dict[str, Any] | None:
        return {"unit": unit, "counted": len(lengths), **percentiles(lengths)} if lengths else None


def percentiles(lengths: Sequence[int]) -> dict[str, int]:
    in_order = sorted(lengths)
    at = {"median": (len(in_order) + 1) // 2, "ninetieth": (9 * len(in_order) + 9) // 10, "longest": len(in_order)}
    return {name: in_order[rank - 1] for name, rank in at.items()}


LEVELS: dict[str, tuple[bool, bool, bool]] = {
    "totals": (False, False, False),
    "by_body": (True, False, False),
    "by_procedure": (False, True, False),
    "by_body_and_procedure": (True, True, False),
    "by_stage": (False, True, True),
    "items": (True, True, True),
}
"""Whether bodies, procedures and stages are told apart."""


def expected(asked: Asked, level: str, told: Told) -> dict[tuple[str | None, ...], dict[str, Any]]:
    """The rows of a level."""
    by_body, by_procedure, by_stage = LEVELS[level]
    cases: dict[tuple[str | None, ...], list[Case]] = {}
    tasks: dict[tuple[str | None, ...], list[Task]] = {}
    for case in told.cases:
        if not by_stage and (by_procedure or case.procedure != "access") and (case.body or not by_body):
            key = (case.city, case.body if by_body else None, case.procedure if by_procedure else None, None)
            cases.setdefault(key, []).append(case)
    for task in told.tasks:
        if by_stage or task.body != APPLICANT:
            stage, procedure = task.stage if by_stage else None, task.procedure if by_procedure else None
            tasks.setdefault((task.city, task.body if by_body else None, procedure, stage), []).append(task)
    rows = {}
    for place in cases.keys() | tasks.keys():
        of_cases = None if by_stage else asked.cases(cases.get(place, []))
        of_tasks = asked.tasks(tasks.get(place, []))
        if of_cases and not by_procedure:
            of_cases["outcomes"] = None
        if not by_stage:
            of_tasks["outcomes"] = None
        if anything([of_cases, of_tasks]):
            rows[place] = {"cases": of_cases, "tasks": of_tasks}
    return rows


def anything(counted: Any) -> bool:
    """Whether any number in it is more than none."""
    if isinstance(counted, dict):
        return any(anything(each) for name, each in counted.items() if name != "up_to_working_days")
    if isinstance(counted, list):
        return any(anything(each) for each in counted)
    return isinstance(counted, int) and counted > 0


def without_names(shown: Any) -> Any:
    """The numbers of an answer, by the names of the count."""
    if isinstance(shown, dict):
        kept = {name: without_names(each) for name, each in shown.items() if name not in NAMES}
        if isinstance(kept.get("outcomes"), list):
            kept["outcomes"] = {each["outcome"]: each["counted"] for each in kept["outcomes"]}
        return kept
    return [without_names(each) for each in shown] if isinstance(shown, list) else shown


def placed(rows: list[Any]) -> dict[tuple[str | None, ...], dict[str, Any]]:
    shown = {(r["city"], r["body"], r["procedure"], r["stage"]): r for r in without_names(rows)}
    assert len(shown) == len(rows), "a place stands in one row"
    return {place: {"cases": row["cases"], "tasks": row["tasks"]} for place, row in shown.items()}


async def told_by(driver: Driver) -> Told:
    told = Told([], [], [])
    now = await present_of(driver)
    for row in await driver.pool.fetch("select case_id from cases"):
        log = await driver.events(row["case_id"])
        # What time has opened is open, whether or not a machine has written it.
        opened = opened_by_time(await driver.rules_of(row["case_id"]), fold(CaseState(), log), now)
        read([*log, *opened], told)
    waiting = "select act ->> 'task_id' as task_id, received_at from acts where state = 'received'"
    told.waiting = [(row["task_id"], row["received_at"]) for row in await driver.pool.fetch(waiting)]
    return told


@pytest.mark.duty("NN-33", "YL-5", "NJ-6")
@pytest.mark.parametrize(("seed", "cases"), [(0, 0), (1, CASES), (2, CASES)])
async def test_every_figure_is_that_of_a_count_over_the_logs(
    driver: Driver, service: Service, monkeypatch: pytest.MonkeyPatch, seed: int, cases: int
) -> None:
    now = await present_of(driver)
    with no_engine(monkeypatch):
        population = Population(driver, Random(seed), now)
        await population.make(cases)
        await population.by_hand()
    told, present = await told_by(driver), await service.app.state.runtime.present()
    kinds = {(case.city, case.procedure) for case in told.cases}
    assert set(population.kinds()) - kinds == set(), "there are cases of every city and procedure"
    today, admin = to_shanghai(now).date(), service.as_("admin@kaifang")
    spans = [(today - timedelta(days=500), today + timedelta(days=1))]
    spans += [(today - timedelta(days=n), today - timedelta(days=n - 45)) for n in (60, 200, 330)]
    narrowed: list[dict[str, str]] = [{}, {"city": "nanning"}, {"body": "guangzhou.transport"}]
    narrowed += [{"procedure": "objection"}, {"city": "nanjing", "stage": "forwarding"}]
    late = used = 0
    for from_on, until_on in spans:
        for filters in narrowed if from_on == spans[0][0] else narrowed[:1]:
            answer = await admin.read(FIGURES, **{"from": from_on, "until": until_on}, **filters)
            as_of = datetime.fromisoformat(answer["as_of"])
            asked = Asked(told, present.record, from_on, until_on, as_of)
            seen = Told(
                [] if "stage" in filters else [case for case in told.cases if wanted(case, filters)],
                [task for task in told.tasks if wanted(task, filters)],
                told.waiting,
            )
            for level in LEVELS:
                rows = expected(asked, level, seen)
                if "stage" in filters:
                    rows = {place: {**row, "cases": None} for place, row in rows.items()}
                assert placed(answer[level]) == rows, f"{level} of {filters} from {from_on} until {until_on}"
            late += sum(row["tasks"]["late"] for row in answer["totals"])
            used += sum(len(row["tasks"]["time_used"]) for row in answer["totals"])
    assert late > 5
    assert used > 10
    assert {each[0] for case in told.cases for each in case.restrictions()} == set(STARTS.values())
    assert any(task.urged for task in told.tasks)
    assert any(task.clock.stops for task in told.tasks)
    assert any(task.clock.stopped_at and task.outcome for task in told.tasks)
    assert any(task.clock.own_due_at and task.outcome for task in told.tasks), "what was compared is more than nothing"


def wanted(one: Case | Task, filters: dict[str, str]) -> bool:
    return all(getattr(one, name) == value for name, value in filters.items())
