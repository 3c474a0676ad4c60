"""Log, read model and engine are compared, case by case (`kaifang reconcile`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.log import (
    OBJECTION_COLUMNS,
    RESTRICTION_COLUMNS,
    TASK_COLUMNS,
    objection_row,
    read_log,
    restriction_row,
    task_row,
)
from models.state import CaseState, fold

if TYPE_CHECKING:
    from activities.database import Connection, Pool


@dataclass(frozen=True)
class Difference:
    """One thing that does not agree with the log, which is the truth."""

    case_id: str
    case_number: str
    what: str


async def reconcile(pool: Pool, temporal: Client) -> AsyncIterator[Difference]:
    """Every difference between a case's log and what is derived from it or waits on it; none where all agree.

    Reads only. A case that is being worked on while it is compared may show as different: look again.
    """
    async with pool.acquire() as connection:
        cases = [row["case_id"] for row in await connection.fetch("select case_id from cases order by case_id")]
        for case_id in cases:
            state = fold(CaseState(), await read_log(connection, case_id))
            for what in [*await of_read_model(connection, state), *await of_engine(temporal, state)]:
                yield Difference(case_id, state.case_number, what)


async def of_read_model(connection: Connection, state: CaseState) -> list[str]:
    """Where cases, tasks and grants say something else than the fold of the log."""
    differences: list[str] = []
    row = await connection.fetchrow(
        "select number, outcome, closed_at, urgency from cases where case_id = $1", state.case_id
    )
    assert row
    if tuple(row) != (state.number, state.closed, state.closed_at, state.choices.get("urgency")):
        differences.append(f"cases: {tuple(row)}, by the log {state.number} events, {state.closed or 'open'}")
    stored = {
        row["task_id"]: tuple(row)
        for row in await connection.fetch(f"select {TASK_COLUMNS} from tasks where case_id = $1", state.case_id)  # noqa: S608 - a constant
    }
    folded = {task.task_id: task_row(state, task) for task in state.tasks.values()}
    differences.extend(
        f"tasks: {task_id} is not as the log tells it"
        for task_id in sorted(stored.keys() | folded.keys())
        if without_clock(stored.get(task_id)) != without_clock(folded.get(task_id))
    )
    if state.grant:
        grant = await connection.fetchrow(
            "select key_digest, ended, valid_until from grants where case_id = $1", state.case_id
        )
        if grant is None or tuple(grant) != (state.grant.key_digest, state.closed, state.grant.valid_until):
            differences.append("grants: not as the log tells it")
    derived = (
        ("objections", OBJECTION_COLUMNS, objection_row(state)),
        ("restrictions", RESTRICTION_COLUMNS, restriction_row(state)),
    )
    for table, columns, folded_row in derived:
        kept = await connection.fetchrow(f"select {columns} from {table} where case_id = $1", state.case_id)  # noqa: S608 - constants
        if (tuple(kept) if kept else None) != folded_row:
            differences.append(f"{table}: not as the log tells it")
    return differences


def without_clock(row: tuple[object, ...] | None) -> tuple[object, ...] | None:
    """A task's row without the clock's JSON, which PostgreSQL spells its own way; its instants have columns too."""
    return row[:-1] if row else None


async def of_engine(temporal: Client, state: CaseState) -> list[str]:
    """Where the engine has a closed case running, or an open one not."""
    try:
        status = (await temporal.get_workflow_handle(state.case_id).describe()).status
    except RPCError as failure:
        if failure.status is not RPCStatusCode.NOT_FOUND:
            raise
        # A closed case leaves the engine when its retention ends.
        return [] if state.closed else ["engine: an open case is not there (kaifang restore brings it back)"]
    running = status is WorkflowExecutionStatus.RUNNING
    if running == bool(state.closed):
        return [f"engine: {status.name if status else 'unknown'}, by the log {state.closed or 'open'}"]
    return []
