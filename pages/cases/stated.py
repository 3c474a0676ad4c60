"""What was asked for or said with a filing, in labels, and what bodies have said since: codes stay behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reading.cases.shapes import CaseShown
from reading.cases.stating import Speaking, Stated, headed
from reading.years.shapes import YearShown
from rules.pinned import Label

__all__ = ["Reason", "Speaking", "Stated", "filed_in", "headed", "reasons_in"]

NOT_STATED = {"asked_by_label", "body", "body_name", "sharing_class_label"}
"""Of a request for sharing, what is no field of it."""
YEAR, WHOSE = Label(zh="年度", en="Year"), Label(zh="机构", en="Body")


@dataclass(frozen=True)
class Reason:
    """What a body said with a decision."""

    stage: str
    outcome: str
    body_name: str
    decided_at: datetime
    said: Sequence[Stated]


def filed_in(speaking: Speaking, case: CaseShown) -> list[Stated]:
    """What was filed, in the order in which it is asked for."""
    said: dict[str, Any] = {}
    if case.request:
        said = case.request.model_dump(exclude_none=True)
    elif case.objection:
        said = case.objection.model_dump(include={"ground", "leak", "statement", "data_items"}, exclude_none=True)
    elif case.report:
        said = case.report.model_dump(exclude_none=True)
    elif case.misuse:
        said = case.misuse.model_dump(include={"misuse", "statement", "data_items"}, exclude_none=True)
    elif case.misuse_appeal:
        said = case.misuse_appeal.model_dump(include={"statement"}, exclude_none=True)
    elif case.quality_check:
        check = case.quality_check
        said = check.model_dump(include={"statement", "discovered_on", "data_items"}, exclude_none=True)
    elif case.of_body:
        said = case.of_body.model_dump(exclude={"body", "wanted_until", "late", "changed_on"}, exclude_none=True)
        if case.of_body.changed_on:
            said["discovered_on"] = case.of_body.changed_on
    elif case.demand:
        said = case.demand.model_dump(include={"statement", "purpose", "use"}, exclude_none=True)
    elif case.finding:
        said = case.finding.model_dump(include={"statement"}, exclude_none=True)
    elif case.opening_elsewhere:
        shown = {"data_items", "elsewhere", "special_reason", "opens_on"}
        said = case.opening_elsewhere.model_dump(include=shown, exclude_none=True)
    elif case.sharing_request:
        said = case.sharing_request.model_dump(exclude=NOT_STATED, exclude_none=True)
    elif case.year:
        return year_in(speaking, case.year)
    if not speaking.dataset:
        said.pop("data_items", None)
    ruled = [rule.field for rule in speaking.law.rules.fields if rule.field in said]
    return speaking.all_of(said, [*ruled, *(name for name in said if name not in ruled)])


def year_in(speaking: Speaking, year: YearShown) -> list[Stated]:
    """Which year a case is about, whose it is, and what the city opens first in it."""
    stated = [Stated(speaking.law.say(YEAR), str(year.year), is_prose=False)]
    if year.body_name:
        stated.append(Stated(speaking.law.say(WHOSE), year.body_name, is_prose=False))
    return [*stated, *(Stated(headed(each.label), each.text, is_prose=True) for each in year.focus)]


def reasons_in(speaking: Speaking, case: CaseShown) -> list[Reason]:
    """What bodies have said with their decisions, as far as whoever looks may read it; the latest first."""
    tasks = {task.task_id: task for task in case.tasks}
    return [
        Reason(
            stage=tasks[each.task_id].label,
            outcome=each.outcome_label,
            body_name=tasks[each.task_id].body_name,
            decided_at=each.decided_at,
            said=speaking.all_of(each.text),
        )
        for each in reversed(case.reasons)
        if each.task_id in tasks
    ]
