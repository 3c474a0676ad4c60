"""What a case does to the data that it is about, and what it meets that other cases do to it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from models import acts as a
from models import events as e
from models import refusals as r
from models.proposal import Proposal
from models.restrictions import Items, RestrictionKind, RestrictionTold, all_gone, together, written
from models.state import CaseState
from rules.deadlines import to_shanghai
from rules.pinned_stages import DataEffect

KINDS: Mapping[DataEffect, RestrictionKind] = {
    DataEffect.SUSPEND: RestrictionKind.SUSPENSION,
    DataEffect.WITHDRAW_UNTIL_PROCESSED: RestrictionKind.WITHDRAWAL_UNTIL_PROCESSED,
    DataEffect.WITHDRAW: RestrictionKind.WITHDRAWAL,
}


def move_data(
    proposal: Proposal,
    effect: DataEffect,
    at: datetime,
    items: Items,
    *,
    act: a.Decide | None = None,
) -> None:
    """These items are suspended, withdrawn, or served again as far as this case goes; what else it keeps back stays.

    Nothing where that is so already: what is withdrawn is not suspended, and what nothing keeps back is served. What a
    step does when it is entered comes of no `act`. Raises ProcessingNotDone, ProcessedBeforeTheRestriction.
    """
    state = proposal.state
    told: dict[str, object] = {"at": at, "act": act.id if act else None, "by": act.by.account if act else None}
    if effect is DataEffect.SERVE:
        moved = state.restricted_items & items
        processed_anew(state, moved)
    else:
        kind = KINDS[effect]
        moved = items - together(each.items for each in state.in_force if each.kind.strength >= kind.strength)
    if not moved:
        return
    told |= {**written(moved), "beside": state.kinds_beside(moved)}
    match effect:
        case DataEffect.SERVE:
            proposal.add(e.DataRestored.model_validate(told))
        case DataEffect.SUSPEND:
            proposal.add(e.DataSuspended.model_validate(told))
        case _:
            until_processed = effect is DataEffect.WITHDRAW_UNTIL_PROCESSED
            proposal.add(e.DataWithdrawn.model_validate({**told, "until_processed": until_processed}))


def nothing_more_than_held(state: CaseState, items: Items) -> None:
    """Whoever answers whether to suspend lifts a hold and no more: what was suspended or withdrawn since, because of a
    leak for instance, stays so until the facts are verified. Raises SuspendedUntilVerified."""
    if any(kept.kind is not RestrictionKind.HOLD and kept.items & items for kept in state.in_force):
        raise r.SuspendedUntilVerified(field="outcome")


def processed_anew(state: CaseState, items: Items, processed_on: date | None = None) -> None:
    """What is processed, on the day that a decision names, was processed since it is kept back; and what is withdrawn
    is served only after a processing, and after its withdrawal.

    Raises ProcessingNotDone, ProcessedBeforeTheRestriction.
    """
    for kept in state.in_force:
        if not kept.items & items:
            continue
        since, processed = kept.kept_back_at, processed_on
        if kept.kind.withdraws:
            since, processed = kept.since, state.processed_on
            if processed is None:
                raise r.ProcessingNotDone(field="processed_on")
        if processed and processed < to_shanghai(since).date():
            raise r.ProcessedBeforeTheRestriction(field="processed_on")


def stopped(state: CaseState, items: Items) -> bool:
    """Whether a decision of the case keeps back all of these items, which is more than a hold."""
    decided = (each.items for each in state.in_force if each.kind is not RestrictionKind.HOLD)
    return bool(items) and items.are_within(together(decided))


def meet(proposal: Proposal, act: a.Restrict) -> None:
    """What another case keeps back of the dataset is on record as it stands now.

    Whether it touches what this case is about is asked when it matters: a resubmission may ask for other items.
    """
    met = e.RestrictionMet(
        at=act.received_at,
        act=act.id,
        by_case=act.by_case,
        restriction=RestrictionKind(act.restriction),
        data_items=act.data_items,
        except_items=act.except_items,
        since=act.since,
        beside=act.beside,
    )
    if proposal.state.met_restrictions.get(act.by_case) != met.restrictions:
        proposal.add(met)


def meet_no_more(proposal: Proposal, act: a.LiftRestriction) -> None:
    """That case keeps the data back no more."""
    if act.by_case in proposal.state.met_restrictions:
        proposal.add(e.RestrictionLifted(at=act.received_at, act=act.id, by_case=act.by_case))


def met_by(state: CaseState) -> Iterator[tuple[str, RestrictionTold]]:
    """Each thing that other cases keep back of the dataset, with the case that does."""
    for by_case, restrictions in state.met_restrictions.items():
        for each in restrictions:
            yield by_case, each


def all_withdrawn(state: CaseState, items: tuple[str, ...]) -> bool:
    """Whether other cases have withdrawn every one of these items for good; where none are named, the whole dataset."""
    return all_gone((each.items for _, each in met_by(state) if each.kind is RestrictionKind.WITHDRAWAL), items)
