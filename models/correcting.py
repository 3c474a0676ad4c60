"""Corrections: whether one is late, and what it demands where the party knows the decision already. Pure."""

from __future__ import annotations

from models import acts as a
from models import refusals as r
from models.state import CaseState
from models.task_state import TaskState
from rules.pinned import APPLICANT, Requirement
from rules.procedure_rules import ProcedureRules


def is_late(rules: ProcedureRules, task: TaskState, act: a.Correct) -> bool:
    """Whether a correction is late, by its own receipt and the period of its own outcome. Where the pinned rules do not
    say how corrections count, it is as late as the decision that it replaces."""
    if rules.correcting is None:
        return task.late
    due_at = task.clock.due_for(act.outcome)
    return due_at is not None and act.received_at >= due_at


def party_was_told(rules: ProcedureRules, state: CaseState) -> bool:
    """Whether the party already knows of the positive decision that is to be corrected: the case stands in a step that
    tells it."""
    return rules.correcting is not None and state.step in rules.correcting.tells


def demanded_of_correction(rules: ProcedureRules, state: CaseState) -> tuple[Requirement, ...]:
    """What a correction demands in addition to what its outcome demands."""
    return rules.correcting.requires if rules.correcting and party_was_told(rules, state) else ()


def not_signed_by_another(rules: ProcedureRules, state: CaseState, task: TaskState) -> None:
    """A signature may be corrected only while nobody else has signed in the same step. Raises NextBodyHasActed."""
    step = rules.step(task.step)
    if rules.correcting is None or step is None or all(stage.body != APPLICANT for stage in step.stages):
        return
    if any(other.ended == "decided" for other in state.of_step(task.step) if other.stage != task.stage):
        raise r.NextBodyHasActed(field="task_id")
