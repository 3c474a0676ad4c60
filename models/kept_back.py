"""What a case keeps back after each event about its data, and since when. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from models import events as e
from models.restrictions import Items, KeptBack, RestrictionKind, RestrictionTold, together, written


def kind_of(event: e.DataHeld | e.DataSuspended | e.DataWithdrawn) -> RestrictionKind:
    """In which way an event keeps back what it is about."""
    match event:
        case e.DataHeld():
            return RestrictionKind.HOLD
        case e.DataSuspended():
            return RestrictionKind.SUSPENSION
        case e.DataWithdrawn():
            until_processed = event.until_processed
            return RestrictionKind.WITHDRAWAL_UNTIL_PROCESSED if until_processed else RestrictionKind.WITHDRAWAL


def stays(before: Iterable[KeptBack], event: e.DataEvent) -> tuple[KeptBack, ...]:
    """What of the earlier restrictions stays in force; nothing where the event replaces all of them."""
    return tuple(left for each in before if (left := _less(each, event.items))) if event.beside else ()


def kept_back_anew(
    before: tuple[KeptBack, ...], event: e.DataHeld | e.DataSuspended | e.DataWithdrawn
) -> tuple[KeptBack, ...]:
    """What an event keeps back; data that was kept back already keeps the instant from which it has been so."""
    since = [(event.items & each.items, each.kept_back_at) for each in before]
    since.append((event.items - together(each.items for each in before), event.at))
    return tuple(
        KeptBack(kind=kind_of(event), **written(items), since=event.at, kept_back_at=kept_back_at)
        for items, kept_back_at in since
        if items
    )


def _less(kept: KeptBack, items: Items) -> KeptBack | None:
    left = kept.items - items
    return kept.model_copy(update=written(left)) if left else None


def by_kind(kept: Iterable[KeptBack]) -> tuple[RestrictionTold, ...]:
    """One restriction for each way in which something is kept back, the strongest first; `since` is the latest instant
    at which anything of it was kept back in that way."""
    pieces = tuple(kept)
    kinds = sorted({each.kind for each in pieces}, key=lambda kind: -kind.strength)
    return tuple(
        RestrictionTold(
            kind=kind,
            **written(together(each.items for each in pieces if each.kind is kind)),
            since=max(each.since for each in pieces if each.kind is kind),
        )
        for kind in kinds
    )
