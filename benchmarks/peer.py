"""The second peer: Nanning's granted request written for DBOS Transact, which keeps workflows in PostgreSQL alone.

The same human tasks in the same order as the bare alternative, whose stages, periods and outcomes these are. A request
is one workflow; whoever acts on it sends it a message and waits for the event that bears the act's id. Each transition
is a row, written in one transaction with DBOS's own note that it is written.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TypedDict

import sqlalchemy as sa
from dbos import DBOS, AsyncSQLAlchemyDatasource

from benchmarks.bare import OUTCOMES, SIGNATURES, STAGES, Task

NAME = "peer"
"""Of the application, of its queue and of its workflow."""

SCHEMA = """
create table if not exists peer_transitions (
  case_id text not null, number int not null, kind text not null, task text not null, officer text not null,
  outcome text not null, at timestamptz not null, primary key (case_id, number)
)
"""
WRITTEN = sa.text(
    "insert into peer_transitions (case_id, number, kind, task, officer, outcome, at) "
    "values (:case_id, :number, :kind, :task, :officer, :outcome, clock_timestamp())"
)
NO_PERIOD = timedelta(days=3650)
"""To receive is to wait for so long at most; somebody who waits without end asks again after it."""


class Message(TypedDict):
    """What an officer does with a task. `kind` is `claimed` or `decided`."""

    act_id: str
    kind: str
    task: str
    officer: str
    outcome: str


class Answer(TypedDict):
    """What became of an act: the number of its row, or why it has none."""

    number: int
    problem: str


def problem_of(message: Message, tasks: Mapping[str, Task]) -> str:
    """Why nobody may do this with those tasks; empty where somebody may."""
    task = tasks.get(message["task"])
    if task is None:
        return "NoSuchTask"
    if task.outcome:
        return "TaskAlreadyDecided"
    if task.claimed_by not in ("", message["officer"]):
        return "TaskAlreadyClaimed"
    if message["kind"] == "decided" and message["outcome"] not in OUTCOMES[message["task"]]:
        return "OutcomeNotAllowed"
    return ""


def register(ledger: AsyncSQLAlchemyDatasource) -> None:
    """DBOS knows the workflow, whose rows go into that database. Comes before its launch."""

    @ledger.transaction(name="record", isolation_level="READ COMMITTED")
    async def record(case_id: str, number: int, kind: str, task: str, officer: str, outcome: str) -> None:
        row = {"case_id": case_id, "number": number, "kind": kind, "task": task, "officer": officer, "outcome": outcome}
        await ledger.sql_session().execute(WRITTEN, row)

    async def decided(case_id: str, names: tuple[str, ...], period: timedelta, number: int) -> int:
        """Waits for the decision of each; a period that passes is on DBOS's record and decides nothing."""
        tasks = {name: Task() for name in names}
        # No replay asks the clock in vain: how long a receipt waits is on record from its beginning.
        due_at = time.time() + period.total_seconds()
        while not all(task.outcome for task in tasks.values()):
            message: Message | None = await DBOS.recv_async(timeout_seconds=max(0, due_at - time.time()))
            if message is None:
                due_at = time.time() + NO_PERIOD.total_seconds()
                continue
            problem = problem_of(message, tasks)
            if not problem:
                number += 1
                task, officer, outcome = message["task"], message["officer"], message["outcome"]
                await record(case_id, number, message["kind"], task, officer, outcome)
                tasks[task].claimed_by, tasks[task].outcome = officer, outcome
            await DBOS.set_event_async(message["act_id"], Answer(number=number, problem=problem))
        return number

    @DBOS.workflow(name=NAME)
    async def request(case_id: str, party: str, periods: Mapping[str, timedelta]) -> str:
        await record(case_id, 1, "filed", "", party, "")
        number = 1
        for stage in STAGES:
            number = await decided(case_id, (stage,), periods[stage], number)
        await decided(case_id, SIGNATURES, NO_PERIOD, number)
        return "granted"
