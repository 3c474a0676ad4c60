"""What stops the clocks of a case (停止计时): stops begin and end with what the rules name, as the log has it. Pure.

A stop with a most ends by itself at the latest when that is used up. Its clock has a due instant all the while, by that
latest end, so nothing is in time or late for want of a machine that wakes in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models import events as e
from models.clock import Clock, OpenStop
from models.proposal import Proposal
from models.state import CaseState
from models.task_state import TaskState
from rules.pinned_stages import StopBegins, StopRule
from rules.procedure_rules import ProcedureRules

STOPPED, RUNS_AGAIN = "stopped", "runs_again"
"""Why a clock moved, where a rule of the pack stopped it, or stopped it no longer."""


def keep_clocks(rules: ProcedureRules, proposal: Proposal, at: datetime) -> None:
    """The clocks of the open tasks stand still, or run, as the rules say of what the log has.

    What stopped a clock once, and was used up, does not stop it again.
    """
    if not rules.stops:
        return
    for task in proposal.state.open_tasks():
        causes = {(rule.stop, cause): since for rule, cause, since in standing(rules, proposal.state, task)}
        over = [
            stop
            for stop in task.clock.open_stops
            if _ends_with_its_cause(rules, stop) and (stop.because, stop.cause) not in causes
        ]
        if over:
            end(proposal, task, over, at)
        clock = proposal.state.tasks[task.task_id].clock
        known = {(stop.because, stop.cause) for stop in clock.open_stops}
        known |= {(stop.because, stop.cause or "") for stop in clock.stops}
        for (name, cause), since in causes.items():
            rule = rules.stop(name)
            assert rule, "only what the rules name is a cause"
            if (name, cause) not in known and has_something_left(clock, at):
                begin(proposal, task.task_id, rule, cause, max(since, clock.started_at), at)


def standing(rules: ProcedureRules, state: CaseState, task: TaskState) -> Iterator[tuple[StopRule, str, datetime]]:
    """The rules by which the clock of an open task stands still now, each with its cause and since when; those by
    decision aside."""
    if task.supplement_asked_at:
        cause = f"{task.task_id}.supplement.{task.supplements}"
        for rule in stopping(rules, task, StopBegins.SUPPLEMENT_ASKED):
            yield rule, cause, task.supplement_asked_at
    for other in state.open_tasks():
        if other.asked_by_task == task.task_id:
            for rule in stopping(rules, task, StopBegins.OPINION_ASKED):
                yield rule, other.task_id, other.opened_at
        for rule in stopping(rules, task, StopBegins.STAGE_OPENED):
            if rule.stage == other.stage and other.task_id != task.task_id:
                yield rule, other.task_id, other.opened_at


def stopping(rules: ProcedureRules, task: TaskState, begins: StopBegins) -> Iterator[StopRule]:
    """The rules by which something of this kind stops the clock of a task."""
    return (rule for rule in rules.stops_of(task.stage, begins) if rule.stops)


def has_something_left(clock: Clock, at: datetime) -> bool:
    """Whether the clock has a period that runs and has not ended."""
    has_period = clock.period is not None or bool(clock.own_periods)
    return has_period and not clock.awaits_evidence and (clock.due_at is None or at < clock.due_at)


def begin(
    proposal: Proposal, task_id: str, rule: StopRule, cause: str, since: datetime, at: datetime, act: str | None = None
) -> None:
    """The clock of the task stands still by this rule from `since` on."""
    clock = proposal.state.tasks[task_id].clock
    cited = rule.citation.model_dump(include={"source", "article", "basis"})
    stop = OpenStop(because=rule.stop, cause=cause, stopped_at=since, at_most=rule.at_most, **cited)
    moved = clock.unset()
    stopped = moved.model_copy(
        update={"open_stops": (*moved.open_stops, stop), "stopped_at": min(clock.stopped_at or since, since)}
    )
    _moves(proposal, task_id, stopped, STOPPED, at, act)


def end(proposal: Proposal, task: TaskState, over: list[OpenStop], at: datetime, act: str | None = None) -> None:
    """These stops of the task's clock have ended; it runs again, unless another rule stops it still."""
    clock = proposal.state.tasks[task.task_id].clock
    by_time = all(stop.ends_at and stop.ends_at <= at for stop in over)
    # What ends when its most is used up moves no end: the clock was due by that already.
    moved = clock if by_time else clock.unset()
    named = {(stop.because, stop.cause) for stop in over}
    stay = tuple(stop for stop in moved.open_stops if (stop.because, stop.cause) not in named)
    changes = {
        "open_stops": stay,
        "stops": (*clock.stops, *(stop.ended(at) for stop in over)),
        "stopped_at": clock.stopped_at if stay else None,
    }
    _moves(proposal, task.task_id, moved.model_copy(update=changes), RUNS_AGAIN, at, act)


def used_up(state: CaseState) -> Iterator[tuple[datetime, str]]:
    """When stops of open tasks end by themselves, and whose."""
    for task in state.open_tasks():
        for stop in task.clock.open_stops:
            if stop.ends_at is not None:
                yield stop.ends_at, task.task_id


def end_what_is_used_up(proposal: Proposal, task_id: str, at: datetime) -> None:
    """The stops of the task's clock of which the most is used up at this instant have ended."""
    task = proposal.state.tasks[task_id]
    if over := [stop for stop in task.clock.open_stops if stop.ends_at and stop.ends_at <= at]:
        end(proposal, task, over, at)


def _ends_with_its_cause(rules: ProcedureRules, stop: OpenStop) -> bool:
    rule = rules.stop(stop.because)
    return rule is not None and rule.until_done and rule.begins is not StopBegins.BY_DECISION


def _moves(proposal: Proposal, task_id: str, clock: Clock, because: str, at: datetime, act: str | None) -> None:
    before = proposal.state.tasks[task_id].clock
    proposal.add(
        e.ClockMoved(
            at=at,
            act=act,
            task_id=task_id,
            clock=clock,
            because=because,
            due_before=before.due_at,
            own_due_before=before.own_due_at,
        )
    )
