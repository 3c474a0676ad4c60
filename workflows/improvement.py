"""Improvement (评估问题整改): what an evaluation finds of a body is its task, by Nanjing 37."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.improvement import IMPROVEMENT
from workflows.case import Case


@workflow.defn(name="Improvement")
class Improvement(Case):
    """From the finding to the answer that is accepted."""

    procedure = IMPROVEMENT

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
