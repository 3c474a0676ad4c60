"""Evaluation (考核评估): Guangzhou 28, Lianyungang 37, Nanning 33, Yulin 5, Nanjing 6 and 37."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.evaluation import EVALUATION
from workflows.case import Case


@workflow.defn(name="Evaluation")
class Evaluation(Case):
    """From the end of the year to the result that is made known."""

    procedure = EVALUATION

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
