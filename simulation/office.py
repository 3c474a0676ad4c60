"""A body at work: its officers take the most urgent task that waits, one at a time, and only in working hours."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from simulation.working_hours import WorkingHours


@dataclass(frozen=True, order=True)
class Waiting:
    """A task that waits for an officer, in the order in which they are taken: by due instant, then by opening."""

    due_at: datetime
    opened_at: datetime
    request: int
    task_id: str
    stage: str


@dataclass
class Officer:
    """One who works for a body; `minutes` of work, the running one included as far as it is done."""

    body: str
    number: int
    tasks: int = 0
    minutes: int = 0
    work: Work | None = None

    @property
    def account(self) -> str:
        return f"acc_{self.body}_{self.number}"


@dataclass(frozen=True)
class Work:
    """An officer's work on a task, and when it is done if nothing comes between."""

    body: str
    officer: int
    task: Waiting
    begins: datetime
    ends: datetime


class Office:
    """The queue of a body and its officers, who are numbered from 1."""

    def __init__(self, body: str, officers: int, hours: WorkingHours, needs: Callable[[Waiting, Officer], int]) -> None:
        self.body = body
        self.officers = [Officer(body, number) for number in range(1, officers + 1)]
        self.longest_queue = 0
        self.wakes_at: datetime | None = None
        """When somebody has planned to look at the queue."""
        self._hours = hours
        self._needs = needs
        self._queue: list[Waiting] = []
        self._waiting: set[str] = set()

    @property
    def queue(self) -> int:
        return len(self._waiting)

    def put(self, task: Waiting) -> None:
        """The task waits."""
        heapq.heappush(self._queue, task)
        self._waiting.add(task.task_id)

    def withdraw(self, task_id: str, at: datetime) -> None:
        """Nobody need work on the task any more; who does, stops."""
        self._waiting.discard(task_id)
        for officer in self.officers:
            if officer.work and officer.work.task.task_id == task_id:
                self._stop(officer, at)

    def assign(self, at: datetime) -> list[Work]:
        """Those who are free take what waits, if these are working hours; the work that begins."""
        begun = []
        if self._hours.opens(at) == at:
            for officer in self.officers:
                if officer.work is None and (task := self._next()) is not None:
                    ends = self._hours.after(at, self._needs(task, officer))
                    officer.work = Work(self.body, officer.number, task, at, ends)
                    begun.append(officer.work)
        self.longest_queue = max(self.longest_queue, self.queue)
        return begun

    def finish(self, work: Work) -> Officer | None:
        """The officer has done the work and is free; None if it was stopped before."""
        officer = self.officers[work.officer - 1]
        if officer.work != work:
            return None
        self._stop(officer, work.ends)
        officer.tasks += 1
        return officer

    def close(self, at: datetime) -> None:
        """The span ends: what is still being worked on counts as worked until now."""
        for officer in self.officers:
            if officer.work:
                self._stop(officer, at)

    def waits_until(self, at: datetime) -> datetime | None:
        """When somebody free can take what waits; None while nobody is free or nothing waits."""
        if not self._waiting or all(officer.work for officer in self.officers):
            return None
        return self._hours.opens(at)

    def _next(self) -> Waiting | None:
        while self._queue:
            task = heapq.heappop(self._queue)
            if task.task_id in self._waiting:
                self._waiting.remove(task.task_id)
                return task
        return None

    def _stop(self, officer: Officer, at: datetime) -> None:
        assert officer.work
        officer.minutes += self._hours.minutes(officer.work.begins, at)
        officer.work = None
