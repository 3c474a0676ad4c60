"""Opening plan (年度开放计划): one year of a body, by Guangzhou 7 and Nanning 18."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.opening_plan import OPENING_PLAN
from workflows.case import Case


@workflow.defn(name="OpeningPlan")
class OpeningPlan(Case):
    """From the beginning of the year to the plan on record."""

    procedure = OPENING_PLAN

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
