"""Whether a decision reaches the party as a message. Pure."""

from __future__ import annotations

from models.task_state import TaskState
from rules.pinned import APPLICANT, PARTY
from rules.procedure_rules import ProcedureRules


def said_to_the_party(rules: ProcedureRules, task: TaskState, outcome_name: str) -> bool:
    """Whether the party gets a message about this decision: it answers the objector, ends the case, is about suspending
    the data, or puts a stage before the applicant or beside it."""
    stage = rules.stage(task.stage)
    outcome = stage.outcome(outcome_name) if stage else None
    if outcome and outcome.answers:
        return True
    step = rules.step(task.step)
    if step and any(each.body in (APPLICANT, PARTY) for each in step.stages):
        # The applicant gets a message about a signature of the body that signs beside it.
        return True
    if rules.hold and task.stage == rules.hold.reviewed_by:
        # Whoever says that data infringes a right learns whether it is served.
        return True
    if outcome is None or outcome.leads_to is None:
        return False
    step = rules.step(outcome.leads_to)
    return step is None or any(each.body in (APPLICANT, PARTY) for each in step.stages)
