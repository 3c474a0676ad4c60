"""The runs of a case in the engine, one for each version it was on, and what went wrong in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.engine.handing_over import KNOWN_BETTER

Run = Sequence[HistoryEvent]
GIVEN_UP = ("_DeadlockError", "_InterruptDeadlockError")
"""What the SDK calls a step that took longer than two seconds; its message is sealed."""

CUT_OFF = "FORCE_CLOSE_COMMAND"
"""What the engine calls a step in the middle of which its workflow was ended."""


async def runs_of(temporal: Client, case_id: str) -> list[Run]:
    """The history of each run of a case, from its first to its last; none of one that was closed before the engine
    heard of it, as an access that is given back while the engine is away."""
    histories: list[Run] = []
    try:
        described = await temporal.get_workflow_handle(case_id).describe()
    except RPCError as fault:
        if fault.status is RPCStatusCode.NOT_FOUND:
            return histories
        raise
    run_id: str | None = described.raw_info.first_run_id
    while run_id:
        events = (await temporal.get_workflow_handle(case_id, run_id=run_id).fetch_history()).events
        histories.append(events)
        run_id = events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return histories


def counted(run: Run) -> Counter[str]:
    """How many events of each type it has."""
    return Counter(EventType.Name(each.event_type).removeprefix("EVENT_TYPE_") for each in run)


def failed_steps(run: Run) -> list[str]:
    """Why workflow tasks of it failed, as the engine names it; not those that got no processor for so long on a busy
    machine that the SDK gave them up, which are only done again, nor the one with which we took it back: its case was
    closed before the engine heard of it, and the engine cuts off what is under way."""
    taken_back = run[-1].workflow_execution_terminated_event_attributes.reason == KNOWN_BETTER
    failed = [each for each in run if each.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED]
    told = [each.workflow_task_failed_event_attributes for each in failed]
    causes = [each.cause for each in told if each.failure.application_failure_info.type not in GIVEN_UP]
    names = [WorkflowTaskFailedCause.Name(cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_") for cause in causes]
    return [name for name in names if not (taken_back and name == CUT_OFF)]
