"""Opening focus (年度开放重点): one year of a city, by Guangzhou 6."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.opening_focus import OPENING_FOCUS
from workflows.case import Case


@workflow.defn(name="OpeningFocus")
class OpeningFocus(Case):
    """From the beginning of the year to the publication of its focus."""

    procedure = OPENING_FOCUS

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
