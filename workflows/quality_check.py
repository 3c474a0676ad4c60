"""Quality check (质量校核): who obtained data doubts it or found a fault, and its provider reports the result.

Nanning 20(6): raised within two working days, answered within three. Yulin 24: no number.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.quality_check import QUALITY_CHECK
from workflows.case import Case


@workflow.defn(name="QualityCheck")
class QualityCheck(Case):
    """From the doubt to the result of the check."""

    procedure = QUALITY_CHECK

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
