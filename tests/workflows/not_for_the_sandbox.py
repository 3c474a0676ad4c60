"""A workflow that no sandbox lets in."""

from __future__ import annotations

from temporalio import workflow

if workflow.unsafe.in_sandbox():
    raise ImportError("not for the sandbox")


@workflow.defn
class NotForTheSandbox:
    """Does nothing, and is never run."""

    @workflow.run
    async def run(self) -> None:
        """Returns."""
