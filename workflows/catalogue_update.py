"""Catalogue update (目录更新): an entry of the catalogue follows what has changed, reviewed before it is published.

The clock runs from the event and not from the filing (Nanning 15, Nanjing 18). Who compiles, which reviews apply and
who publishes is in the city's pack: Nanning 14 to 17 and 29, Yulin 6, 13, 15, 22 and 32, Guangzhou 9 to 12, Lianyungang
11 and 12, Nanjing 16 to 18 and 32. Updates of one entry go one after the other, in the order of their receipt.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import CaseStart
    from models.procedures.catalogue_update import CATALOGUE_UPDATE
from workflows.case import Case


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
