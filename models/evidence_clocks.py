"""Periods that begin with the first evidence: until evidence comes, these tasks are open without a clock. Pure."""

from __future__ import annotations

from datetime import datetime

from models import events as e
from models.proposal import Proposal
from rules.procedure_rules import ProcedureRules

EVIDENCE = "evidence"
"""Why a clock moved, where evidence began its period."""


def begin_with_evidence(rules: ProcedureRules, proposal: Proposal, at: datetime, act: str) -> None:
    """The clocks of the open tasks that wait for evidence run from here on, under the periods of the case's rules."""
    state = proposal.state
    for task in state.open_tasks():
        stage = rules.stage(task.stage)
        if stage is None or not task.clock.awaits_evidence:
            continue
        begun = {
            "started_at": at,
            "period": stage.period(state.choices),
            "own_periods": {o.outcome: o.period for o in stage.outcomes if o.period},
            "awaits_evidence": False,
        }
        clock = task.clock.model_copy(update=begun)
        proposal.add(e.ClockMoved(at=at, act=act, task_id=task.task_id, clock=clock, because=EVIDENCE, due_before=None))
