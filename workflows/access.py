"""Access (数据获取): a grant lives as a case of its own, until it expires, is revoked, or is given back.

Terms come from the request that ended in the grant and from the agreement (Nanning 20(5), Yulin 23, Guangzhou 16,
Lianyungang 19, Nanjing 27). A body that finds misuse closes access promptly (Nanning 27.2, Yulin 30.2; Guangzhou 30.1).
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.access import ACCESS
from workflows.case import Case


@workflow.defn(name="Access")
class Access(Case):
    """From the grant to its end."""

    procedure = ACCESS

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
