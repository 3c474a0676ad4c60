"""Misuse (利用行为监督、举报): by the law of its city (Nanning 27, Yulin 30, Guangzhou 30, Lianyungang 38)."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.misuse import MISUSE
from workflows.case import Case


@workflow.defn(name="Misuse")
class Misuse(Case):
    """From the report to what was found and done."""

    procedure = MISUSE

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
