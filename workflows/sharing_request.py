"""Sharing request (共享申请): a department, or another unit with a public task, asks for data of a department.

Nanjing 22. Opinions side by side within their period, then the determination, the agreement, and access.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.sharing_request import SHARING_REQUEST
from workflows.case import Case


@workflow.defn(name="SharingRequest")
class SharingRequest(Case):
    """From the filing to the access, or to the refusal."""

    procedure = SHARING_REQUEST

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
