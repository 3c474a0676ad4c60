"""A plain account of the use of a dataset: what was done to grants, delegations and data, and what the articles make of
it. It knows neither logs, folds nor rows, so that these can be held against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from models.gate import Reason
from models.restrictions import RestrictionKind

KEPT_BACK = {
    RestrictionKind.HOLD: Reason.HELD,
    RestrictionKind.SUSPENSION: Reason.SUSPENDED,
    RestrictionKind.WITHDRAWAL_UNTIL_PROCESSED: Reason.WITHDRAWN,
    RestrictionKind.WITHDRAWAL: Reason.WITHDRAWN,
}


@dataclass
class Let:
    """A delegation as the article has it: so many accesses are left, and it is over or not."""

    grant: str
    left: int
    until: datetime
    key: str | None = None
    is_over: bool = False


@dataclass
class Held:
    """A grant as its holder would tell of it. `taken`: the case that took something, to the items that it left."""

    until: datetime
    key: str | None = None
    is_over: bool = False
    taken: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class Known:
    """What is public of a case: what it left of a grant, and whether that was corrected."""

    items: tuple[str, ...]
    corrected: bool = False


@dataclass
class Account:
    """Of one dataset. `kept_back`: the case that keeps data back, to the ways in which it keeps each item."""

    held: dict[str, Held] = field(default_factory=dict)
    let: dict[str, Let] = field(default_factory=dict)
    public: dict[str, Known] = field(default_factory=dict)
    kept_back: dict[str, dict[str, RestrictionKind]] = field(default_factory=dict)

    def loses(self, grant: str, case: str, left: tuple[str, ...], *, publicly: bool) -> None:
        """A decision took something of a grant: with nothing left, the whole of it."""
        assert not self.held[grant].is_over, "nothing is taken of a grant that is over"
        self.held[grant].taken[case] = left
        for it in self.let.values():
            it.is_over |= it.grant == grant
        if publicly:
            self.public[case] = Known(left)

    def is_found(self, case: str, grant: str | None) -> None:
        """A decision took nothing and is public: of no grant, or of one that was over."""
        assert grant is None or self.held[grant].is_over, "a grant that holds is restricted or closed"
        self.public[case] = Known(())

    def gets_back(self, case: str) -> None:
        """An appeal was upheld: what the case took is given back, and the record corrected."""
        self.public[case].corrected = True
        for it in self.held.values():
            it.taken.pop(case, None)

    def ways_of(self, item: str) -> list[RestrictionKind]:
        """In which ways cases keep an item back."""
        return [items[item] for items in self.kept_back.values() if item in items]

    def stands(self, it: Let, now: datetime) -> bool:
        """Whether a delegation can still be used or taken back."""
        return not it.is_over and not self.held[it.grant].is_over and now < it.until

    def should_say(self, grant: str, item: str, now: datetime, let: Let | None = None) -> Reason:
        """What the gate owes a call: the data comes first, then the grant, then who was let it."""
        if kept := self.ways_of(item):
            return KEPT_BACK[max(kept, key=lambda kind: kind.strength)]
        held = self.held[grant]
        if held.is_over:
            return Reason.GRANT_ENDED
        if any(not left for left in held.taken.values()):
            return Reason.GRANT_CLOSED
        if let and let.is_over:
            return Reason.DELEGATION_ENDED
        if let and now >= let.until:
            return Reason.DELEGATION_EXPIRED
        if any(item not in left for left in held.taken.values()):
            return Reason.GRANT_RESTRICTED
        return Reason.DELEGATION_EXHAUSTED if let and let.left == 0 else Reason.GRANTED
