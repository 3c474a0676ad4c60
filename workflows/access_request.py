"""Access request (有条件开放数据申请): an applicant asks for conditional data, and the bodies of the city decide.

Which body decides what, in which order, within which period, and what a refusal needs, is in the city's pack:
Nanning 20, Yulin 23, Guangzhou 16 and 17, Lianyungang 10 and 19, Nanjing 27. Here stands what all of them share.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.access_request import ACCESS_REQUEST
from workflows.case import Case


@workflow.defn(name="AccessRequest")
class AccessRequest(Case):
    """From the filing to the grant, the refusal or the withdrawal."""

    procedure = ACCESS_REQUEST

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
