"""The course of a case: what the law makes follow from its log. Pure; receipt, validator and workflow all ask here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from models import events as e
from models.clock import Clock
from models.granting import grant, nothing_to_grant, waits_for_data
from models.limits import limit_set
from models.parts import about, before, ending_of, outcomes_of, way_of, weight
from models.proposal import Proposal
from models.restricting import move_data, stopped
from models.restrictions import WHOLE_DATASET, together
from models.state import CaseState
from models.task_state import TaskState
from rules.deadlines import SHANGHAI, midnight
from rules.pinned_stages import ClockFrom, DataEffect, Ending, Outcome, Stage, Step
from rules.procedure_rules import ProcedureRules


def follow(rules: ProcedureRules, proposal: Proposal, at: datetime) -> None:
    """Adds all that follows by law from the log so far: the next step's tasks, or the end; nothing where nothing
    follows.

    Clocks run from `at`, the receipt of the act from which this follows, even if the machine comes to it later.
    """
    while not proposal.state.closed and (target := next_of(rules, proposal.state)) is not None:
        if ending := rules.ending(target):
            if ending.grants and (nothing_left := nothing_to_grant(rules, proposal.state, at)):
                cancel_open_tasks(proposal, at, because=nothing_left)
                proposal.add(e.Closed(at=at, outcome=nothing_left))
                break
            if ending.grants and waits_for_data(rules, proposal.state, at):
                break
            close(rules, proposal, ending, at)
        else:
            step = rules.step(target)
            assert step, f"the loader refuses a pack in which {target} is neither a step nor an ending"
            enter(rules, proposal, step, at)
    if not proposal.state.closed:
        put_again(rules, proposal, at)
        ask_no_more(rules, proposal, at)


def follow_while_waiting(rules: ProcedureRules, proposal: Proposal, at: datetime) -> None:
    """Adds what follows while another case goes first: stages whose clock runs meanwhile are put before their bodies,
    and a case that is given up ends. Nothing else follows until its turn has come."""
    state = proposal.state
    if state.step is None:
        step = rules.step(rules.first_for(state.choices))
        assert step, "the loader refuses a pack in which a case begins in no step"
        for stage in step.stages:
            if stage.ahead_of_turn and stage.lies_open(state.choices, state.bodies):
                put(rules, proposal, step.step, stage, at)
    elif (target := next_of(rules, state)) and (ending := rules.ending(target)):
        close(rules, proposal, ending, at)


def complete_the_step(rules: ProcedureRules, proposal: Proposal, at: datetime) -> None:
    """Once the turn has come, the other stages of the step are put before their bodies too."""
    state = proposal.state
    if (step := rules.step(state.step or "")) is None:
        return
    known = {task.stage for task in state.tasks.values()}
    for stage in step.stages:
        if stage.stage not in known and stage.lies_open(state.choices, state.bodies):
            put(rules, proposal, step.step, stage, at)


def ask_no_more(rules: ProcedureRules, proposal: Proposal, at: datetime) -> None:
    """Cancels the question whether to suspend, once the data is suspended or withdrawn or the facts are verified.

    A question that can bring something else to light, such as a leak, stays open beside a suspension.
    """
    if rules.hold is None:
        return
    for task in proposal.state.open_tasks():
        if task.stage != rules.hold.reviewed_by:
            continue
        stage = rules.stage(task.stage)
        remains = before(rules, proposal.state, task)
        if not verifying(rules, proposal.state) or not remains:
            proposal.add(e.TaskCancelled(at=at, task_id=task.task_id, because="facts_verified"))
            cancel_opinions(proposal, task, at)
        elif stopped(proposal.state, remains) and stage and not any(outcome.opens for outcome in stage.outcomes):
            proposal.add(e.TaskCancelled(at=at, task_id=task.task_id, because="data_stopped"))
            cancel_opinions(proposal, task, at)


def verifying(rules: ProcedureRules, state: CaseState) -> bool:
    """Whether the case stands where its facts are verified, so that a hold or its review can come."""
    return rules.hold is not None and (not rules.hold.during or state.step in rules.hold.during)


def next_of(rules: ProcedureRules, state: CaseState) -> str | None:
    """Where the case goes now: a step or an ending; None while its current step is not done.

    A step of which no stage lies open in this case is passed over: that of a county's authority, where the provider
    is of no county.
    """
    target = led_to(rules, state)
    while target and (step := rules.step(target)) and step.then and has_nothing_of(step, state):
        target = step.then
    return target


def has_nothing_of(step: Step, state: CaseState) -> bool:
    """Whether each stage of the step is one of a county, and the case is of none."""
    return all(stage.of_county and not stage.lies_open(state.choices, state.bodies) for stage in step.stages)


def led_to(rules: ProcedureRules, state: CaseState) -> str | None:
    """Where what was decided leads the case; None while its current step is not done."""
    if state.step is None:
        return rules.first_for(state.choices)
    step = rules.step(state.step)
    assert step, f"the case stands in a step that its rules do not know: {state.step}"
    tasks = called_for(rules, state, step.step)
    leading = [*(task for task in tasks if not rules.opens_by_itself(task.stage)), *decided_beside(rules, state, tasks)]
    for task in sorted(leading, key=lambda task: task.decided_by_event or 0):
        if task.outcome and (way := leads_to(rules, state, task)):
            outcome, target = way
            return ending_of(rules, state, outcome, target) if rules.ending(target) else target
    counted = [task for task in tasks if holds_up(rules, task)]
    if not all(task.ended == "decided" for task in counted):
        return None
    outcomes = {outcome for task in counted for outcome in outcomes_of(task)}
    return step.then_if_all.get(outcomes.pop(), step.then) if len(outcomes) == 1 else step.then


def decided_beside(rules: ProcedureRules, state: CaseState, tasks: list[TaskState]) -> list[TaskState]:
    """The decided tasks that time put beside the steps, unless the case has gone on by them already."""
    since = min((task.opened_by_event for task in tasks if not rules.opens_by_itself(task.stage)), default=0)
    decided = [task for task in state.tasks.values() if rules.opens_by_itself(task.stage) and task.ended == "decided"]
    return [task for task in decided if (task.decided_by_event or 0) > since]


def called_for(rules: ProcedureRules, state: CaseState, step: str) -> list[TaskState]:
    """The tasks of a step that the choices of the case still call for; a changed answer can leave tasks out."""
    found = ((task, rules.stage(task.stage)) for task in state.of_step(step))
    return [task for task, stage in found if stage is None or stage.applies_to(state.choices)]


def holds_up(rules: ProcedureRules, task: TaskState) -> bool:
    """Whether the step goes on only when this task is decided."""
    stage = rules.stage(task.stage)
    return stage is None or rules.holds_up_its_step(stage)


def leads_to(rules: ProcedureRules, state: CaseState, task: TaskState) -> tuple[Outcome, str] | None:
    """Where a decided task sends the case at once, and by which outcome; None if its stage is merely done.

    Where it was decided in parts that lead to different places, the case goes the way with the greatest weight.
    """
    ways = [(outcome, target) for outcome, target in targets(rules, state, task) if target]
    latest = dict(enumerate(ways))
    if not latest:
        return None
    return latest[max(latest, key=lambda place: (*weight(rules, *latest[place]), place))]


def targets(rules: ProcedureRules, state: CaseState, task: TaskState) -> Iterator[tuple[Outcome, str | None]]:
    """The outcomes by which a task was decided, in their order, and where each leads."""
    for name in outcomes_of(task):
        outcome = way_of(rules, task, name)
        if outcome.at_most is None:
            yield outcome, outcome.leads_to
            continue
        times = sum(1 for other in state.tasks.values() if (other.body, other.outcome) == (task.body, name))
        yield outcome, outcome.leads_to if times <= outcome.at_most else outcome.then_to


def enter(rules: ProcedureRules, proposal: Proposal, step: Step, at: datetime) -> None:
    """Puts the stages of the step before their bodies, side by side; tasks open before are cancelled unless they
    outlast it."""
    for task in proposal.state.open_tasks():
        stage = rules.stage(task.stage)
        if not (stage and stage.outlasting):
            proposal.add(e.TaskCancelled(at=at, task_id=task.task_id, because=f"went_on_to:{step.step}"))
    if step.data:
        items = WHOLE_DATASET if step.whole_dataset else about(rules, proposal.state)
        move_data(proposal, step.data, at, items)
    for stage in step.stages:
        if stage.lies_open(proposal.state.choices, proposal.state.bodies):
            for seat in seats(stage, proposal.state):
                put(rules, proposal, step.step, stage, at, seat=seat)


def seats(stage: Stage, state: CaseState) -> list[str]:
    """For whom the stage is put: for every body that the case names in its role, or for the one that has it."""
    if not stage.each:
        return [""]
    return sorted(role for role in state.bodies if role.startswith(f"{stage.body}/"))


def put_again(rules: ProcedureRules, proposal: Proposal, at: datetime) -> None:
    """Puts again the stages that were cancelled when the case went on, after a correction brought it back to their
    step."""
    state = proposal.state
    step = rules.step(state.step or "")
    assert step, f"the case stands in a step that its rules do not know: {state.step}"
    for task in called_for(rules, state, step.step):
        stage = rules.stage(task.stage)
        if stage and task.ended == "cancelled" and holds_up(rules, task):
            put(rules, proposal, step.step, stage, at, seat=task.seat)


def put(
    rules: ProcedureRules,
    proposal: Proposal,
    step: str,
    stage: Stage,
    at: datetime,
    *,
    act: str | None = None,
    asked_by: TaskState | None = None,
    seat: str = "",
) -> None:
    """Puts the stage before its body, in a new round if it lay there before; `seat` names which of several bodies."""
    state = proposal.state
    round_ = 1 + sum(1 for task in state.tasks.values() if task.stage == stage.stage)
    cited = stage.period_citation or stage.citation
    limit = limit_set(stage, state)
    last_day = limit.last_day if limit else None
    awaits_evidence = stage.clock_from is ClockFrom.EVIDENCE and not state.evidence
    by_rule = None if awaits_evidence else stage.period(state.choices)
    clock = Clock(
        started_at=clock_start(stage, state, at),
        period=limit.period if limit else by_rule,
        last_day=last_day,
        due_at=midnight(last_day + timedelta(days=1)) if last_day else None,
        moving=rules.moving_units,
        own_periods={} if awaits_evidence else {o.outcome: o.period for o in stage.outcomes if o.period},
        promptly=stage.is_owed_promptly(state.choices),
        awaits_evidence=awaits_evidence,
        article=cited.article,
        basis=cited.basis,
        calendar=rules.calendar,
    )
    proposal.add(
        e.TaskOpened(
            at=at,
            act=act,
            task_id=f"{state.case_id}.{stage.stage}.{round_}",
            step=step,
            stage=stage.stage,
            round=round_,
            body=state.by_role[seat or rules.acting(stage.body, state.bodies)],
            outcomes=tuple(outcome.outcome for outcome in stage.outcomes),
            clock=clock,
            asked_by_task=asked_by.task_id if asked_by else None,
            seat=seat,
        )
    )


def clock_start(stage: Stage, state: CaseState, at: datetime) -> datetime:
    """The instant from which the clock of a stage runs: its hand-over at `at`, unless the rules name another beginning.

    A day counts from its midnight, Asia/Shanghai: a period in working days still begins with the next one.
    """
    if stage.clock_from is ClockFrom.EVENT and state.occurred_on:
        return datetime.combine(state.occurred_on, time(), SHANGHAI)
    if stage.clock_from_stage:
        earlier = [task for task in state.tasks.values() if task.stage == stage.clock_from_stage]
        return max(earlier, key=lambda task: task.opened_by_event).opened_at if earlier else at
    if stage.clock_from in (ClockFrom.EVENT, ClockFrom.RECEIPT) and state.received_at:
        return state.received_at
    return at


def cancel_open_tasks(proposal: Proposal, at: datetime, because: str) -> None:
    """Cancels every open task, for nobody need decide it any more."""
    for task in proposal.state.open_tasks():
        proposal.add(e.TaskCancelled(at=at, task_id=task.task_id, because=because))


def cancel_opinions(proposal: Proposal, task: TaskState, at: datetime) -> None:
    """Cancels the opinions that were asked inside a task which is over."""
    for opinion in proposal.state.open_tasks():
        if opinion.asked_by_task == task.task_id:
            proposal.add(e.TaskCancelled(at=at, task_id=opinion.task_id, because="asking_stage_decided"))


def close(rules: ProcedureRules, proposal: Proposal, ending: Ending, at: datetime) -> None:
    """Closes the case; a granted request opens its access case in the transaction that writes this.

    A closed case keeps no data back, unless the data is withdrawn.
    """
    cancel_open_tasks(proposal, at, because=f"closed:{ending.outcome}")
    if ending.grants:
        proposal.add(grant(rules, proposal.state, at))
    let_go = together(each.items for each in proposal.state.in_force if not each.kind.withdraws)
    move_data(proposal, DataEffect.SERVE, at, let_go)
    proposal.add(e.Closed(at=at, outcome=ending.outcome, upheld=ending.upheld))


def put_beside(
    rules: ProcedureRules, proposal: Proposal, step: str, name: str, at: datetime, *, act: str | None = None
) -> None:
    """Puts the stage before its body beside the others of the step, unless it lies there already."""
    stage = rules.stage(name)
    assert stage, f"the loader refuses a pack that opens {name}, which is no stage"
    if not any(task.stage == name for task in proposal.state.open_tasks()):
        put(rules, proposal, step, stage, at, act=act)
