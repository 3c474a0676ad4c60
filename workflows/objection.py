"""Objection (异议): somebody shows that open data infringes a right or is wrong; it stops while that is verified.

Who verifies, within which period, with which measures, and when the objector is told, is in the city's pack: Nanning
22, Yulin 17, Guangzhou 29, Lianyungang 20 and 26, Nanjing 35. That evidence on a secret or on privacy holds the data
back from its receipt on is a service rule of each pack. Here stands what all of them share.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.objection import OBJECTION
from workflows.case import Case


@workflow.defn(name="Objection")
class Objection(Case):
    """From the objection to the answer."""

    procedure = OBJECTION

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
