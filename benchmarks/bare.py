"""The bare alternative: Nanning's granted request written out by hand for Temporal, as one would without Kaifang.

The same human tasks in the same order, each an update with a validator, a timer for each period, and one local
activity per transition that writes a row into PostgreSQL. Stages, periods and outcomes are code. No receipt, no log
that can be folded, no read model, no rules, no working days, no restart from PostgreSQL.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.database import Pool

TASK_QUEUE = "bare"

SCHEMA = """
create table bare_transitions (
  case_id text not null, number int not null, kind text not null, task text not null, officer text not null,
  outcome text not null, at timestamptz not null, primary key (case_id, number)
);
grant all on bare_transitions to public
"""

PERIODS = {
    "formal_review": timedelta(days=2),
    "provider_review": timedelta(days=5),
    "approval": timedelta(days=2),
}
STAGES = tuple(PERIODS)
SIGNATURES = ("provider_signature", "applicant_signature")
OUTCOMES = {
    "formal_review": ("pass", "return"),
    "provider_review": ("agree", "refuse"),
    "approval": ("approve", "disapprove"),
    "provider_signature": ("sign", "decline"),
    "applicant_signature": ("sign", "decline"),
}


@dataclass
class Request:
    """What an applicant files."""

    case_id: str
    party: str
    dataset_id: str
    stages: tuple[str, ...] = STAGES
    """One after another."""
    signatures: tuple[str, ...] = SIGNATURES
    """Side by side, afterwards."""


@dataclass
class Step:
    """What an officer does with a task."""

    task: str
    officer: str
    outcome: str = ""


@dataclass
class Transition:
    """One row of PostgreSQL."""

    case_id: str
    number: int
    kind: str
    task: str
    officer: str
    outcome: str
    at: datetime


@dataclass
class Task:
    """A human task while it lies before its body."""

    claimed_by: str = ""
    outcome: str = ""


class Recorder:
    """Writes transitions; the same one twice is written once."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn(name="record_transition")
    async def record(self, transition: Transition) -> None:
        await self._pool.execute(
            "insert into bare_transitions (case_id, number, kind, task, officer, outcome, at) "
            "values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
            transition.case_id,
            transition.number,
            transition.kind,
            transition.task,
            transition.officer,
            transition.outcome,
            transition.at,
        )


@workflow.defn
class BareRequest:
    """From the filing to the grant; only the path that is measured is written out."""

    @workflow.init
    def __init__(self, request: Request) -> None:
        self.request = request
        self.number = 0
        # Not in `run`: an update may come before it.
        self.tasks = {request.stages[0]: Task()}
        self.one_at_a_time = asyncio.Lock()
        self.overdue: list[str] = []

    @workflow.run
    async def run(self, request: Request) -> str:
        async with self.one_at_a_time:
            await self.record("filed", "", request.party, "")
        for stage in request.stages:
            self.tasks.setdefault(stage, Task())
            await self.decided(stage, PERIODS.get(stage))
        for signature in request.signatures:
            self.tasks.setdefault(signature, Task())
        for signature in request.signatures:
            await self.decided(signature, None)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return "granted"

    async def decided(self, stage: str, period: timedelta | None) -> None:
        """Waits for the decision; a period that passes is put on record and decides nothing."""
        task = self.tasks[stage]
        try:
            await workflow.wait_condition(lambda: bool(task.outcome), timeout=period)
        except TimeoutError:
            self.overdue.append(stage)
            await workflow.wait_condition(lambda: bool(task.outcome))

    @workflow.update
    async def claim(self, step: Step) -> int:
        async with self.one_at_a_time:
            self.check(step)
            await self.record("claimed", step.task, step.officer, "")
            self.tasks[step.task].claimed_by = step.officer
            return self.number

    @claim.validator
    def may_claim(self, step: Step) -> None:
        self.check(step)

    @workflow.update
    async def decide(self, step: Step) -> int:
        async with self.one_at_a_time:
            self.check(step)
            await self.record("decided", step.task, step.officer, step.outcome)
            self.tasks[step.task].outcome = step.outcome
            return self.number

    @decide.validator
    def may_decide(self, step: Step) -> None:
        self.check(step)
        if step.outcome not in OUTCOMES.get(step.task, (step.outcome,)):
            raise ApplicationError("no such outcome", type="OutcomeNotAllowed")

    def check(self, step: Step) -> None:
        task = self.tasks.get(step.task)
        if task is None:
            raise ApplicationError("no such task", type="NoSuchTask")
        if task.outcome:
            raise ApplicationError("decided already", type="TaskAlreadyDecided")
        if task.claimed_by not in ("", step.officer):
            raise ApplicationError("claimed by another", type="TaskAlreadyClaimed")

    async def record(self, kind: str, task: str, officer: str, outcome: str) -> None:
        self.number += 1
        await workflow.execute_local_activity(
            "record_transition",
            Transition(self.request.case_id, self.number, kind, task, officer, outcome, workflow.now()),
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_attempts=3),
        )
