"""Use report (利用情况反馈): by the law of its city.

Nanning 26, Yulin 29, Guangzhou 19.2, 26, 30.1, Lianyungang 24, 25, Nanjing 27.4.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.use_report import USE_REPORT
from workflows.case import Case


@workflow.defn(name="UseReport")
class UseReport(Case):
    """From the day on which the report is owed to the assessment of the use."""

    procedure = USE_REPORT

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
