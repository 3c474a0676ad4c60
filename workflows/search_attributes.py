"""The search attributes of case workflows: what Temporal's own lists can be searched by.

They are unencrypted, and few on PostgreSQL (ten of the type Keyword, three of Datetime): no personal data, and nothing
that only our own tables are asked for. The embedded server, the production set-up and the tests register this list.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes

from models.state import CaseState

CITY: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("KaifangCity")
PROCEDURE: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("KaifangProcedure")
CASE_NUMBER: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("KaifangCaseNumber")
STAGE = SearchAttributeKey.for_keyword_list("KaifangStage")
"""The stages of the open tasks."""
BODY = SearchAttributeKey.for_keyword_list("KaifangBody")
"""The bodies that hold an open task."""
DUE_AT: SearchAttributeKey[datetime] = SearchAttributeKey.for_datetime("KaifangDueAt")
"""The earliest due instant among the open tasks."""

TYPES: dict[str, str] = {
    CITY.name: "Keyword",
    PROCEDURE.name: "Keyword",
    CASE_NUMBER.name: "Keyword",
    STAGE.name: "KeywordList",
    BODY.name: "KeywordList",
    DUE_AT.name: "Datetime",
}
"""Name → type, as the `temporal` command line spells it."""


class Shown(NamedTuple):
    """What an open case shows of itself: the stages and bodies of its open tasks, and the first due instant."""

    stages: tuple[str, ...]
    bodies: tuple[str, ...]
    due_at: datetime | None

    def updates(self) -> list[SearchAttributeUpdate[Any]]:
        due_at = DUE_AT.value_set(self.due_at) if self.due_at else DUE_AT.value_unset()
        return [STAGE.value_set(list(self.stages)), BODY.value_set(list(self.bodies)), due_at]


def shown_of(state: CaseState) -> Shown:
    """What a case shows of itself, derived from its log."""
    tasks = state.open_tasks()
    return Shown(
        tuple(sorted({task.stage for task in tasks})),
        tuple(sorted({task.body for task in tasks})),
        min((task.clock.due_at for task in tasks if task.clock.due_at), default=None),
    )


def at_start(state: CaseState) -> TypedSearchAttributes:
    """The attributes with which a case enters the engine: set at the start they cost nothing."""
    attributes = shown_of(state)
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(CITY, state.city),
        SearchAttributePair(PROCEDURE, state.procedure),
        SearchAttributePair(CASE_NUMBER, state.case_number),
        SearchAttributePair(STAGE, list(attributes.stages)),
        SearchAttributePair(BODY, list(attributes.bodies)),
    ]
    if attributes.due_at:
        pairs.append(SearchAttributePair(DUE_AT, attributes.due_at))
    return TypedSearchAttributes(pairs)


def running_on(task_queue: str) -> str:
    """The query that lists the cases which run on a task queue. A workflow that is no case is none of ours."""
    return f"ExecutionStatus = 'Running' AND TaskQueue = '{task_queue}' AND {CASE_NUMBER.name} IS NOT NULL"


def running_among(cases: Iterable[str]) -> str:
    """The query that lists those of these cases that run."""
    named = ", ".join(f"'{case_id}'" for case_id in cases)
    return f"ExecutionStatus = 'Running' AND WorkflowId IN ({named})"
