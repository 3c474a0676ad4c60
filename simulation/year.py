"""The span, event by event: requests come, clocks pass, officers decide, applicants answer. What falls on one instant
concerns different requests and is done side by side; nobody starts work before all of it is on record."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Protocol

from models.acts import Actor
from models.state import CaseState
from models.task_state import TaskState
from rules.calendar import CalendarRecord
from rules.deadlines import midnight
from rules.pinned import APPLICANT
from rules.procedure_rules import ProcedureRules
from simulation.chances import Arrival, Habits, answers_after, outcome, working_minutes
from simulation.office import Office, Officer, Waiting, Work
from simulation.scenario import Scenario
from simulation.working_hours import A_DAY, WorkingHours

PROVIDER = "provider"
NEVER = midnight(date(9999, 1, 1))
"""Where the law gives no number, a task waits behind those that are due some day."""


@dataclass(frozen=True)
class Dataset:
    """Data that can be asked for."""

    dataset_id: str
    provider: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What is the same under every scenario."""

    city: str
    rules: ProcedureRules
    """As they stand on the first day: which bodies there are, and what is called how."""
    first_day: date
    days: int
    seed: int
    habits: Habits
    hours: WorkingHours
    datasets: Sequence[Dataset]
    arrivals: Sequence[Arrival]
    record: CalendarRecord
    """The notices by which clocks are set, the guessed ones last."""
    guessed: int
    """How many of them are guessed: those that fill the days of which no notice speaks yet."""

    @property
    def since(self) -> datetime:
        return midnight(self.first_day)

    @property
    def until(self) -> datetime:
        """Exclusive."""
        return midnight(self.first_day + self.days * A_DAY)

    @property
    def guessed_from(self) -> date | None:
        """The first day of which no notice speaks yet; None where all is known."""
        guessed = self.record.notices[self.record.version - self.guessed :]
        return min((notice.covers.since for notice in guessed if notice.covers), default=None)

    def bodies(self) -> dict[str, str]:
        """The bodies that take part, to their roles."""
        roles = dict.fromkeys(
            stage.body for step in self.rules.steps for stage in step.stages if stage.body != APPLICANT
        )
        providers = dict.fromkeys(dataset.provider for dataset in self.datasets)
        return {body: role for role in roles for body in (providers if role == PROVIDER else [f"{self.city}.{role}"])}


class Register(Protocol):
    """Keeps the cases; every call returns the case as it then stands on record."""

    def turn_to(self, at: datetime) -> None:
        """It is that instant now, for all that is received."""

    async def file(self, arrival: Arrival) -> CaseState: ...

    async def decide(self, state: CaseState, task: TaskState, by: Actor, outcome: str) -> CaseState: ...

    async def pass_clocks(self, state: CaseState) -> CaseState:
        """The clocks that are due by now have passed."""
        ...


@dataclass(frozen=True)
class Answer:
    """The applicant does what is asked."""

    request: int
    task_id: str


@dataclass(frozen=True)
class Passing:
    """A clock of the request is due."""

    request: int


@dataclass(frozen=True)
class Opening:
    """Officers of the body begin their day, or come back from lunch, and find tasks."""

    body: str


Happening = Arrival | Work | Answer | Passing | Opening


class Year:
    """One run. Afterwards `states` has the requests by their numbers and `offices` the bodies."""

    def __init__(self, plan: Plan, scenario: Scenario, register: Register) -> None:
        self.plan = plan
        self.states: dict[int, CaseState] = {}
        self.offices: Mapping[str, Office] = {
            body: Office(body, scenario.staff(role), plan.hours, self._minutes) for body, role in plan.bodies().items()
        }
        self._register = register
        self._order = count()
        self._agenda: list[tuple[datetime, int, Happening]] = []
        for arrival in plan.arrivals:
            self._plan(arrival.at, arrival)

    async def run(self, reached: Callable[[datetime], object] = lambda _: None) -> None:
        """Everything before the end of the span happens; `reached` is called with each instant."""
        while self._agenda and (at := self._agenda[0][0]) < self.plan.until:
            happenings = []
            while self._agenda and self._agenda[0][0] == at:
                happenings.append(heapq.heappop(self._agenda)[2])
            self._register.turn_to(at)
            await self._pass_clocks(at, {each.request for each in happenings if isinstance(each, Passing)})
            await self._act(at, happenings)
            self._take_up(at)
            reached(at)
        for office in self.offices.values():
            office.close(self.plan.until)
        reached(self.plan.until)

    async def _pass_clocks(self, at: datetime, requests: set[int]) -> None:
        async def one(request: int) -> None:
            self.states[request] = await self._register.pass_clocks(self.states[request])

        due = [request for request in sorted(requests) if any(_is_due(task, at) for task in self._open(request))]
        await asyncio.gather(*map(one, due))

    async def _act(self, at: datetime, happenings: Sequence[Happening]) -> None:
        by_request: dict[int, list[Arrival | Work | Answer]] = {}
        for each in happenings:
            if isinstance(each, Arrival):
                by_request.setdefault(each.number, []).append(each)
            elif isinstance(each, Answer):
                by_request.setdefault(each.request, []).append(each)
            elif isinstance(each, Work):
                by_request.setdefault(each.task.request, []).append(each)

        async def one(request: int) -> None:
            for each in by_request[request]:
                await self._do(request, each)

        before = {request: self.states.get(request, CaseState()) for request in sorted(by_request)}
        await asyncio.gather(*map(one, before))
        for request, state in before.items():
            self._follow(at, request, state)

    async def _do(self, request: int, each: Arrival | Work | Answer) -> None:
        if isinstance(each, Arrival):
            self.states[request] = await self._register.file(each)
            return
        task_id = each.task_id if isinstance(each, Answer) else each.task.task_id
        state = self.states[request]
        task = state.tasks[task_id]
        if not task.is_open:
            return
        if isinstance(each, Answer):
            by = Actor(account=state.party)
        elif officer := self.offices[each.body].finish(each):
            by = Actor(account=officer.account, body=each.body)
        else:
            return
        name = _short(task)
        decided = outcome(self.plan.habits, self.plan.seed, request, name, task.outcomes)
        self.states[request] = await self._register.decide(state, task, by, decided)

    def _follow(self, at: datetime, request: int, before: CaseState) -> None:
        """What is new in a request finds those whom it concerns."""
        for task in self.states[request].tasks.values():
            known = before.tasks.get(task.task_id)
            if known is None and task.is_open:
                self._hand_out(at, request, task)
            elif not task.is_open and (known is None or known.is_open) and task.body != APPLICANT:
                self.offices[task.body].withdraw(task.task_id, at)

    def _hand_out(self, at: datetime, request: int, task: TaskState) -> None:
        if task.clock.due_at:
            self._plan(task.clock.due_at, Passing(request))
        if task.body == APPLICANT:
            after = answers_after(self.plan.habits, self.plan.seed, request, _short(task))
            self._plan(at + after, Answer(request, task.task_id))
            return
        due_at = task.clock.due_at or NEVER
        self.offices[task.body].put(Waiting(due_at, task.opened_at, request, task.task_id, task.stage))

    def _take_up(self, at: datetime) -> None:
        for office in self.offices.values():
            for work in office.assign(at):
                self._plan(work.ends, work)
            opens = office.waits_until(at)
            if opens and office.wakes_at != opens:
                office.wakes_at = opens
                self._plan(opens, Opening(office.body))

    def _plan(self, at: datetime, happening: Happening) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), happening))

    def _open(self, request: int) -> list[TaskState]:
        return self.states[request].open_tasks()

    def _minutes(self, task: Waiting, officer: Officer) -> int:
        name = _short(self.states[task.request].tasks[task.task_id])
        return working_minutes(self.plan.habits, self.plan.seed, task.request, name, task.stage, officer.account)


def _is_due(task: TaskState, at: datetime) -> bool:
    return task.clock.due_at is not None and task.clock.due_at <= at and not task.passed


def _short(task: TaskState) -> str:
    """By which chance knows a task again in another run, where its request has another id."""
    return f"{task.stage}.{task.round}"


def span(first_day: date, days: int) -> list[date]:
    """The days of a run."""
    return [first_day + timedelta(days=number) for number in range(days)]
