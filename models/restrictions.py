"""What keeps data from being served: a hold, a suspension, a withdrawal. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from models.acts import Frozen

DATA_WITHDRAWN = "data_withdrawn"
"""How a request or a grant ends when all of its data was withdrawn."""
ITEMS_REMOVED = "items_removed"
"""How it ends when all of its items are in the catalogue no more."""


class RestrictionKind(StrEnum):
    """From the weakest to the strongest: held back at receipt, suspended by its provider, withdrawn."""

    HOLD = "hold"
    SUSPENSION = "suspension"
    WITHDRAWAL = "withdrawal"


class Restriction(Frozen):
    """What a case keeps from being served. No items named: the whole dataset."""

    kind: RestrictionKind
    data_items: tuple[str, ...] = ()


def together(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The items of both; the whole dataset where either is about all of it."""
    return tuple(dict.fromkeys((*one, *other))) if one and other else ()


def touches(restricted: tuple[str, ...], items: tuple[str, ...]) -> bool:
    """Whether a restriction concerns any of these items; where none are named, all are meant."""
    return not restricted or not items or not set(restricted).isdisjoint(items)


def covers(restricted: tuple[str, ...], items: tuple[str, ...]) -> bool:
    """Whether a restriction leaves none of these items; where none are named, all are meant."""
    return not restricted or (bool(items) and set(items) <= set(restricted))


def within(items: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    """Whether items lie within those asked for; where none are named, all are meant."""
    return not asked or (bool(items) and set(items) <= set(asked))


def all_gone(withdrawn: Iterable[tuple[str, ...]], items: tuple[str, ...]) -> bool:
    """Whether these withdrawals together leave none of the items; where none are named, the whole dataset is meant."""
    gone = list(withdrawn)
    if any(not each for each in gone):
        return True
    return bool(items) and set(items) <= {item for each in gone for item in each}
