"""Openness review (开放属性评估): closed and conditional data is evaluated from time to time, and opened further where
that is possible.

Guangzhou 10 has the provider do it, Nanning 15 the authority for what is not open yet. One case a dataset; one that
finds the data fit to be opened further orders a catalogue update.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.openness_review import OPENNESS_REVIEW
from workflows.case import Case


@workflow.defn(name="OpennessReview")
class OpennessReview(Case):
    """From the day on which it is due to its finding."""

    procedure = OPENNESS_REVIEW

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
