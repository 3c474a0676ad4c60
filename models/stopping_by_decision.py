"""Stops that a body decides (决定停止计时), for a reason, where its pack has such a rule; time ends them too. Pure."""

from __future__ import annotations

from models import acts as a
from models import events as e
from models import refusals as r
from models.demanding import missing
from models.proposal import Proposal
from models.stopping import begin, end, has_something_left, stopping
from models.task_state import TaskState
from models.who_may_act import task_in_hand
from rules.pinned import APPLICANT, Requirement
from rules.pinned_stages import StopBegins, StopRule
from rules.procedure_rules import ProcedureRules


def stop_clock(rules: ProcedureRules, proposal: Proposal, act: a.StopClock) -> None:
    """The clock of the task stands still from the receipt of the act, of which the applicant is told.

    Raises what `task_in_hand` and `rule_of` raise, ClockStandsAlready, NothingLeftToStop, and what says that the reason
    is missing.
    """
    task = task_in_hand(proposal, act)
    rule = rule_of(rules, task, act.stop)
    clock = task.clock
    if any(stop.because == rule.stop for stop in clock.open_stops):
        raise r.ClockStandsAlready(field="stop")
    used_up = any(stop.because == rule.stop and stop.by_time for stop in clock.stops)
    if used_up or not has_something_left(clock, act.received_at):
        raise r.NothingLeftToStop(field="stop")
    if not act.given:
        raise missing(Requirement(any_of=("text",), citation=rule.citation))
    proposal.add(
        e.StopDecided(
            at=act.received_at,
            act=act.id,
            task_id=task.task_id,
            by=act.by.account,
            stop=rule.stop,
            source=rule.citation.source,
            article=rule.citation.article,
            basis=rule.citation.basis,
        )
    )
    begin(proposal, task.task_id, rule, act.id, act.received_at, act.received_at, act.id)


def run_clock(rules: ProcedureRules, proposal: Proposal, act: a.RunClock) -> None:
    """The clock runs again from the receipt of the act, unless another rule stops it still.

    Raises what `task_in_hand` and `rule_of` raise, ClockNotStopped.
    """
    task = task_in_hand(proposal, act)
    rule = rule_of(rules, task, act.stop)
    over = [stop for stop in task.clock.open_stops if stop.because == rule.stop]
    if not over or not rule.until_done:
        raise r.ClockNotStopped(field="stop")
    proposal.add(e.StopEnded(at=act.received_at, act=act.id, task_id=task.task_id, by=act.by.account, stop=rule.stop))
    end(proposal, task, over, act.received_at, act.id)


def rule_of(rules: ProcedureRules, task: TaskState, name: str) -> StopRule:
    """The rule by which the body of a task may stop its clock. Raises ProcedureKnowsNoSuchAct, StopNotKnown."""
    known = {rule.stop: rule for rule in stopping(rules, task, StopBegins.BY_DECISION)}
    if not known or task.body == APPLICANT:
        raise r.ProcedureKnowsNoSuchAct(field="kind")
    if name not in known:
        raise r.StopNotKnown(field="stop", allowed="|".join(known))
    return known[name]
