"""What an act on a task adds to the log, or the named refusal: the same pure judgement at receipt, in the validator,
and again in the handler after every await."""

from __future__ import annotations

from models import acts as a
from models import events as e
from models import refusals as r
from models.act_contents import GrantTerms, Measure
from models.agreeing import agreed_by_now, list_allowed, sets_terms, signs_as_the_party, stated_by_the_others
from models.asking import amend, ask_opinion, ask_supplement, asked_inside, supply
from models.classes import class_allowed
from models.correcting import demanded_of_correction, is_late, not_signed_by_another, party_was_told
from models.counties import body_fits
from models.course import cancel_open_tasks, cancel_opinions, next_of
from models.demanding import demanded_by_mode, given_by, lacking_in_entry, missing, unmet
from models.entries import days_have_passed, measure_allowed, published_at_last
from models.entrusting import entrust
from models.extending import extend
from models.finding import finding_allowed
from models.granting import decides_alone, items_granted, terms_set
from models.limits import limit_allowed, limit_stands
from models.objecting import follow_decision
from models.parts import before, scope_of
from models.proposal import Proposal
from models.restricting import nothing_more_than_held
from models.restrictions import within, written
from models.signing import signed_whole, signs_a_text, signs_what_stands, what_is_signed
from models.state import CaseState
from models.stopping_by_decision import run_clock, stop_clock
from models.task_state import TaskState
from models.urging import urge
from models.who_may_act import may_be_given, officer_may_act, still_open, takes_part, task_in_hand, task_of
from rules.pinned import APPLICANT, Requirement
from rules.pinned_stages import DataEffect, EntryEffect, Outcome
from rules.procedure_rules import ProcedureRules

ANSWER = ("answer",)
"""What an outcome demands that answers the objector."""
MOST_NOTES = 200
"""In one case."""


def add_note(proposal: Proposal, act: a.Note) -> None:
    """The log has the note. Raises NotYourCase, EnoughNotes."""
    takes_part(proposal.state, act.by)
    if proposal.state.notes >= MOST_NOTES:
        raise r.EnoughNotes(field="text")
    proposal.add(e.NoteAdded(at=act.received_at, act=act.id, by=act.by.account))


def outcome_of(rules: ProcedureRules, task: TaskState, name: str) -> Outcome:
    """The outcome as the rules of the case know it. Raises OutcomeNotAllowed."""
    stage = rules.stage(task.stage)
    if not stage or not (outcome := stage.outcome(name)) or not outcome.is_decided_by_somebody:
        raise r.OutcomeNotAllowed(field="outcome", allowed="|".join(task.outcomes))
    return outcome


def terms_allowed(rules: ProcedureRules, state: CaseState, task: TaskState, terms: GrantTerms | None) -> None:
    """What a body grants lies within what was asked for, what other bodies have passed, and what the law lets
    conditional data be obtained by.

    Raises ItemNotRequested, ItemNotPassed, AccessModeNotAllowed.
    """
    if terms is None:
        return
    if terms.data_items is not None and not within(terms.data_items, state.data_items):
        raise r.ItemNotRequested(field="data_items")
    if not decides_alone(rules, task.step):
        passed = items_granted(rules, state, beside=task.stage)
        if terms.data_items and passed and not within(terms.data_items, passed):
            raise r.ItemNotPassed(field="data_items")
        modes = {other.access_mode for other in terms_set(rules, state, beside=task.stage) if other.access_mode}
        if terms.access_mode and modes and terms.access_mode not in modes:
            raise r.AccessModeNotAllowed(field="access_mode", allowed="|".join(sorted(modes)))
    if terms.access_mode is not None and rules.choice("access_mode", terms.access_mode) is None:
        known = "|".join(choice.value for choice in rules.choices.get("access_mode", ()))
        raise r.AccessModeNotAllowed(field="access_mode", allowed=known)


def answer_task_act(rules: ProcedureRules, proposal: Proposal, act: a.Act) -> None:
    """Adds the events that an act on a task makes happen, or raises the refusal that says why not.

    Raises ProcedureKnowsNoSuchAct for an act that no task takes.
    """
    match act:
        case a.Claim():
            task = task_in_hand(proposal, act)
            if task.claimed_by is None:
                proposal.add(e.TaskClaimed(at=act.received_at, act=act.id, task_id=task.task_id, by=act.by.account))
        case a.Release():
            task = task_in_hand(proposal, act)
            if task.claimed_by is None:
                raise r.TaskNotClaimed(field="task_id")
            proposal.add(e.TaskReleased(at=act.received_at, act=act.id, task_id=task.task_id, by=act.by.account))
        case a.Reassign():
            task = task_in_hand(proposal, act)
            may_be_given(proposal, task, act.to, act.to_body)
            proposal.add(
                e.TaskReassigned(at=act.received_at, act=act.id, task_id=task.task_id, by=act.by.account, to=act.to)
            )
        case a.HandOver():
            hand_over(proposal, act)
        case a.LapseClaim():
            lapse(proposal, act)
        case a.Entrust():
            entrust(rules, proposal, act)
        case a.Decide():
            decide(rules, proposal, act)
        case a.Correct():
            correct(rules, proposal, act)
        case a.AskSupplement():
            ask_supplement(rules, proposal, act)
        case a.Extend():
            extend(rules, proposal, act)
        case a.StopClock():
            stop_clock(rules, proposal, act)
        case a.RunClock():
            run_clock(rules, proposal, act)
        case a.AskOpinion():
            ask_opinion(rules, proposal, act)
        case a.Supply():
            supply(rules, proposal, act)
        case a.Note():
            add_note(proposal, act)
        case a.Urge():
            urge(rules, proposal, act)
        case a.ApplyNotice():
            apply_notice(proposal, act)
        case a.EntryIsPublished():
            published_at_last(rules, proposal, act)
        case _:
            raise r.ProcedureKnowsNoSuchAct(field="kind")


def hand_over(proposal: Proposal, act: a.HandOver) -> None:
    """What an officer had in hand goes to a colleague or back to the body. A task that somebody else has taken
    meanwhile stays theirs.

    Raises what `task_in_hand` raises, TaskNotHeld, OfficerNotOfThisBody, OfficerIsParty.
    """
    task = task_in_hand(proposal, act)
    if act.officer not in (task.claimed_by, task.lapsed_of):
        raise r.TaskNotHeld(field="task_id")
    if act.to is not None:
        may_be_given(proposal, task, act.to, act.to_body)
    it = {"at": act.received_at, "act": act.id, "task_id": task.task_id, "by": act.by.account}
    if act.to is not None:
        proposal.add(e.TaskReassigned.model_validate(it | {"to": act.to}))
    elif task.claimed_by is not None:
        proposal.add(e.TaskReleased.model_validate(it))


def lapse(proposal: Proposal, act: a.LapseClaim) -> None:
    """The task belongs to the whole body again, with what the officer began on it. Raises TaskNotHeld."""
    task = task_of(proposal.state, act)
    still_open(task)
    if task.claimed_by != act.officer:
        raise r.TaskNotHeld(field="task_id")
    proposal.add(e.ClaimLapsed(at=act.received_at, act=act.id, task_id=task.task_id, officer=act.officer))


def decide(rules: ProcedureRules, proposal: Proposal, act: a.Decide) -> None:
    """The log has the body's answer, in time or late by the receipt of the act."""
    state = proposal.state
    task = task_in_hand(proposal, act)
    outcome = outcome_of(rules, task, act.outcome)
    body_fits(rules, state, outcome)
    if act.terms and not sets_terms(rules, task):
        list_allowed(rules, state, task, outcome, act.terms)
    if task.asked_by_task and not act.given:
        raise missing(Requirement(any_of=("text",), citation=outcome.citation))
    if act.amends:
        answers_of_a_draft = outcome.entry is EntryEffect.SUBMIT
        if not answers_of_a_draft and (task.body != APPLICANT or not rules.step(outcome.leads_to or "")):
            raise r.RequestNotAmendable(field="amends")
        amend(rules, proposal, act, act.amends)
        state = proposal.state
    terms_allowed(rules, state, task, act.terms)
    given = given_by(rules, state, act)
    if signs_as_the_party(rules, task):
        # A body could state anything with a decision; as the party it signs what the others have stated.
        stated_by_the_others(outcome, given if task.body == APPLICANT else agreed_by_now(rules, state, act))
    if act.measure:
        measure_allowed(outcome, act.measure)
    scope = scope_of(rules, state, task, outcome, act.measure)
    if outcome.data is DataEffect.SERVE and rules.hold and task.stage == rules.hold.reviewed_by:
        nothing_more_than_held(state, scope.items)
    requires = (*demanded_by_mode(rules, act.terms), *outcome.requires)
    if scope.leaves_some:
        # The objector is answered once, with the decision that leaves nothing before the task.
        requires = tuple(each for each in requires if each.any_of != ANSWER)
    lacking = unmet(requires, state.choices, given)
    entry_lacking = lacking_in_entry(rules, state, outcome, act.measure or Measure())
    if lacking:
        # Without a draft, the draft itself is what is missing.
        raise missing(*lacking, *(entry_lacking if act.measure and act.measure.entry_fields else ()))
    if signs_a_text(rules, task, act.outcome):
        signed_whole(rules, state, task, given)
        signs_what_stands(rules, state, task, act)
    if act.measure:
        days_have_passed(act.measure, act)
    if outcome.entry is EntryEffect.SUBMIT:
        nothing_opened_after_the_law(rules, state)
    if entry_lacking:
        raise missing(*entry_lacking)
    class_allowed(rules, state, outcome, act.measure or Measure())
    finding_allowed(rules, outcome, act.finding)
    limit_allowed(outcome, act)
    limit_stands(rules, state, outcome, act.received_at)
    if state.behind and (outcome.entry is EntryEffect.SUBMIT or rules.step(outcome.leads_to or "")):
        raise r.NotItsTurn(field="outcome", first=state.behind)
    if outcome.leads_to or outcome.data is DataEffect.SERVE:
        nothing_binds(rules, state, task)
    if scope.leaves_some:
        part = {"task_id": task.task_id, "by": act.by.account, "outcome": act.outcome, "given": act.given}
        fields = {"at": act.received_at, "act": act.id, **part, **written(scope.items)}
        proposal.add(e.DecidedInPart.model_validate(fields))
    else:
        settle(rules, proposal, task, act)
    follow_decision(rules, proposal, proposal.state.tasks[task.task_id], outcome, act, scope)


def settle(rules: ProcedureRules, proposal: Proposal, task: TaskState, act: a.Decide) -> None:
    """The task is decided, and with it what was asked inside it."""
    due_at = task.clock.due_for(act.outcome)
    remains = before(rules, proposal.state, task) if task.in_part else None
    proposal.add(
        e.TaskDecided(
            at=act.received_at,
            act=act.id,
            task_id=task.task_id,
            by=act.by.account,
            outcome=act.outcome,
            late=due_at is not None and act.received_at >= due_at,
            given=act.given,
            terms=act.terms,
            limit=act.limit,
            **what_is_signed(rules, task, act),
            remained=e.Remainder(**written(remains)) if remains else None,
        )
    )
    cancel_opinions(proposal, task, act.received_at)


def nothing_opened_after_the_law(rules: ProcedureRules, state: CaseState) -> None:
    """Once the law has ended, a draft does no more than a remedy may. Raises NotInForce with the rule."""
    after = rules.after_the_law
    for name in after.only if after else ():
        if after and after.refuses(name, state.choices.get(name)):
            raise r.NotInForce(field=name, rule=after.citation.article)


def nothing_binds(rules: ProcedureRules, state: CaseState, decided: TaskState) -> None:
    """No other open task must be done before the case goes on or data is served. Raises AnotherTaskFirst."""
    for task in state.open_tasks():
        stage = rules.stage(task.stage)
        if stage and stage.binding and task.task_id != decided.task_id:
            raise r.AnotherTaskFirst(field="outcome", stage=task.stage)


def correct(rules: ProcedureRules, proposal: Proposal, act: a.Correct) -> None:
    """A body replaces its own decision until the next body has acted; the case then stands where the new one leads."""
    state = proposal.state
    task = task_of(state, act)
    officer_may_act(proposal, task, act.by)
    if rules.correction is None or task.decided_by is None or task.decided_by_event is None:
        raise r.NothingToCorrect(field="task_id")
    if task.body == APPLICANT or task.asked_by_task is not None:
        raise r.NothingToCorrect(field="task_id")
    since = [t for t in state.tasks.values() if t.opened_by_event > task.decided_by_event and not t.asked_by_task]
    acted = any(t.ended == "decided" or t.supplements or asked_inside(state, t) for t in since)
    if acted or (since and {t.step for t in since} != {state.step}):
        raise r.NextBodyHasActed(field="task_id")
    not_signed_by_another(rules, state, task)
    outcome = outcome_of(rules, task, act.outcome)
    body_fits(rules, state, outcome)
    if act.terms and not sets_terms(rules, task):
        list_allowed(rules, state, task, outcome, act.terms)
    terms_allowed(rules, state, task, act.terms)
    requires = (*demanded_by_mode(rules, act.terms), *outcome.requires, *demanded_of_correction(rules, state))
    given = given_by(rules, state, act)
    if lacking := unmet(requires, state.choices, given):
        raise missing(*lacking)
    if signs_a_text(rules, task, act.outcome):
        signed_whole(rules, state, task, given)
        signs_what_stands(rules, state, task, act)

    stands_elsewhere = state.step != task.step or any(t.stage == task.stage for t in since)
    replaced = task.model_copy(update={"outcome": act.outcome, "decided_by_event": state.number + 1})
    trial = state.model_copy(update={"tasks": {**state.tasks, task.task_id: replaced}, "step": task.step})
    target = next_of(rules, trial)
    back_to = task.step if stands_elsewhere and target != state.step else None
    if back_to:
        cancel_open_tasks(proposal, act.received_at, because="decision_corrected")
    proposal.add(
        e.DecisionCorrected(
            at=act.received_at,
            act=act.id,
            task_id=task.task_id,
            by=act.by.account,
            outcome=act.outcome,
            cites=task.decided_by_event,
            back_to=back_to,
            late=is_late(rules, task, act),
            given=act.given,
            terms=act.terms,
            told=party_was_told(rules, state),
            **what_is_signed(rules, task, act),
        )
    )


def apply_notice(proposal: Proposal, act: a.ApplyNotice) -> None:
    """The log sets the open clocks that the notice moves anew, by the calendar with the notice in it."""
    for task in proposal.state.open_tasks():
        if act.tasks is not None and task.task_id not in act.tasks:
            continue
        if task.clock.may_be_moved_by_a_notice:
            proposal.add(
                e.ClockMoved(
                    at=act.received_at,
                    act=act.id,
                    task_id=task.task_id,
                    clock=task.clock.unset(),
                    because="notice",
                    due_before=task.clock.due_at,
                    own_due_before=task.clock.own_due_at,
                    notice=act.notice,
                )
            )
