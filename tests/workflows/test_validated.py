"""What the sandbox thinks of a workflow, which tests ask once in a process."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio import workflow
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests import validated
from tests.workflows.not_for_the_sandbox import NotForTheSandbox
from worker import SANDBOX
from workflows.reviews_due import ReviewsDue


async def test_a_workflow_that_the_sandbox_refuses_is_refused_each_time() -> None:
    definition = workflow._Definition.must_from_class(NotForTheSandbox)
    for _ in range(2):
        with pytest.raises(ImportError, match="not for the sandbox"):
            SANDBOX.prepare_workflow(definition)


async def test_a_workflow_that_the_sandbox_lets_in_is_imported_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str | None] = []
    create = SandboxedWorkflowRunner.create_instance

    def counted(self: SandboxedWorkflowRunner, instance: Any) -> Any:
        imported.append(instance.defn.name)
        return create(self, instance)

    monkeypatch.setattr(SandboxedWorkflowRunner, "create_instance", counted)
    validated.share(monkeypatch)
    for _ in range(2):
        SANDBOX.prepare_workflow(workflow._Definition.must_from_class(ReviewsDue))
    assert imported == ["ReviewsDue"]
