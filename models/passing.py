"""What time itself makes happen in a case: a clock passes, which decides nothing and may open what the law wants done
then; a grant expires. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from models import events as e
from models.access_events import AccessExpired
from models.course import put_beside
from models.proposal import Proposal
from models.state import CaseState, fold
from models.task_state import TaskState
from rules.procedure_rules import ProcedureRules

END_OF_TIME = datetime.max.replace(tzinfo=UTC)
"""Later than any clock ends."""


def next_instant(rules: ProcedureRules, state: CaseState) -> datetime | None:
    """The next instant at which time itself makes something happen: a clock passes, or a grant expires.

    At once, where a notice has moved out a clock whose passing had put a stage before its body.
    """
    if state.closed:
        return None
    due = [t.clock.due_at for t in state.open_tasks() if t.clock.due_at and not t.passed]
    at_once = [state.at] if state.at and opened_too_soon(rules, state) else []
    return min([*due, *at_once, *([state.grant.valid_until] if state.grant else [])], default=None)


def pass_time(rules: ProcedureRules, state: CaseState, until: datetime) -> list[e.Event]:
    """What time has made happen by `until`: clocks that passed, which decide nothing, what lies open since they did,
    and a grant that expired."""
    if state.closed:
        return []
    proposal = Proposal(state)
    take_back(rules, proposal)
    pass_clocks(rules, proposal, [task for task in state.open_tasks() if not task.passed], until)
    if state.grant and state.grant.valid_until <= until:
        proposal.add(AccessExpired(at=state.grant.valid_until))
        proposal.add(e.Closed(at=state.grant.valid_until, outcome="expired"))
    return proposal.events


def opened_by_time(rules: ProcedureRules, state: CaseState, at: datetime) -> list[e.Event]:
    """What lies open at an instant by the passing of a clock, and the log does not say yet: an act received then is
    judged as if it did, and whoever looks is shown it, whether or not the machine has come to it."""
    if state.closed:
        return []
    proposal = Proposal(state)
    take_back(rules, proposal)
    opening = [task for task in state.open_tasks() if not task.passed and task.stage in rules.opens_when_passed]
    pass_clocks(rules, proposal, opening, at)
    return proposal.events


def foreseen(rules: ProcedureRules, state: CaseState) -> list[TaskState]:
    """The tasks that will lie open by themselves once the clocks that run have passed, as they would be then."""
    then = fold(state, opened_by_time(rules, state, END_OF_TIME))
    return [task for task in then.tasks.values() if task.task_id not in state.tasks]


def pass_clocks(rules: ProcedureRules, proposal: Proposal, tasks: list[TaskState], until: datetime) -> None:
    """The clocks of these tasks that have passed by `until` are on record, and what the law wants done from then on
    lies open from that instant."""
    for due_at, task_id in sorted((t.clock.due_at, t.task_id) for t in tasks if t.clock.due_at):
        if due_at > until:
            continue
        proposal.add(e.ClockPassed(at=due_at, task_id=task_id))
        task = proposal.state.tasks[task_id]
        for name in rules.opens_when_passed.get(task.stage, ()):
            put_beside(rules, proposal, task.step, name, due_at)


def take_back(rules: ProcedureRules, proposal: Proposal) -> None:
    """What the passing of a clock opened, and a notice has moved that clock out again, is owed no more."""
    for task in opened_too_soon(rules, proposal.state):
        at = proposal.state.at
        assert at
        proposal.add(e.TaskCancelled(at=at, task_id=task.task_id, because="clock_moved"))


def opened_too_soon(rules: ProcedureRules, state: CaseState) -> list[TaskState]:
    """Open tasks that time put before their bodies by a clock that has not passed as it stands now."""
    running = {task.stage for task in state.open_tasks() if not task.passed}
    waiting = {name for stage, names in rules.opens_when_passed.items() if stage in running for name in names}
    return [task for task in state.open_tasks() if task.stage in waiting]
