"""The procedures that the system runs, by name: the one list that worker, receipt and tests go by."""

from __future__ import annotations

from workflows.access import Access
from workflows.access_request import AccessRequest
from workflows.case import Case

WORKFLOWS: tuple[type[Case], ...] = (AccessRequest, Access)
BY_NAME: dict[str, type[Case]] = {workflow.procedure.name: workflow for workflow in WORKFLOWS}
