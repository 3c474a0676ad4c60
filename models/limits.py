"""The time limit that a decision sets for whoever must act on it, such as an order to rectify. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from models import acts as a
from models import refusals as r
from models.act_contents import TimeLimit
from models.refusal import Refusal
from models.state import CaseState
from models.task_state import TaskState
from rules.deadlines import to_shanghai
from rules.pinned_stages import LimitStanding, Outcome, Stage
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import TIME_LIMIT

LONGEST = timedelta(days=3650)
"""The last day lies no farther ahead: a year may be mistyped."""

STANDS_OTHERWISE: Mapping[LimitStanding, type[Refusal]] = {
    LimitStanding.KEPT: r.TimeLimitMissed,
    LimitStanding.MISSED: r.TimeLimitKept,
    LimitStanding.RUNNING: r.TimeLimitOver,
    LimitStanding.OVER: r.TimeLimitRunning,
}
"""How a limit must stand to how it stands otherwise."""


def set_by(limit: TimeLimit) -> set[str]:
    """The ways of setting a limit (`rules.vocabulary.TIME_LIMIT`) that this limit uses."""
    ways = {"time_limit": limit.period, "last_day": limit.last_day}
    return {name for name in TIME_LIMIT if ways[name] is not None}


def limit_set(stage: Stage, state: CaseState) -> TimeLimit | None:
    """The limit that the latest decision set, for a stage whose limit a decision sets."""
    if not stage.set_by_decision:
        return None
    setting = [task for task in state.tasks.values() if task.limit and task.decided_by_event]
    return max(setting, key=lambda task: task.decided_by_event or 0).limit if setting else None


def limited_task(rules: ProcedureRules, state: CaseState) -> TaskState | None:
    """The task opened last whose time limit a decision sets, whether or not it is open; None where there is none."""
    stages = ((task, rules.stage(task.stage)) for task in state.tasks.values())
    limited = [task for task, stage in stages if stage and stage.set_by_decision]
    return max(limited, key=lambda task: task.opened_by_event, default=None)


def standing_of(task: TaskState | None, at: datetime) -> frozenset[LimitStanding]:
    """How the limit of a task stands at an instant; before one is set, like a limit that lies far ahead."""
    due_at = task.clock.due_at if task else None
    is_over = due_at is not None and at >= due_at
    is_missed = task is not None and (task.late if task.ended == "decided" else is_over)
    return frozenset(
        {
            LimitStanding.OVER if is_over else LimitStanding.RUNNING,
            LimitStanding.MISSED if is_missed else LimitStanding.KEPT,
        }
    )


def limit_allowed(outcome: Outcome, act: a.Decide) -> None:
    """A decision sets a limit only where its outcome sets one, and the limit lies ahead, within ten years.

    Raises TimeLimitNotSet, TimeLimitNotAhead.
    """
    if act.limit is None:
        return
    demanded = {field for requirement in outcome.requires for field in requirement.any_of}
    for field in TIME_LIMIT:
        if field in set_by(act.limit) - demanded:
            raise r.TimeLimitNotSet(field=field)
    today = to_shanghai(act.received_at).date()
    if act.limit.last_day and not today < act.limit.last_day <= today + LONGEST:
        raise r.TimeLimitNotAhead(field="last_day")


def limit_stands(rules: ProcedureRules, state: CaseState, outcome: Outcome, at: datetime) -> None:
    """An outcome that depends on how the limit stands is decided only when it stands so.

    Raises TimeLimitMissed, TimeLimitKept, TimeLimitOver, TimeLimitRunning, each with the rule.
    """
    wanted = outcome.when_limit
    if wanted and wanted not in standing_of(limited_task(rules, state), at):
        raise STANDS_OTHERWISE[wanted](field="outcome")
