"""Appeal (申诉) against what was taken of a grant, where a city's law hears one (Guangzhou 30.1)."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.misuse_appeal import MISUSE_APPEAL
from workflows.case import Case


@workflow.defn(name="MisuseAppeal")
class MisuseAppeal(Case):
    """From the appeal to its answer."""

    procedure = MISUSE_APPEAL

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
