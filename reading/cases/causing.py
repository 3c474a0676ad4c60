"""The case that gave cause for a rectification, as its filing names it."""

from __future__ import annotations

from dataclasses import dataclass

from reading.cases import questions as cases
from reading.sight import Caller
from reading.store import Store


@dataclass(frozen=True)
class Cause:
    """What somebody names as the cause: a task, a case, or nothing, of a body in a city."""

    city: str
    body: str
    task_id: str | None
    case_id: str | None


class CauseUnusable(Exception):
    """What is named gives no cause; `field` names what is wrong, `code` the rule."""

    def __init__(self, field: str, code: str) -> None:
        self.field = field
        self.code = code
        super().__init__(field, code)


async def causing_case(store: Store, caller: Caller, cause: Cause) -> str | None:
    """The case that gave cause, of which the caller may know; None where none is named. Raises CauseUnusable."""
    if cause.task_id is None:
        return await _case_known(store, caller, cause.city, cause.case_id, "case_id") if cause.case_id else None
    task = await cases.task(store, cause.task_id)
    if task is None or task.city != cause.city:
        raise CauseUnusable("task_id", "task_unknown")
    if task.body != cause.body:
        raise CauseUnusable("task_id", "task_of_another_body")
    if cause.case_id not in (None, task.case_id):
        raise CauseUnusable("task_id", "task_of_another_case")
    return await _case_known(store, caller, cause.city, task.case_id, "task_id")


async def _case_known(store: Store, caller: Caller, city: str, case_id: str, field: str) -> str:
    case = await cases.case(store, caller, case_id)
    if case is None or case.city != city:
        raise CauseUnusable(field, "case_unknown")
    return case_id
