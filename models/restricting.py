"""What a case does to the data that it is about, and which restrictions of other cases it meets. Pure."""

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
    """Suspends, withdraws or serves these items again, as far as this case goes; its other restrictions stay.

    Nothing where that is so already: withdrawn data is not suspended, and data without a restriction is served. The
    effect of entering a step has no `act`. Raises ProcessingNotDone, ProcessedBeforeTheRestriction.
    """
    state = proposal.state
    fields: dict[str, object] = {"at": at, "act": act.id if act else None, "by": act.by.account if act else None}
    if effect is DataEffect.SERVE:
        moved = state.restricted_items & items
        processed_anew(state, moved)
    else:
        kind = KINDS[effect]
        moved = items - together(each.items for each in state.in_force if each.kind.strength >= kind.strength)
    if not moved:
        return
    fields |= {**written(moved), "beside": state.kinds_beside(moved)}
    match effect:
        case DataEffect.SERVE:
            proposal.add(e.DataRestored.model_validate(fields))
        case DataEffect.SUSPEND:
            proposal.add(e.DataSuspended.model_validate(fields))
        case _:
            until_processed = effect is DataEffect.WITHDRAW_UNTIL_PROCESSED
            proposal.add(e.DataWithdrawn.model_validate({**fields, "until_processed": until_processed}))


def nothing_more_than_held(state: CaseState, items: Items) -> None:
    """The answer to the question whether to suspend lifts a hold and no more: data that was suspended or withdrawn
    since, because of a leak for instance, stays so until the facts are verified. Raises SuspendedUntilVerified."""
    if any(kept.kind is not RestrictionKind.HOLD and kept.items & items for kept in state.in_force):
        raise r.SuspendedUntilVerified(field="outcome")


def processed_anew(state: CaseState, items: Items, processed_on: date | None = None) -> None:
    """Data is processed on a day after it was kept back, and withdrawn data is served only after it was processed, and
    that after its withdrawal.

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
    """Whether a decision of the case keeps back all of these items; a hold is no decision."""
    decided = (each.items for each in state.in_force if each.kind is not RestrictionKind.HOLD)
    return bool(items) and items.are_within(together(decided))


def meet(proposal: Proposal, act: a.Restrict) -> None:
    """The log has what another case keeps back of the dataset, as it stands now.

    Whether that touches what this case is about is asked when it matters: a resubmission may ask for other items.
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
    """The log has that the other case no longer keeps the data back."""
    if act.by_case in proposal.state.met_restrictions:
        proposal.add(e.RestrictionLifted(at=act.received_at, act=act.id, by_case=act.by_case))


def met_by(state: CaseState) -> Iterator[tuple[str, RestrictionTold]]:
    """Each restriction that other cases keep on the dataset, with the case."""
    for by_case, restrictions in state.met_restrictions.items():
        for each in restrictions:
            yield by_case, each


def all_withdrawn(state: CaseState, items: tuple[str, ...]) -> bool:
    """Whether other cases have withdrawn every one of these items for good; where none are named, the whole dataset."""
    return all_gone((each.items for _, each in met_by(state) if each.kind is RestrictionKind.WITHDRAWAL), items)
