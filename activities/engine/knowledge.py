"""What the engine knows of a case, read from its history: no worker need run, and nothing is asked of the case itself.

This shows whether the engine is ahead of the log or behind: it is ahead where PostgreSQL was set back, as by a backup
that is older than the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.converter import WorkflowSerializationContext
from temporalio.service import RPCError, RPCStatusCode

from activities.record.log import length_and_instant
from models.messages import KnownLog

if TYPE_CHECKING:
    from temporalio.api.common.v1 import Payload
    from temporalio.api.history.v1 import HistoryEvent

    from activities.database import Connection, Pool

LOCAL_ACTIVITY = "core_local_activity"
TOLD_BY = ("log", "events", "unseen")
"""Where a start, a tail and a delivery carry their events (`models.messages`)."""


async def known_to_engine(temporal: Client, case_id: str) -> KnownLog | None:
    """The log of a running case as far as its workflow knows it; None where none runs."""
    handle = temporal.get_workflow_handle(case_id)
    try:
        described = await handle.describe()
        if described.status is not WorkflowExecutionStatus.RUNNING:
            return None
        number, at = 0, None
        history = temporal.get_workflow_handle(case_id, run_id=described.run_id)
        async for event in history.fetch_history_events():
            for event_known in await decoded(temporal, case_id, list(payloads_of(event))):
                if event_known["number"] == number + 1:
                    instant = datetime.fromisoformat(event_known["at"])
                    number, at = event_known["number"], max(at or instant, instant)
    except RPCError as failure:
        if failure.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None
    return KnownLog(number=number, at=at)


async def is_in_step(connection: Connection | Pool, case_id: str, known: KnownLog) -> bool:
    """Whether the log holds all that the engine knows; it may hold more. To be asked after the engine, because what the
    engine knows was in the log before."""
    return known.number == 0 or await length_and_instant(connection, case_id, known.number) == (known.number, known.at)


def payloads_of(event: HistoryEvent) -> Iterator[Payload]:
    """The payloads from which the workflow can know events: its start, an act, and what `append` returned."""
    if event.HasField("workflow_execution_started_event_attributes"):
        yield from event.workflow_execution_started_event_attributes.input.payloads
    elif event.HasField("workflow_execution_update_accepted_event_attributes"):
        yield from event.workflow_execution_update_accepted_event_attributes.accepted_request.input.args.payloads
    elif event.HasField("activity_task_completed_event_attributes"):
        yield from event.activity_task_completed_event_attributes.result.payloads
    elif event.HasField("marker_recorded_event_attributes"):
        marker = event.marker_recorded_event_attributes
        if marker.marker_name == LOCAL_ACTIVITY and "result" in marker.details:
            yield from marker.details["result"].payloads


async def decoded(temporal: Client, case_id: str, payloads: Sequence[Payload]) -> list[Mapping[str, Any]]:
    """The events that payloads of a case tell, in their order."""
    if not payloads:
        return []
    context = WorkflowSerializationContext(namespace=temporal.namespace, workflow_id=case_id)
    values = await temporal.data_converter.with_context(context).decode(payloads, [dict] * len(payloads))
    return [event for value in values if value for name in TOLD_BY for event in value.get(name, ())]
