"""Application for a platform account (平台账户申请): a body asks for an account, for a change or for the end of one.

Nanning 12.1 has the authority answer within two working days, Yulin 21 the operator within five. What is agreed to
stands in the directory from the answer on.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.account_change import ACCOUNT_CHANGE
from workflows.case import Case


@workflow.defn(name="AccountChange")
class AccountChange(Case):
    """From what a body files to the answer."""

    procedure = ACCOUNT_CHANGE

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
