"""Upkeep in an emergency (应急开放数据动态更新): what was opened is updated as the public needs it, by Yulin 13.

One case each time it is due; one that finds the emergency over is the last.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.emergency_upkeep import EMERGENCY_UPKEEP
from workflows.case import Case


@workflow.defn(name="EmergencyUpkeep")
class EmergencyUpkeep(Case):
    """From the day on which it is due to its finding."""

    procedure = EMERGENCY_UPKEEP

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
