"""The read model of a case's tasks, also of those that time will open."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.statements import upsert
from activities.tables.cases import FORESEEN
from models.passing import foreseen
from models.state import CaseState
from models.task_state import TaskState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from activities.database import Connection
    from rules.procedure_rules import ProcedureRules


class TaskKept(NamedTuple):
    """A row of `tasks`, but for when it is to be reminded of."""

    task_id: str
    case_id: str
    city: str
    procedure: str
    party: str
    step: str
    stage: str
    round: int
    body: str
    urgency: str | None
    state: str
    claimed_by: str | None
    outcome: str | None
    late: bool
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    at_once: bool
    provisional: bool
    urgings: int
    urged_at: datetime | None
    lapsed_of: str | None
    supplement_asked_at: datetime | None
    supplement_act: str | None
    case_received_at: datetime | None
    clock: str


AS_IT_OPENED = (
    "case_id",
    "city",
    "procedure",
    "party",
    "step",
    "stage",
    "round",
    "opened_at",
    "at_once",
    "case_received_at",
)
UPSERT_TASK = upsert("tasks", (*TaskKept._fields, "remind_at"), ("task_id",), AS_IT_OPENED)
NO_MORE_FORESEEN = "delete from tasks where case_id = any($1) and state = $2 and ended_at is null"


class Change(NamedTuple):
    """What one write makes of a case, under its rules."""

    rules: ProcedureRules
    before: CaseState
    after: CaseState


async def keep_tasks(connection: Connection, changes: Sequence[Change]) -> None:
    """Changes the rows of the tasks of these cases, one change a case; the same statements for one case and for many.

    Those that time will open go before the rows of this write: what was foreseen may have come to be, or not be so any
    more.
    """
    if opening := [each.after.case_id for each in changes if each.rules.opens_when_passed]:
        await connection.execute(NO_MORE_FORESEEN, opening, FORESEEN)
    rows: list[tuple[object, ...]] = []
    for rules, before, after in changes:
        amended = after.choices.get("urgency") != before.choices.get("urgency")
        changed = (task for task in after.tasks.values() if amended or before.tasks.get(task.task_id) != task)
        rows += [(*task_kept(after, task), look_again_at(after, task)) for task in changed]
        rows += [(*foreseen_kept(after, task), task.opened_at) for task in foreseen(rules, after)]
    if rows:
        await connection.executemany(UPSERT_TASK, rows)


def task_kept(case: CaseState, task: TaskState) -> TaskKept:
    """A task as the read model keeps it."""
    return TaskKept(
        task_id=task.task_id,
        case_id=case.case_id,
        city=case.city,
        procedure=case.procedure,
        party=case.party,
        step=task.step,
        stage=task.stage,
        round=task.round,
        body=task.body,
        urgency=case.choices.get("urgency"),
        state=task.state,
        claimed_by=task.claimed_by,
        outcome=task.outcome,
        late=task.late,
        opened_at=task.opened_at,
        ended_at=task.ended_at,
        due_at=task.clock.due_at,
        at_once=task.clock.promptly,
        provisional=task.clock.provisional,
        urgings=task.urgings,
        urged_at=task.urged_at,
        lapsed_of=task.lapsed_of,
        supplement_asked_at=task.supplement_asked_at,
        supplement_act=task.supplement_act,
        case_received_at=case.received_at,
        clock=task.clock.model_dump_json(),
    )


def foreseen_kept(case: CaseState, task: TaskState) -> TaskKept:
    """A task that time will open, as the read model keeps it: from its instant on every reader finds it open, whether
    or not a worker has come to it."""
    return task_kept(case, task)._replace(state=FORESEEN)


def look_again_at(case: CaseState, task: TaskState) -> datetime | None:
    """When the reminder looks at a task that has changed: at once, because only the reminder knows the next point;
    never at a task that is done, or that neither has an end nor is owed promptly."""
    clock = task.clock
    return case.at if task.is_open and (clock.due_at or clock.own_due_at or clock.promptly) else None
