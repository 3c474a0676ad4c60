"""What keeps data from being served: a hold, a suspension, a withdrawal, each of some items. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

DATA_WITHDRAWN = "data_withdrawn"
"""How a request or a grant ends when all of its data was withdrawn."""
ITEMS_REMOVED = "items_removed"
"""How it ends when all of its items are in the catalogue no more."""


@dataclass(frozen=True, slots=True)
class Items:
    """A set of data items: those `named`, or all that the dataset has or will have except those.

    Single items can be taken away from a whole dataset; the rest still includes items that are added later.
    """

    named: tuple[str, ...] = ()
    all_but: bool = False

    def __bool__(self) -> bool:
        """Whether the set has any items."""
        return self.all_but or bool(self.named)

    def __contains__(self, item: str) -> bool:
        return (item in self.named) != self.all_but

    def __or__(self, other: Items) -> Items:
        if self.all_but and other.all_but:
            return Items(_common(self.named, other.named), all_but=True)
        if self.all_but or other.all_but:
            whole, part = (self, other) if self.all_but else (other, self)
            return Items(_less(whole.named, part.named), all_but=True)
        return Items(_joined(self.named, other.named))

    def __sub__(self, other: Items) -> Items:
        if self.all_but and other.all_but:
            return Items(_less(other.named, self.named))
        if self.all_but:
            return Items(_joined(self.named, other.named), all_but=True)
        return Items(_common(self.named, other.named) if other.all_but else _less(self.named, other.named))

    def __and__(self, other: Items) -> Items:
        return self - (self - other)

    def are_within(self, other: Items) -> bool:
        """Whether the other set contains all of these."""
        return not self - other


WHOLE_DATASET = Items(all_but=True)


def _joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(item for item in one if item in other)


def _less(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(item for item in one if item not in other)


def items_of(data_items: Iterable[str], except_items: Iterable[str] = ()) -> Items:
    """The set that acts, events and rows write: these items, or where none are named, the whole dataset except the
    others."""
    return Items(tuple(data_items)) if data_items else Items(tuple(except_items), all_but=True)


class RestrictionKind(StrEnum):
    """From the weakest to the strongest: held back at receipt, suspended by its provider, withdrawn while it is
    processed, withdrawn."""

    HOLD = "hold"
    SUSPENSION = "suspension"
    WITHDRAWAL_UNTIL_PROCESSED = "withdrawal_until_processed"
    WITHDRAWAL = "withdrawal"

    @property
    def strength(self) -> int:
        return list(RestrictionKind).index(self)

    @property
    def withdraws(self) -> bool:
        """Whether the data is no longer open, and is served again only after it was processed."""
        return self in (RestrictionKind.WITHDRAWAL_UNTIL_PROCESSED, RestrictionKind.WITHDRAWAL)


class Restriction(BaseModel):
    """What a case keeps from being served. No items named: the whole dataset except `except_items`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: RestrictionKind
    data_items: tuple[str, ...] = ()
    except_items: tuple[str, ...] = ()

    @property
    def items(self) -> Items:
        return items_of(self.data_items, self.except_items)


class RestrictionTold(Restriction):
    """A restriction as other cases learn of it. `since` is None in acts and events from before they carried it."""

    since: datetime | None = None


class KeptBack(Restriction):
    """What a case keeps back in one way `since` an instant; it was kept back without a break, in whatever way, since
    `kept_back_at`."""

    since: datetime
    kept_back_at: datetime


def restriction(kind: RestrictionKind, items: Items) -> Restriction:
    """The restriction of that kind on these items, of which there is at least one."""
    return Restriction(kind=kind, **written(items))


def written(items: Items) -> dict[str, tuple[str, ...]]:
    """A set of items as acts, events and rows write it; an empty set cannot be written."""
    assert items, "an event about nothing"
    return {"data_items": () if items.all_but else items.named, "except_items": items.named if items.all_but else ()}


def together(sets: Iterable[Items]) -> Items:
    """All items of all these sets."""
    found = Items()
    for each in sets:
        found |= each
    return found


def touches(restricted: Items, items: Iterable[str]) -> bool:
    """Whether a restriction concerns any of these items; no items named: the whole dataset."""
    asked = tuple(items)
    return any(item in restricted for item in asked) if asked else bool(restricted)


def within(items: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    """Whether items lie within those asked for; no items named: the whole dataset."""
    return not asked or (bool(items) and set(items) <= set(asked))


def all_gone(withdrawn: Iterable[Items], items: Iterable[str]) -> bool:
    """Whether these withdrawals together leave none of the items; no items named: the whole dataset."""
    return items_of(tuple(items)).are_within(together(withdrawn))
