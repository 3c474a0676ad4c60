"""A workflow is validated once in a process, as it is in production, where a process has one worker.

The sandbox imports each workflow of a worker to see that it can. In tests, most of which have a worker of their own,
these are the same classes each time.
"""

from __future__ import annotations

import pytest
from temporalio import workflow
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from worker import SANDBOX

AS_IT_IS = SandboxedWorkflowRunner.prepare_workflow


def share(patch: pytest.MonkeyPatch) -> None:
    """The workers of this process from now on take a workflow that their sandbox has let in once."""
    let_in: set[type] = set()

    def validated(self: SandboxedWorkflowRunner, definition: workflow._Definition) -> None:
        if self is SANDBOX and definition.cls in let_in:
            return
        AS_IT_IS(self, definition)
        if self is SANDBOX:
            let_in.add(definition.cls)

    patch.setattr(SandboxedWorkflowRunner, "prepare_workflow", validated)
