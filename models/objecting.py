"""An objection: the hold at receipt, evidence that comes later, what a decision does beside leading on. Pure."""

from __future__ import annotations

from datetime import datetime

from models import acts as a
from models import events as e
from models import refusals as r
from models.course import put
from models.entries import move_entry
from models.proposal import Proposal
from models.restricting import move_data
from models.state import CaseState, TaskState
from rules.pinned import HoldRule, Outcome, ProcedureRules

MOST_EVIDENCE = 100
"""Files in one case."""


def hold_or_say_why_not(rules: ProcedureRules, proposal: Proposal, at: datetime, act: str | None = None) -> None:
    """Evidence on a ground that holds data back holds it from its receipt on; where it does not, the log says why.

    Nothing, where the ground holds nothing back or the case keeps the data back already.
    """
    state = proposal.state
    if not holds_back(rules.hold, state) or state.restriction:
        return
    assert rules.hold
    if because := why_not(rules.hold, state):
        proposal.add(e.HoldWithheld(at=at, act=act, because=because))
    else:
        proposal.add(e.DataHeld(at=at, act=act, data_items=state.data_items))


def holds_back(rule: HoldRule | None, state: CaseState) -> bool:
    """Whether the ground of an objection is one on which evidence holds data back."""
    return rule is not None and state.choices.get("ground") in rule.grounds


def why_not(rule: HoldRule, state: CaseState) -> str | None:
    """Why evidence does not hold the data back; a code."""
    standing = state.standing or a.Standing()
    if not state.evidence:
        return "no_evidence"
    if standing.rejected_before:
        return "rejected_before"
    if standing.open_holds >= rule.most_open:
        return "too_many_holds"
    return None


def submit_evidence(rules: ProcedureRules, proposal: Proposal, act: a.SubmitEvidence) -> None:
    """The evidence that is new is on file and answers what was asked for; the first of it may hold the data back.

    Whoever has declined to suspend decided without it, and is asked again. Raises NotYourCase, EnoughEvidence.
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
    for task in state.open_tasks():
        if task.supplement_asked_at:
            proposal.add(e.SupplementReceived(at=at, act=act.id, task_id=task.task_id))
    question = rules.stage(rules.hold.reviewed_by) if rules.hold else None
    asked = [t for t in state.tasks.values() if question and t.stage == question.stage]
    if not is_first or question is None or not asked or state.restriction:
        return
    hold_or_say_why_not(rules, proposal, at, act=act.id)
    if proposal.state.restriction and not any(task.is_open for task in asked):
        assert state.step
        put(rules, proposal, state.step, question, at, act=act.id)


def follow_decision(
    rules: ProcedureRules, proposal: Proposal, task: TaskState, outcome: Outcome, act: a.Decide
) -> None:
    """What a decision does beside leading the case on: to the data, to the mark, to the entry, to the objector.

    Raises ProcessingNotDone, ProcessedBeforeTheRestriction, MeasureNotAllowed.
    """
    at, measure = act.received_at, act.measure or a.Measure()
    if measure.processed_on:
        proposal.add(e.DataProcessed(at=at, act=act.id, by=act.by.account, processed_on=measure.processed_on))
    if outcome.data:
        move_data(
            proposal,
            outcome.data,
            at,
            whole_dataset=outcome.whole_dataset,
            items=measure.data_items,
            processed_on=measure.processed_on,
            act=act,
        )
    for name in outcome.opens:
        stage = rules.stage(name)
        assert stage, f"the loader refuses a pack in which an outcome opens {name}, which is no stage"
        put(rules, proposal, task.step, stage, at, act=act.id)
    if outcome.marks:
        proposal.add(e.DisputeMarked(at=at, act=act.id, by=act.by.account))
    move_entry(rules, proposal, outcome, measure, act)
    if outcome.answers:
        proposal.add(e.ObjectorAnswered(at=at, act=act.id, by=act.by.account))
