"""Leak (泄露事件): a user of data reports a security problem, or information on the platform's users is at risk.

Guangzhou 33: the provider is told promptly. Nanjing 34: the operator remedies it at once, and tells the users and the
authority. Who does what is in the city's pack; it keeps no data back by itself, for that is what an objection does.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.leak import LEAK
from workflows.case import Case


@workflow.defn(name="Leak")
class Leak(Case):
    """From the report to the last thing that is to be done about it."""

    procedure = LEAK

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
