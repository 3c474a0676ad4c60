"""Demand (需求): somebody asks for data that is not in the catalogue, and its provider says whether it can be opened.

Guangzhou 18 gives two clocks from one receipt, reasons within five working days if the answer is no and the data within
twenty if it is yes; Yulin 18 and Nanning 15 give no number. A demand that is agreed to orders a catalogue update, and
what waits for the data is done when that is published.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.demand import DEMAND
from workflows.case import Case


@workflow.defn(name="Demand")
class Demand(Case):
    """From the demand to the data, or to the reasons why not."""

    procedure = DEMAND

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
