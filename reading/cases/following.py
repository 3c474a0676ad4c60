"""What a decision would lead to, by the law of its case, before anybody makes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.act_contents import Measure
from models.classes import class_allowed
from models.counties import body_fits
from models.course import next_of
from models.limits import limit_stands
from models.refusal import Refusal
from models.state import CaseState
from models.task_state import TaskState
from reading.words.law import Law
from rules.pinned_stages import EntryEffect, Outcome
from rules.procedure_rules import ProcedureRules


@dataclass(frozen=True)
class NextStage:
    """A stage that a decision puts before its body. `period` is as rules write it, None where they give no number."""

    label: str
    role: str
    body: str
    period: str | None
    promptly: bool


@dataclass(frozen=True)
class Following:
    """What follows a decision: how the case ends, or the stages that lie open next; neither while its step waits for
    the decision of another."""

    ending: str | None = None
    stages: tuple[NextStage, ...] = ()


def following(law: Law, state: CaseState, task: TaskState, outcome: Outcome) -> Following:
    """What this outcome of an open task leads to if everything else in the case stays as it is."""
    decided = task.model_copy(
        update={"ended": "decided", "outcome": outcome.outcome, "decided_by_event": state.number + 1}
    )
    trial = state.model_copy(update={"tasks": {**state.tasks, task.task_id: decided}})
    target = next_of(law.rules, trial)
    if target is None or task.asked_by_task:
        return Following()
    if ending := law.rules.ending(target):
        return Following(ending=law.say(ending.label))
    step = law.rules.step(target)
    if step is None or step.step == state.step:
        return Following()
    stages = (stage for stage in step.stages if stage.lies_open(state.choices, state.bodies))
    return Following(
        stages=tuple(
            NextStage(
                label=law.say(stage.label),
                role=stage.body,
                body=state.by_role.get(law.rules.acting(stage.body, state.bodies), stage.body),
                period=stage.period(state.choices),
                promptly=stage.is_owed_promptly(state.choices),
            )
            for stage in stages
        )
    )


def outcomes_now(rules: ProcedureRules, state: CaseState, task: TaskState, at: datetime) -> tuple[Outcome, ...]:
    """The outcomes of a task that can be decided about the body of its case, as limit and class stand now."""
    stage = rules.stage(task.stage)
    known = stage.outcomes if stage else ()
    return tuple(each for each in known if each.is_decided_by_somebody and stands_for(rules, state, each, at))


def stands_for(rules: ProcedureRules, state: CaseState, outcome: Outcome, at: datetime) -> bool:
    """Whether this outcome can be decided about the body of the case, as limit and class stand now, whatever is stated
    with it."""
    try:
        body_fits(rules, state, outcome)
        limit_stands(rules, state, outcome, at)
        if outcome.entry is not EntryEffect.SUBMIT:
            class_allowed(rules, state, outcome, Measure())
    except Refusal:
        return False
    return True
