"""What is asked inside a stage: the applicant completes the request, the experts give an opinion. Pure."""

from __future__ import annotations

from collections.abc import Collection

from models import acts as a
from models import events as e
from models import refusals as r
from models.act_contents import Amendment
from models.clock import Stop
from models.course import put
from models.proposal import Proposal
from models.restrictions import within
from models.signing import leaves_what_is_signed
from models.state import CaseState
from models.task_state import TaskState
from models.who_may_act import is_the_party, task_in_hand
from rules.pinned import APPLICANT
from rules.procedure_rules import ProcedureRules


def ask_supplement(rules: ProcedureRules, proposal: Proposal, act: a.AskSupplement) -> None:
    """The applicant is asked to complete the request; the clock runs on unless a cited rule stops it."""
    task = task_in_hand(proposal, act)
    if rules.supplement is None or task.body == APPLICANT:
        raise r.ProcedureKnowsNoSuchAct(field="kind")
    if task.supplement_asked_at:
        raise r.SupplementAlreadyAsked(field="task_id")
    proposal.add(e.SupplementAsked(at=act.received_at, act=act.id, task_id=task.task_id, by=act.by.account))
    if rules.supplement.stops_clock and task.clock.period:
        stopped = task.clock.unset().model_copy(update={"stopped_at": act.received_at})
        proposal.add(
            e.ClockMoved(
                at=act.received_at,
                task_id=task.task_id,
                clock=stopped,
                because="supplement_asked",
                due_before=task.clock.due_at,
            )
        )


def must_be_asked(asked: Collection[object]) -> None:
    """Who answers must have been asked. Raises NothingAsked."""
    if not asked:
        raise r.NothingAsked(field="case_id")


def supply(rules: ProcedureRules, proposal: Proposal, act: a.Supply) -> None:
    """The supplement is on record with every task that waits for it, and a stopped clock runs again.

    A supplement may narrow the request and not widen it; otherwise data that a body has not read about would come under
    its approval.
    """
    state = proposal.state
    if not is_the_party(state, act.by):
        raise r.NotYourCase(field="case_id")
    waiting = [task for task in state.open_tasks() if task.supplement_asked_at]
    must_be_asked(waiting)
    supplement_allowed(state, act.amends)
    amend(rules, proposal, act, act.amends)
    leaves_what_is_signed(rules, proposal.state)
    for task in waiting:
        proposal.add(e.SupplementReceived(at=act.received_at, act=act.id, task_id=task.task_id))
        if task.clock.stopped_at and not task.clock.open_stops and rules.supplement:
            cited = rules.supplement.citation.model_dump(include={"source", "article", "basis"})
            stop = Stop(stopped_at=task.clock.stopped_at, resumed_at=act.received_at, **cited)
            clock = task.clock.model_copy(update={"stopped_at": None, "stops": (*task.clock.stops, stop)})
            proposal.add(
                e.ClockMoved(
                    at=act.received_at,
                    task_id=task.task_id,
                    clock=clock,
                    because="supplement_received",
                    due_before=None,
                )
            )


def stated_so_far(state: CaseState) -> dict[str, object]:
    """What the party of a case has stated, as a filing would: choices and items as they are, and of what was written
    only that it was."""
    return {**dict.fromkeys(state.given, "given"), **state.choices, "data_items": state.data_items}


def supplement_allowed(state: CaseState, amends: Amendment) -> None:
    """A supplement completes a request and does not make another of it: what bodies have looked at stays as it was.

    Items may be left out until a body has set terms on them. Only a resubmission changes a choice, and the review then
    starts afresh. Raises ItemNotRequested, RequestNotAmendable.
    """
    for name, value in amends.choices.items():
        if state.choices.get(name) != value:
            raise r.RequestNotAmendable(field=name)
    if amends.data_items is None or amends.data_items == state.data_items:
        return
    if any(task.terms and task.terms.data_items is not None for task in state.tasks.values()):
        raise r.RequestNotAmendable(field="data_items")
    if not within(amends.data_items, state.data_items):
        raise r.ItemNotRequested(field="data_items")


def amend(rules: ProcedureRules, proposal: Proposal, act: a.Decide | a.Supply, amends: Amendment) -> None:
    """The request is on record as the applicant now states it; nothing is added where nothing changes. Raises
    ChoiceNotOnRequest."""
    state = proposal.state
    for name, value in amends.choices.items():
        choice = rules.choice(name, value)
        known = "|".join(each.value for each in rules.choices.get(name, ()) if each.on_request)
        if choice is None:
            raise r.ChoiceNotOnRequest(field=name, allowed=known)
        if not choice.on_request:
            by = choice.citation
            raise r.ChoiceNotOnRequest(field=name, allowed=known, rule=by.article, basis=by.basis, source=by.source)
    items = state.data_items if amends.data_items is None else amends.data_items
    choices = {**state.choices, **amends.choices}
    given = state.given | amends.given
    words = {**state.words, **act.words} if rules.agreement else {}
    if (items, choices, given, words) != (state.data_items, dict(state.choices), state.given, dict(state.words)):
        amended = {"data_items": items, "choices": choices, "given": given, "words": words}
        proposal.add(e.RequestAmended.model_validate({"at": act.received_at, "act": act.id, **amended}))


def ask_opinion(rules: ProcedureRules, proposal: Proposal, act: a.AskOpinion) -> None:
    """The experts get a task of their own inside the stage, whose clock runs on."""
    state = proposal.state
    task = task_in_hand(proposal, act)
    if rules.opinion is None or task.body == APPLICANT or task.asked_by_task:
        raise r.ProcedureKnowsNoSuchAct(field="kind")
    if any(t.asked_by_task == task.task_id for t in state.open_tasks()):
        raise r.OpinionAlreadyAsked(field="task_id")
    put(rules, proposal, task.step, rules.opinion, act.received_at, act=act.id, asked_by=task)


def asked_inside(state: CaseState, task: TaskState) -> bool:
    return any(other.asked_by_task == task.task_id for other in state.tasks.values())
