"""Contact for the platform (平台联系人备案): a body says who it is, within two working days of a change (Nanning 12.2).

What is passed on late is late on record and taken on file all the same. The contact stands in the directory from then
on, in place of the one before.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.contact_change import CONTACT_CHANGE
from workflows.case import Case


@workflow.defn(name="ContactChange")
class ContactChange(Case):
    """From what a body files to the answer."""

    procedure = CONTACT_CHANGE

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
