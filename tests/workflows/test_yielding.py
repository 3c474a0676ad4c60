"""The bound within which a step of a workflow has to yield: that of production, which tests of other things widen."""

from __future__ import annotations

import asyncio
import threading
import uuid

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from stack.temporal import NAMESPACE, TemporalServer
from tests import yielding

A_WHILE = 40
"""Seconds, after which somebody who waits in vain gives up."""
RELEASED = threading.Event()


@workflow.defn(sandboxed=False)
class NeverYields:
    """Goes round in a step, and is interrupted there."""

    @workflow.run
    async def run(self) -> None:
        while not RELEASED.wait(0.05):
            pass


async def failures(handle: WorkflowHandle[NeverYields, None]) -> list[str]:
    """What each failed step of the workflow is said to have failed at."""
    history = await handle.fetch_history()
    failed = (each.workflow_task_failed_event_attributes for each in history.events)
    return [each.failure.message for each in failed if each.failure.message]


async def test_a_step_that_does_not_yield_is_failed_by_the_bound_of_production(
    temporal_server: TemporalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporal = await Client.connect(temporal_server.address, namespace=NAMESPACE)  # seals nothing
    yielding.as_it_is(monkeypatch)
    RELEASED.clear()
    queue = f"test-{uuid.uuid4().hex[:12]}"
    async with Worker(temporal, task_queue=queue, workflows=[NeverYields]):
        handle = await temporal.start_workflow(NeverYields.run, id=queue, task_queue=queue)
        try:
            async with asyncio.timeout(A_WHILE):
                while True:
                    if said := await failures(handle):
                        break
                    await asyncio.sleep(0.2)
            await handle.terminate()  # while it cannot end by itself
        finally:
            RELEASED.set()
    assert f"didn't yield within {yielding.OF_THE_SDK} second(s)" in said[0]
