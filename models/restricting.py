"""What a case does to the data that it is about, and what it meets that other cases do to it. Pure."""

from __future__ import annotations

from datetime import datetime

from models import acts as a
from models import events as e
from models import refusals as r
from models.proposal import Proposal
from models.restrictions import Restriction, RestrictionKind, all_gone, covers, together
from models.state import CaseState
from rules.deadlines import to_shanghai
from rules.pinned import DataEffect

SUSPENDED_TWICE = (RestrictionKind.SUSPENSION, DataEffect.SUSPEND)


def move_data(
    proposal: Proposal,
    effect: DataEffect,
    at: datetime,
    *,
    whole_dataset: bool = False,
    items: tuple[str, ...] | None = None,
    act: a.Decide | None = None,
) -> None:
    """The data is suspended, withdrawn, or served again as far as this case goes; nothing where that is so already.

    It is about the whole dataset, or the `items` named, or those that the case keeps back, or those it was filed for.
    What a step does when it is entered comes of no `act`. Raises ProcessingNotDone, ProcessedBeforeTheRestriction.
    """
    state = proposal.state
    stands = state.restriction
    told = {"at": at, "act": act.id if act else None, "by": act.by.account if act else None}
    if items is None:
        items = stands.data_items if stands else state.data_items
    if whole_dataset:
        items = ()
    elif stands and (stands.kind is RestrictionKind.WITHDRAWAL or (stands.kind, effect) == SUSPENDED_TWICE):
        # What is withdrawn, or suspended by another decision, is let go by being served and in no other way.
        items = together(stands.data_items, items)
    if effect is DataEffect.SERVE:
        processed_anew(state)
        if stands:
            proposal.add(e.DataRestored.model_validate({**told, "data_items": stands.data_items}))
        return
    is_withdrawn = stands is not None and stands.kind is RestrictionKind.WITHDRAWAL
    suspends = effect is DataEffect.SUSPEND and not is_withdrawn
    kind = RestrictionKind.SUSPENSION if suspends else RestrictionKind.WITHDRAWAL
    if not already(stands, Restriction(kind=kind, data_items=items)):
        event = e.DataSuspended if suspends else e.DataWithdrawn
        proposal.add(event.model_validate({**told, "data_items": items}))


def processed_anew(state: CaseState) -> None:
    """Data that is served after a processing was processed since it is kept back; what is withdrawn is served only
    after one, and after the withdrawal.

    Raises ProcessingNotDone, ProcessedBeforeTheRestriction.
    """
    stands = state.restriction
    if stands is None or state.restricted_at is None or state.kept_back_at is None:
        return
    if stands.kind is RestrictionKind.WITHDRAWAL:
        if state.processed_on is None:
            raise r.ProcessingNotDone(field="processed_on")
        since = state.restricted_at
    else:
        since = state.kept_back_at
    if state.processed_on and state.processed_on < to_shanghai(since).date():
        raise r.ProcessedBeforeTheRestriction(field="processed_on")


def already(stands: Restriction | None, wanted: Restriction) -> bool:
    """Whether what stands keeps back at least what is wanted, as strongly."""
    if stands is None:
        return False
    strength = list(RestrictionKind)
    as_strong = strength.index(stands.kind) >= strength.index(wanted.kind)
    return as_strong and covers(stands.data_items, wanted.data_items)


def meet(proposal: Proposal, act: a.Restrict) -> None:
    """What another case keeps back of the dataset is on record as it stands now.

    Whether it touches what this case is about is asked when it matters: a resubmission may ask for other items.
    """
    kind = RestrictionKind(act.restriction)
    met = Restriction(kind=kind, data_items=act.data_items)
    if proposal.state.restricted_by.get(act.by_case) != met:
        proposal.add(
            e.RestrictionMet(
                at=act.received_at, act=act.id, by_case=act.by_case, restriction=kind, data_items=act.data_items
            )
        )


def meet_no_more(proposal: Proposal, act: a.LiftRestriction) -> None:
    """That case keeps the data back no more."""
    if act.by_case in proposal.state.restricted_by:
        proposal.add(e.RestrictionLifted(at=act.received_at, act=act.id, by_case=act.by_case))


def all_withdrawn(state: CaseState, items: tuple[str, ...]) -> bool:
    """Whether other cases have withdrawn every one of these items; where none are named, the whole dataset."""
    met = state.restricted_by.values()
    return all_gone((each.data_items for each in met if each.kind is RestrictionKind.WITHDRAWAL), items)
