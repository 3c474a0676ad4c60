"""Whether data may be served: one decision from what PostgreSQL has on dataset, restrictions and grant. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.curtailing import Curtailment
from models.restrictions import WHOLE_DATASET, Items, RestrictionKind, touches
from models.sharing import WITH_ALL, WITH_NONE, Shared
from rules.deadlines import to_shanghai

FACTS = ("dataset_id", "items", "mode", "use")
"""What a call states, under the names that its query gives them."""
KEY = re.compile(r"kf_[A-Za-z0-9_-]{43}", re.ASCII)
LONGEST_NAME = 200
"""Characters of a dataset's, an item's, a mode's or a use's name."""
MOST_ITEMS = 1_000


class Reason(StrEnum):
    """Why the gate answers as it does: stable codes, in the order in which the gate checks them."""

    PARAMETER_REPEATED = "parameter_repeated"
    FACTS_DISAGREE = "facts_disagree"
    DATASET_MISSING = "dataset_missing"
    MALFORMED_VALUE = "malformed_value"
    MALFORMED_KEY = "malformed_key"
    UNKNOWN_DATASET = "unknown_dataset"
    CLOSED = "closed"
    NOT_SHARED = "not_shared"
    UNKNOWN_ITEM = "unknown_item"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    HELD = "held"
    UNCONDITIONAL = "unconditional"
    KEY_MISSING = "key_missing"
    KEY_UNKNOWN = "key_unknown"
    GRANT_OF_ANOTHER_DATASET = "grant_of_another_dataset"
    GRANT_OF_SHARING = "grant_of_sharing"
    GRANT_OF_OPENING = "grant_of_opening"
    SHARED_WITH_ALL_NO_MORE = "shared_with_all_no_more"
    GRANT_ENDED = "grant_ended"
    GRANT_EXPIRED = "grant_expired"
    GRANT_NOT_YET_VALID = "grant_not_yet_valid"
    GRANT_CLOSED = "grant_closed"
    DELEGATION_ENDED = "delegation_ended"
    DELEGATION_EXPIRED = "delegation_expired"
    ITEM_NOT_GRANTED = "item_not_granted"
    MODE_MISSING = "mode_missing"
    MODE_NOT_GRANTED = "mode_not_granted"
    GRANT_RESTRICTED = "grant_restricted"
    USE_NOT_GRANTED = "use_not_granted"
    DELEGATION_EXHAUSTED = "delegation_exhausted"
    QUOTA_EXHAUSTED = "quota_exhausted"
    GRANTED = "granted"
    DATABASE_AWAY = "database_away"
    CLOCK_JUMPED = "clock_jumped"
    UNEXPECTED = "unexpected"


ALLOWING = frozenset({Reason.UNCONDITIONAL, Reason.GRANTED})
"""These are a yes."""
NOT_KNOWING = frozenset({Reason.DATABASE_AWAY, Reason.CLOCK_JUMPED, Reason.UNEXPECTED})
"""With these the gate cannot know, which is no yes. All other reasons are a no."""


@dataclass(frozen=True, slots=True)
class Question:
    """A well-formed call. No items named: all of the dataset. Of the key only the digest is kept."""

    dataset_id: str
    items: tuple[str, ...] = ()
    mode: str | None = None
    use: str | None = None
    key_digest: str | None = None
    by_exchange: bool = False
    """The exchange on which departments share data asks, and not a gateway to what is open."""


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """A dataset as PostgreSQL has it, with the kind and the items of each restriction that is in force."""

    openness: str
    items: tuple[str, ...]
    restrictions: tuple[tuple[str, Items], ...] = ()
    sharing_class: str | None = None
    """For sharing between departments; None where no draft of the entry has named it."""


@dataclass(frozen=True, slots=True)
class DelegationFacts:
    """The delegation whose key was sent: so many of its accesses were counted."""

    delegation_id: str
    accesses: int
    until_at: datetime
    ended: bool
    """It was revoked, or something was taken of the grant since it was made, given back or not."""
    calls: int = 0


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """The grant that a key opens, its holder's or a delegate's. `calls` were counted on `calls_on`, the last day on
    which any were."""

    case_id: str
    dataset_id: str
    data_items: tuple[str, ...]
    access_mode: str | None
    access_modes: tuple[str, ...]
    use: str | None
    granted_at: datetime
    valid_until: datetime
    ended: str | None = None
    daily_calls: int | None = None
    calls_on: date | None = None
    calls: int = 0
    shared: Shared | None = None
    """How the data came to be shared with whoever has it; None of what is opened."""
    of_unit: bool = False
    """It was determined for another unit than a department; known only of data that no department gets."""
    curtailments: tuple[Curtailment, ...] = ()
    """What cases have taken of it and not given back."""
    delegation: DelegationFacts | None = None
    """None where the key is the holder's own."""

    @property
    def is_counted(self) -> bool:
        """Whether a yes holds only once it is counted."""
        return self.daily_calls is not None or self.delegation is not None


WITHDRAWN = frozenset(kind for kind in RestrictionKind if kind.withdraws)


def day_of(now: datetime) -> date:
    """The day to which a call counts: Asia/Shanghai."""
    return to_shanghai(now).date()


def question(
    query: Iterable[tuple[str, str]],
    headers: Iterable[tuple[str, str]],
    keys: Iterable[str],
    *,
    by_exchange: bool = False,
) -> Question | Reason:
    """The question that a call asks, or what is wrong with its form; `by_exchange` says at which door.

    `query` and `headers` carry the facts under the names of `FACTS`; an empty value counts as absent. A fact that
    stands in both must be the same in both: otherwise a caller could narrow what a gateway asks.
    """
    asked, headed, sent = list(query), list(headers), list(keys)
    facts, repeated = dict(asked), dict(headed)
    if len(facts) < len(asked) or len(repeated) < len(headed) or len(sent) > 1:
        return Reason.PARAMETER_REPEATED
    if headed:
        facts = {name: value for name, value in facts.items() if value}
        repeated = {name: value for name, value in repeated.items() if value}
        if facts and repeated and facts != repeated:
            return Reason.FACTS_DISAGREE
        facts = facts or repeated
    dataset_id, listed = facts.get("dataset_id"), facts.get("items")
    mode, use = facts.get("mode") or None, facts.get("use") or None
    if not dataset_id:
        return Reason.DATASET_MISSING
    items = tuple(listed.split(",")) if listed else ()
    if len(items) > MOST_ITEMS or not all(
        map(_is_name, (dataset_id, *items, *(each for each in (mode, use) if each is not None)))
    ):
        return Reason.MALFORMED_VALUE
    key = sent[0] if sent else ""
    if not key:
        return Question(dataset_id, items, mode, use, by_exchange=by_exchange)
    if not KEY.fullmatch(key):
        return Reason.MALFORMED_KEY
    digest = hashlib.sha256(key.encode()).hexdigest()
    return Question(dataset_id, items, mode, use, digest, by_exchange)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME and text.isprintable()


def decide(asked: Question, dataset: DatasetFacts | None, grant: GrantFacts | None, now: datetime) -> Reason:
    """The answer to a well-formed call: never yes unless everything that it asks for is allowed.

    `dataset` is None where there is none of that name, `grant` where no key was sent or no grant has it. A yes under a
    grant with a quota, or to a delegate, holds only if the call is then counted in time.
    """
    if dataset is None:
        return Reason.UNKNOWN_DATASET
    if (no := _not_for(asked, dataset, grant)) is not None:
        return no
    if not set(asked.items) <= set(dataset.items):
        return Reason.UNKNOWN_ITEM
    if dataset.restrictions:
        # An item that has left the entry under that name may be in it under another: then nobody knows which it is.
        known = set(dataset.items)
        restrictions = [
            (kind, items if items.all_but or known.issuperset(items.named) else WHOLE_DATASET)
            for kind, items in dataset.restrictions
        ]
        touching = {kind for kind, items in restrictions if touches(items, asked.items)}
        if not touching.isdisjoint(WITHDRAWN):
            return Reason.WITHDRAWN
        if RestrictionKind.SUSPENSION in touching:
            return Reason.SUSPENDED
        if touching:
            return Reason.HELD
    if dataset.openness == "unconditional" and not asked.by_exchange:
        return Reason.UNCONDITIONAL
    if asked.key_digest is None:
        return Reason.KEY_MISSING
    if grant is None:
        return Reason.KEY_UNKNOWN
    return _under(grant, asked, dataset, now)


def _not_for(asked: Question, dataset: DatasetFacts, grant: GrantFacts | None) -> Reason | None:
    """Why the dataset is for nobody who asks in this way: it is closed to the public, or shared with no department.
    Neither class is anything to the other, and that of sharing nothing to a unit that is no department."""
    if asked.by_exchange:
        is_for_a_unit = grant is not None and grant.of_unit
        return Reason.NOT_SHARED if dataset.sharing_class == WITH_NONE and not is_for_a_unit else None
    return None if dataset.openness in ("conditional", "unconditional") else Reason.CLOSED


def _of_another_kind(grant: GrantFacts, asked: Question, sharing_class: str | None) -> Reason | None:
    """Why the grant is none for who asks: what was opened is for gateways to open data, and what was shared is for the
    exchange; what is shared with all departments, nobody having decided, only as long as it is."""
    if not asked.by_exchange:
        return Reason.GRANT_OF_SHARING if grant.shared else None
    if grant.shared is None:
        return Reason.GRANT_OF_OPENING
    if grant.shared is Shared.BY_CLASS and sharing_class != WITH_ALL:
        return Reason.SHARED_WITH_ALL_NO_MORE
    return None


def _under(grant: GrantFacts, asked: Question, dataset: DatasetFacts, now: datetime) -> Reason:
    """Like `decide`, for a call with a grant."""
    items = asked.items or dataset.items
    if grant.dataset_id != asked.dataset_id:
        return Reason.GRANT_OF_ANOTHER_DATASET
    if (no := _of_another_kind(grant, asked, dataset.sharing_class)) is not None:
        return no
    if grant.ended is not None:
        return Reason.GRANT_ENDED
    if grant.valid_until <= now:
        return Reason.GRANT_EXPIRED
    if now < grant.granted_at:
        return Reason.GRANT_NOT_YET_VALID
    if any(each.closes for each in grant.curtailments):
        return Reason.GRANT_CLOSED
    if grant.delegation and grant.delegation.ended:
        return Reason.DELEGATION_ENDED
    if grant.delegation and grant.delegation.until_at <= now:
        return Reason.DELEGATION_EXPIRED
    if grant.data_items and not (items and set(items) <= set(grant.data_items)):
        return Reason.ITEM_NOT_GRANTED
    if asked.mode is None:
        return Reason.MODE_MISSING
    if asked.mode not in (grant.access_modes or (grant.access_mode,)):
        return Reason.MODE_NOT_GRANTED
    if not all(each.leaves(items, asked.mode) for each in grant.curtailments):
        return Reason.GRANT_RESTRICTED
    if asked.use is not None and grant.use is not None and asked.use != grant.use:
        return Reason.USE_NOT_GRANTED
    if grant.delegation and grant.delegation.calls >= grant.delegation.accesses:
        return Reason.DELEGATION_EXHAUSTED
    if grant.daily_calls is not None:
        calls = grant.calls if grant.calls_on == day_of(now) else 0
        if calls >= grant.daily_calls:
            return Reason.QUOTA_EXHAUSTED
    return Reason.GRANTED
