"""What time itself makes happen in a case: a clock passes, which decides nothing and may open what the law wants done
then; a grant expires. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from models import course
from models import events as e
from models.access_events import AccessExpired
from models.course import cancel_opinions, put_beside
from models.proposal import Proposal
from models.state import CaseState, fold
from models.stopping import end_what_is_used_up, keep_clocks, used_up
from models.task_state import TaskState
from rules.pinned import APPLICANT
from rules.procedure_rules import ProcedureRules

END_OF_TIME = datetime.max.replace(tzinfo=UTC)
"""Later than any clock ends."""

Follow = Callable[[ProcedureRules, Proposal, datetime], None]
"""What the law of a procedure makes follow from its log."""


def next_instant(rules: ProcedureRules, state: CaseState) -> datetime | None:
    """The next instant at which time itself makes something happen: a clock passes, what stopped it is used up, or a
    grant expires.

    At once, where a clock's passing put a stage before its body and a notice has since moved that clock to a later end.
    """
    if state.closed:
        return None
    due = [t.clock.due_at for t in state.open_tasks() if t.clock.due_at and not t.passed]
    at_once = [state.at] if state.at and opened_too_soon(rules, state) else []
    stopped = [at for at, _ in used_up(state)]
    return min([*due, *stopped, *at_once, *([state.grant.valid_until] if state.grant else [])], default=None)


def pass_time(
    rules: ProcedureRules, state: CaseState, until: datetime, follow: Follow = course.follow
) -> list[e.Event]:
    """What time has made happen by `until`: clocks that run again and that passed, which decide nothing unless the law
    says what follows; tasks that are open since then; a grant that expired."""
    if state.closed:
        return []
    proposal = Proposal(state)
    take_back(rules, proposal)
    for at, task_id in sorted(used_up(state)):
        # No clock passes before what stopped it has ended.
        if at <= until:
            end_what_is_used_up(proposal, task_id, at)
    keep_clocks(rules, proposal, min(until, proposal.state.at or until))
    pass_clocks(rules, proposal, [task for task in state.open_tasks() if not task.passed], until, follow)
    if state.grant and state.grant.valid_until <= until:
        proposal.add(AccessExpired(at=state.grant.valid_until))
        proposal.add(e.Closed(at=state.grant.valid_until, outcome="expired"))
    return proposal.events


def opened_by_time(rules: ProcedureRules, state: CaseState, at: datetime) -> list[e.Event]:
    """The events of clocks that have passed by this instant and open tasks, where the log does not have them yet. An
    act received then is judged with them, and every reader sees them, whether or not the machine has come to them."""
    if state.closed:
        return []
    proposal = Proposal(state)
    take_back(rules, proposal)
    opening = [task for task in state.open_tasks() if not task.passed and task.stage in rules.opens_when_passed]
    pass_clocks(rules, proposal, opening, at)
    return proposal.events


def decided_by_time(rules: ProcedureRules, state: CaseState, at: datetime, follow: Follow) -> list[e.Event]:
    """As `opened_by_time`, and what the law makes of periods that have passed undecided: what is received after that is
    judged by it, whether or not the machine has come to it."""
    if state.closed:
        return []
    proposal = Proposal(state)
    take_back(rules, proposal)
    tasks = [task for task in state.open_tasks() if not task.passed]
    moved = [task for task in tasks if task.stage in rules.opens_when_passed or lapses(rules, task)]
    pass_clocks(rules, proposal, moved, at, follow)
    return proposal.events


def lapses(rules: ProcedureRules, task: TaskState) -> bool:
    """Whether the law says what follows when the period of this task passes undecided."""
    stage = rules.stage(task.stage)
    return stage is not None and stage.when_passed is not None


def lapse(rules: ProcedureRules, proposal: Proposal, task: TaskState, at: datetime) -> None:
    """The task ends as the law says of a period that passes undecided, with what was asked inside it."""
    stage = rules.stage(task.stage)
    assert stage and stage.when_passed, "asked only of what lapses"
    cited = stage.when_passed.citation
    proposal.add(
        e.TaskLapsed(
            at=at,
            task_id=task.task_id,
            outcome=stage.when_passed.outcome,
            late=task.body != APPLICANT,
            source=cited.source,
            article=cited.article,
            basis=cited.basis,
        )
    )
    cancel_opinions(proposal, task, at)


def foreseen(rules: ProcedureRules, state: CaseState) -> list[TaskState]:
    """The tasks that will open by themselves once the running clocks have passed, as they would be then."""
    then = fold(state, opened_by_time(rules, state, END_OF_TIME))
    return [task for task in then.tasks.values() if task.task_id not in state.tasks]


def pass_clocks(
    rules: ProcedureRules,
    proposal: Proposal,
    tasks: list[TaskState],
    until: datetime,
    follow: Follow | None = None,
) -> None:
    """The log has the passing of each of these tasks' clocks by `until`, and the tasks that the law opens from that
    instant on; with `follow`, also what the law makes of a period that passes undecided, from its end on."""
    for due_at, task_id in sorted((t.clock.due_at, t.task_id) for t in tasks if t.clock.due_at):
        task = proposal.state.tasks[task_id]
        # What another clock's passing put before a body may have stopped this one before its end.
        if due_at > until or proposal.state.closed or not task.is_open or task.clock.due_at != due_at:
            continue
        proposal.add(e.ClockPassed(at=due_at, task_id=task_id))
        task = proposal.state.tasks[task_id]
        for name in rules.opens_when_passed.get(task.stage, ()):
            put_beside(rules, proposal, task.step, name, due_at)
        if follow is not None and lapses(rules, task):
            lapse(rules, proposal, task, due_at)
            follow(rules, proposal, due_at)
        keep_clocks(rules, proposal, due_at)


def take_back(rules: ProcedureRules, proposal: Proposal) -> None:
    """Cancels tasks that the passing of a clock opened, where a notice has since moved that clock to a later end."""
    for task in opened_too_soon(rules, proposal.state):
        at = proposal.state.at
        assert at
        proposal.add(e.TaskCancelled(at=at, task_id=task.task_id, because="clock_moved"))


def opened_too_soon(rules: ProcedureRules, state: CaseState) -> list[TaskState]:
    """Open tasks that time put before their bodies by a clock that, as it stands now, has not passed."""
    running = {task.stage for task in state.open_tasks() if not task.passed}
    waiting = {name for stage, names in rules.opens_when_passed.items() if stage in running for name in names}
    return [task for task in state.open_tasks() if task.stage in waiting]
