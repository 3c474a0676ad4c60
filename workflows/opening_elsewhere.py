"""Opening elsewhere (平台外开放备案): a body that opens data outside the platform files that beforehand.

Guangzhou 16, first paragraph. The authority takes it on record; nothing waits for that, and nothing is barred by it.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.opening_elsewhere import OPENING_ELSEWHERE
from workflows.case import Case


@workflow.defn(name="OpeningElsewhere")
class OpeningElsewhere(Case):
    """From the filing to its record."""

    procedure = OPENING_ELSEWHERE

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
