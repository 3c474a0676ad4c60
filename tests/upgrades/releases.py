"""Two releases of the same procedures that do not fit each other: what one has written, the other cannot replay."""

from __future__ import annotations

from temporalio import workflow

from models.messages import CaseStart
from workflows.access import Access
from workflows.access_request import AccessRequest
from workflows.case import Case
from workflows.procedures import WORKFLOWS


class Otherwise(Case):
    """A case of the other release: it begins with a step that this one does not know, and nothing makes up for that."""

    async def to_its_end(self) -> str:
        await workflow.sleep(0.001, summary="a step that the other release does not have")
        return await super().to_its_end()


@workflow.defn(name="AccessRequest")
class OtherAccessRequest(Otherwise, AccessRequest):
    """An access request by the other release."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()


@workflow.defn(name="Access")
class OtherAccess(Otherwise, Access):
    """A grant by the other release."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.to_its_end()


OTHERS: dict[type[Case], type[Case]] = {AccessRequest: OtherAccessRequest, Access: OtherAccess}
THIS_RELEASE: tuple[type[Case], ...] = WORKFLOWS
OTHER_RELEASE: tuple[type[Case], ...] = tuple(OTHERS.get(each, each) for each in WORKFLOWS)
