"""Rectification (责令改正、限期整改): a body that breached a duty is ordered to put it right within a time limit.

Lianyungang 39 and Nanjing 39 have the authority order it; in Nanning (35), Yulin (35) and Guangzhou (34) the authority
only proposes, and the government, a superior department or the competent organ orders. What is not done in time
Lianyungang's authority owes the government a report of, from that instant on. Each order sets its own limit; that it
is over takes nobody's decision.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.rectification import RECTIFICATION
from workflows.case import Case


@workflow.defn(name="Rectification")
class Rectification(Case):
    """From the record of a breach to its rectification, or to whoever is to know that there was none."""

    procedure = RECTIFICATION

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
