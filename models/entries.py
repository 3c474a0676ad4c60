"""The entry of the catalogue: a change of it is ordered, drafted, and published. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from models import acts as a
from models import events as e
from models import refusals as r
from models.act_contents import Measure
from models.proposal import Proposal
from models.restricting import met_by
from models.restrictions import ITEMS_REMOVED, Items, RestrictionKind, items_of, written
from models.state import CaseState
from rules.deadlines import to_shanghai
from rules.pinned_stages import EntryEffect, Outcome
from rules.procedure_rules import ProcedureRules

CLOSED = "closed"
"""The class of an entry whose data nobody is served."""


def update_case_id(case_id: str, number: int = 1) -> str:
    """The id of a catalogue update that a case orders: the case's id and the running number of the order."""
    return f"{case_id}-entry" if number == 1 else f"{case_id}-entry-{number}"


def dataset_meant(state: CaseState) -> str:
    """The dataset whose entry a case is about: its own, or a new one of its provider where it has none."""
    if state.dataset_id:
        return state.dataset_id
    return f"{state.bodies['provider'].replace('.', '-')}-{hashlib.sha256(state.case_id.encode()).hexdigest()[:8]}"


def published_at_last(rules: ProcedureRules, proposal: Proposal, act: a.EntryIsPublished) -> None:
    """The update that a case ordered is published, so what waited only for that is done: in time or late by the receipt
    of the publication, however late the machines learn of it. An entry that stays closed provides nobody with data."""
    if act.openness == CLOSED:
        return
    published_at = act.published_at or act.received_at
    for task in proposal.state.open_tasks():
        stage = rules.stage(task.stage)
        outcome = next((o for o in stage.outcomes if o.by_publication), None) if stage else None
        if outcome:
            due_at = task.clock.due_for(outcome.outcome)
            proposal.add(
                e.TaskDecided(
                    at=act.received_at,
                    act=act.id,
                    task_id=task.task_id,
                    by=act.by.account,
                    outcome=outcome.outcome,
                    late=due_at is not None and published_at >= due_at,
                )
            )


def move_entry(rules: ProcedureRules, proposal: Proposal, outcome: Outcome, measure: Measure, act: a.Decide) -> None:
    """The decision orders a change of the entry, submits a draft, or publishes it. Raises DataIsRestricted."""
    state = proposal.state
    common = {"at": act.received_at, "act": act.id, "by": act.by.account}
    match outcome.entry:
        case EntryEffect.MAY_CHANGE | EntryEffect.ORDER:
            # Each processing that changes the entry has its own update: what the second changes is not in the first.
            is_due = measure.entry_changes if outcome.entry is EntryEffect.MAY_CHANGE else not state.ordered
            if is_due:
                ordered = {
                    "update_case_id": update_case_id(state.case_id, state.orders + 1),
                    "trigger": outcome.trigger,
                }
                proposal.add(
                    e.EntryChangeOrdered.model_validate({**common, **ordered, "dataset_id": dataset_meant(state)})
                )
        case EntryEffect.SUBMIT:
            draft = {**common, "submission": act.id, "data_items": measure.entry_items}
            known = withdrawn(state)
            common |= {"withdrawn": named(known), "withdrawn_except": left_out(known)}
            proposal.add(e.EntrySubmitted.model_validate({**common, **draft}))
        case EntryEffect.PUBLISH:
            nothing_keeps_it_back(state)
            assert state.draft, "the loader refuses a pack in which nothing is submitted before it is published"
            reopened = reviewed_anew(state, state.draft) if reopens_anew(rules, state) else {}
            processed_since_withdrawn(state, reopened)
            proposal.add(
                e.EntryPublished.model_validate(
                    {
                        **common,
                        "submission": state.draft.submission,
                        "data_items": state.draft.data_items,
                        "openness": state.choices.get("openness"),
                        "reopens": named(reopened),
                        "reopens_except": left_out(reopened),
                    }
                )
            )
        case _:
            pass


def nothing_keeps_it_back(state: CaseState) -> None:
    """No objection holds or suspends the data, except the one that ordered this update, and no item that is kept back
    disappears under another name. Raises DataIsRestricted."""
    items = set(state.draft.data_items) if state.draft else set()
    for by_case, met in met_by(state):
        if not met.kind.withdraws and by_case != state.caused_by:
            raise r.DataIsRestricted(field="outcome")
        if items and not set(met.data_items) <= items:
            raise r.DataIsRestricted(field="entry")


def reviewed_anew(state: CaseState, draft: e.EntrySubmitted) -> dict[str, Items]:
    """For each other case, what it has withdrawn, where that has not changed since the draft was submitted. Nobody has
    reviewed the reopening of what was withdrawn later."""
    stand = withdrawn(state)
    if draft.withdrawn is None:
        return stand
    known = {by: items_of(items, draft.withdrawn_except.get(by, ())) for by, items in draft.withdrawn.items()}
    return {by_case: items for by_case, items in stand.items() if known.get(by_case) == items}


def processed_since_withdrawn(state: CaseState, reopened: Collection[str]) -> None:
    """The data that these cases have withdrawn and an update opens again was processed after its withdrawal, as far as
    the record names a day. Raises ProcessedBeforeTheRestriction."""
    for by_case, met in met_by(state):
        reopens = by_case in reopened and met.kind is RestrictionKind.WITHDRAWAL
        if reopens and met.since and state.processed_on and state.processed_on < to_shanghai(met.since).date():
            raise r.ProcessedBeforeTheRestriction(field="processed_on")


def reopens_anew(rules: ProcedureRules, state: CaseState) -> bool:
    """Whether this is an update that opens withdrawn data again."""
    trigger = rules.choice("trigger", state.choices.get("trigger", ""))
    return trigger is not None and trigger.reopens


def withdrawn(state: CaseState) -> dict[str, Items]:
    """For each other case, what it has withdrawn of the data that this case is about."""
    return {by_case: met.items for by_case, met in met_by(state) if met.kind is RestrictionKind.WITHDRAWAL}


def named(items: Mapping[str, Items]) -> dict[str, tuple[str, ...]]:
    """For each other case, the items that it has withdrawn by name; none where it withdrew the whole dataset, or all
    but some items."""
    return {by_case: written(each)["data_items"] for by_case, each in items.items()}


def left_out(items: Mapping[str, Items]) -> dict[str, tuple[str, ...]]:
    """For each other case that withdrew the whole dataset except some items, the excepted items."""
    return {by: each for by, withdrawn_items in items.items() if (each := written(withdrawn_items)["except_items"])}


def concerns(act: a.ChangeEntry, items: tuple[str, ...]) -> bool:
    """Whether a catalogue update changed anything for a case about these items."""
    gone = bool(act.data_items) and not set(items) <= set(act.data_items)
    return act.openness in (CLOSED, "unconditional") or gone


def meet_change(proposal: Proposal, act: a.ChangeEntry, items: tuple[str, ...]) -> None:
    """The log names what a catalogue update changed for a case about these items; nothing where it changed nothing.

    The return of items that the log names as gone is a change too.
    """
    known = proposal.state.entry_items
    is_outdated = bool(known) and bool(act.data_items) and set(known or ()) != set(act.data_items)
    if concerns(act, items) or is_outdated:
        common = {"at": act.received_at, "act": act.id, "by_case": act.by_case}
        changed = {"openness": act.openness, "data_items": act.data_items}
        proposal.add(e.EntryChanged.model_validate(common | changed))


def nothing_left(act: a.ChangeEntry, items: tuple[str, ...], *, needs_grant: bool) -> str | None:
    """The outcome with which a case about these items ends because nothing is left of its subject; None while something
    is left.

    `needs_grant`: a request has nothing to ask for once the data is open to everybody; a grant on such data does no
    harm.
    """
    if act.openness == CLOSED:
        return "data_closed"
    if needs_grant and act.openness == "unconditional":
        return "data_unconditional"
    return items_gone(act, items)


def items_gone(act: a.ChangeEntry, items: tuple[str, ...]) -> str | None:
    """The outcome with which a case about these items ends because the entry has none of them any more; None while it
    has."""
    return ITEMS_REMOVED if items and act.data_items and set(items).isdisjoint(act.data_items) else None


def measure_allowed(outcome: Outcome, measure: Measure) -> None:
    """A decision does to data and entry only what its outcome allows. Raises MeasureNotAllowed."""
    demanded = {field for requirement in outcome.requires for field in requirement.any_of}
    out_of_place = {
        "data_items": measure.data_items is not None and outcome.data is None,
        "processed_on": measure.processed_on is not None and outcome.data is None and "processed_on" not in demanded,
        "held_from": measure.held_from is not None and "held_from" not in demanded,
        "held_until": measure.held_until is not None and "held_until" not in demanded,
        "entry_changes": measure.entry_changes and outcome.entry is not EntryEffect.MAY_CHANGE,
        "entry": bool(measure.entry_fields) and outcome.entry is not EntryEffect.SUBMIT,
    }
    for field, is_out_of_place in out_of_place.items():
        if is_out_of_place:
            raise r.MeasureNotAllowed(field=field)


def days_have_passed(measure: Measure, act: a.Decide) -> None:
    """What a decision says was done lies in the past. Raises ProcessingNotDone, ConsultationNotOver."""
    today = to_shanghai(act.received_at).date()
    if measure.processed_on and measure.processed_on > today:
        raise r.ProcessingNotDone(field="processed_on")
    if measure.held_until and measure.held_until >= today:
        raise r.ConsultationNotOver(field="held_until")
    if measure.held_from and measure.held_until and measure.held_until < measure.held_from:
        raise r.ConsultationNotOver(field="held_until")
