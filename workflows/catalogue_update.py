"""Catalogue update (目录更新): an entry of the catalogue follows what has changed, reviewed before it is published.

The provider compiles, others review, and what is published names the case that made it: Nanning 14 to 16, Yulin 6 and
22, Guangzhou 11, Lianyungang 11 and 12, Nanjing 16 and 18. Who does what is in the city's pack.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.course import follow
    from models.judging import answer_task_act
    from models.messages import CaseStart
    from models.procedure import Procedure
from workflows.case import Case

CATALOGUE_UPDATE = Procedure(name="catalogue_update", code="CU", answer=answer_task_act, follow=follow)


@workflow.defn(name="CatalogueUpdate")
class CatalogueUpdate(Case):
    """From what made the entry change to its publication."""

    procedure = CATALOGUE_UPDATE

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()
