"""An objection: the hold at receipt, evidence that comes later, and what a decision does to data, mark, entry and
objector. Pure."""

from __future__ import annotations

from datetime import datetime

from models import acts as a
from models import events as e
from models import refusals as r
from models.act_contents import Measure, Standing
from models.classes import move_class
from models.course import cancel_opinions, put, put_beside, verifying
from models.curtailing import move_grant
from models.entries import move_entry, processed_since_withdrawn, reopens_anew
from models.evidence_clocks import begin_with_evidence
from models.parts import Scope, about
from models.proposal import Proposal
from models.publishing import make_known, pin_figures
from models.restricting import move_data, processed_anew, stopped
from models.restrictions import Items, written
from models.state import CaseState
from models.task_state import TaskState
from models.using import order_case
from models.who_may_act import acts_for_itself_alone, acts_in_place_of
from rules.pinned import HoldRule
from rules.pinned_stages import Outcome
from rules.procedure_names import OBJECTION
from rules.procedure_rules import ProcedureRules

MOST_EVIDENCE = 100
"""Files in one case."""


def takes_evidence(procedure: str) -> None:
    """Evidence is submitted to objections alone. Raises ProcedureKnowsNoSuchAct."""
    if procedure != OBJECTION:
        raise r.ProcedureKnowsNoSuchAct()


def hold_or_say_why_not(rules: ProcedureRules, proposal: Proposal, at: datetime, act: str | None = None) -> None:
    """Holds the data from the receipt on, where evidence was received on a ground that holds data back or the rules
    hold it without evidence; otherwise the log says why it is not held.

    Nothing, where the ground holds nothing back or the case already keeps back all that it is about.
    """
    state = proposal.state
    disputed = at_large(rules, state)
    if rules.hold is None or not rules.hold.holds_back(state.choices) or not disputed:
        return
    if because := why_not(rules.hold, state):
        proposal.add(e.HoldWithheld(at=at, act=act, because=because))
    else:
        proposal.add(e.DataHeld(at=at, act=act, **written(disputed), beside=state.kinds_beside(disputed)))


def at_large(rules: ProcedureRules, state: CaseState) -> Items:
    """What an objection is still about and does not keep back."""
    return about(rules, state) - state.restricted_items


def why_not(rule: HoldRule, state: CaseState) -> str | None:
    """The code that says why an objection does not hold the data back; None where it does."""
    standing = state.standing or Standing()
    if not state.evidence and rule.needs_evidence(state.choices):
        return "no_evidence"
    if standing.rejected_before:
        return "rejected_before"
    if standing.open_holds >= rule.most_open:
        return "too_many_holds"
    return None


def submit_evidence(rules: ProcedureRules, proposal: Proposal, act: a.SubmitEvidence) -> None:
    """The log has the new evidence, which answers what was asked for; the first evidence may hold the data back.

    A body that declined to suspend did so without this evidence and is asked again. Raises NotYourCase, EnoughEvidence.
    """
    state = proposal.state
    if act.by.account != state.party:
        raise r.NotYourCase(field="case_id")
    added = tuple(each for each in act.evidence if each not in state.evidence)
    if not added:
        return
    if len(state.evidence) + len(added) > MOST_EVIDENCE:
        raise r.EnoughEvidence(field="evidence")
    is_first = not state.evidence
    at = act.received_at
    proposal.add(e.EvidenceSubmitted(at=at, act=act.id, evidence=added, standing=act.standing))
    begin_with_evidence(rules, proposal, at, act.id)
    for task in state.open_tasks():
        if task.supplement_asked_at:
            proposal.add(e.SupplementReceived(at=at, act=act.id, task_id=task.task_id))
    if rules.hold and verifying(rules, state) and at_large(rules, state):
        if is_first:
            hold_or_say_why_not(rules, proposal, at, act=act.id)
        ask_again(rules, rules.hold, proposal, at, act.id, restart=is_first)


def ask_again(
    rules: ProcedureRules, hold: HoldRule, proposal: Proposal, at: datetime, act: str, *, restart: bool
) -> None:
    """Puts the question whether to suspend again, about all that is being verified. An open question starts anew only
    where `restart` says so or part of it was decided; nothing is put where the question never lay before a body.

    What was declined before the new evidence came is asked again.
    """
    state = proposal.state
    asked = [task for task in state.tasks.values() if task.stage == hold.reviewed_by]
    is_open = [task for task in asked if task.is_open]
    if not asked or (is_open and not restart and not any(task.in_part for task in is_open)):
        return
    for task in is_open:
        proposal.add(e.TaskCancelled(at=at, act=act, task_id=task.task_id, because="asked_again"))
        cancel_opinions(proposal, task, at)
    question = rules.stage(hold.reviewed_by)
    assert question
    assert state.step
    put(rules, proposal, state.step, question, at, act=act)


def review_suspension(rules: ProcedureRules, proposal: Proposal, act: a.ReviewSuspension) -> None:
    """Whoever verifies the objection, or was entrusted with that in its place, decides again whether to suspend.

    Raises ProcedureKnowsNoSuchAct, NotYourTask, PartyToTheCase, NothingToReview.
    """
    state, hold = proposal.state, rules.hold
    question = rules.stage(hold.reviewed_by) if hold else None
    if hold is None or question is None:
        raise r.ProcedureKnowsNoSuchAct(field="kind")
    if not acts_in_place_of(state, act.by.body, state.bodies.get(question.body)):
        raise r.NotYourTask(field="case_id")
    acts_for_itself_alone(proposal, act.by)
    asked = [task for task in state.tasks.values() if task.stage == question.stage]
    is_stopped = stopped(state, about(rules, state)) and not any(outcome.opens for outcome in question.outcomes)
    if not asked or is_stopped or not verifying(rules, state) or any(task.is_open for task in asked):
        raise r.NothingToReview(field="case_id")
    ask_again(rules, hold, proposal, act.received_at, act.id, restart=False)


def follow_decision(
    rules: ProcedureRules, proposal: Proposal, task: TaskState, outcome: Outcome, act: a.Decide, scope: Scope
) -> None:
    """What a decision does besides leading the case on: to its data, to the mark, to the entry, and to the objector,
    who is answered once nothing remains before the task.

    Raises ProcessingNotDone, ProcessedBeforeTheRestriction, MeasureNotAllowed.
    """
    at, measure = act.received_at, act.measure or Measure()
    if measure.processed_on:
        proposal.add(e.DataProcessed(at=at, act=act.id, by=act.by.account, processed_on=measure.processed_on))
        processed_anew(proposal.state, scope.items, measure.processed_on)
        if reopens_anew(rules, proposal.state):
            processed_since_withdrawn(proposal.state, proposal.state.met_restrictions)
    if outcome.data:
        move_data(proposal, outcome.data, at, scope.items, act=act)
    for name in outcome.opens:
        put_beside(rules, proposal, task.step, name, at, act=act.id)
    if outcome.marks:
        proposal.add(e.DisputeMarked(at=at, act=act.id, by=act.by.account))
    move_grant(proposal, task, outcome, act)
    order_case(proposal, task, outcome, act)
    move_class(proposal, outcome, measure, act)
    move_entry(rules, proposal, outcome, measure, act)
    pin_figures(proposal, task, outcome, act)
    make_known(proposal, outcome, act)
    if outcome.answers and not scope.leaves_some:
        proposal.add(e.ObjectorAnswered(at=at, act=act.id, by=act.by.account))
