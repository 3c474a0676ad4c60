"""What to know when something that was waited for did not come: which acts wait, what the engine says, the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.client import Client
from temporalio.service import RPCError

from activities.database import AWAY

if TYPE_CHECKING:
    from activities.database import Pool
    from stack.programs import PythonProgram

WAITING = """
select a.act_id, a.kind, a.case_id, c.procedure, a.seq, a.state, a.problem ->> 'code' as problem, a.received_at,
  clock_timestamp() - a.received_at as waits, c.number, c.engine_number, c.closed_at is not null as case_is_closed
from acts a join cases c on c.case_id = a.case_id where a.delivered_at is null order by a.received_at, a.seq limit 20
"""
MOST_CASES = 5
LAST_LINES = 40


async def what_waits(pool: Pool, temporal: Client) -> list[str]:
    """Each act that was not delivered, and what the engine has of its case. Never raises because a part is away."""
    try:
        rows = await pool.fetch(WAITING)
    except AWAY as failure:
        return [f"PostgreSQL is away: {failure!r}"]
    cases = list(dict.fromkeys(row["case_id"] for row in rows))[:MOST_CASES]
    acts = [f"not delivered: {', '.join(f'{name}={value}' for name, value in row.items())}" for row in rows]
    return [
        *(acts or ["every act is delivered"]),
        *[line for each in cases for line in await in_engine(temporal, each)],
    ]


async def in_engine(temporal: Client, case_id: str) -> list[str]:
    """The workflow of a case, and each activity under way, with its attempts and its last failure."""
    try:
        described = await temporal.get_workflow_handle(case_id).describe()
    except RPCError as failure:
        return [f"engine, {case_id}: {failure}"]
    pending = described.raw_description
    status = described.status.name if described.status else "unknown"
    task = pending.pending_workflow_task
    lines = [f"engine, {case_id}: {status}, {described.history_length} events, task in attempt {task.attempt}"]
    return lines + [
        f"  {each.activity_type.name}: attempt {each.attempt}, {each.last_failure.message or 'no failure'}"
        for each in pending.pending_activities
    ]


def of_worker(worker: PythonProgram | None) -> list[str]:
    """Whether the worker runs, and what it said last."""
    if worker is None:
        return ["there is no worker"]
    lines = worker.log.read_text(errors="replace").splitlines()[-LAST_LINES:] if worker.log.exists() else []
    return [f"the worker: {worker.exit_text()}; its log ends:", *(f"  {line}" for line in lines)]
