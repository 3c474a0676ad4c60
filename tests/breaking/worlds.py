"""What ought to be so: plain bookkeeping over what callers were told, with no log, no fold and no rule pack.

Acts that were done at the same time may have come in any order, so there may be several worlds at once; a world in
which somebody would have been told something else never was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from models.gate import Reason

Items = frozenset[str]
"""None named: the whole dataset."""
WHOLE: Items = frozenset()
HOLDING = ("privacy", "trade_secret")
MOST_HOLDS = 3
STRENGTH = ("hold", "suspension", "withdrawal")
WITHHELD = {"hold": Reason.HELD, "suspension": Reason.SUSPENDED, "withdrawal": Reason.WITHDRAWN}


class Does(NamedTuple):
    """What a decision does: to the data (`served` lifts), to the `whole` of it or what is named; and how it ends."""

    data: str | None = None
    whole: bool = False
    upheld: bool | None = None
    """How the case ends with it; None: it goes on."""
    verified: bool = False
    """The facts are verified with it: from then on no evidence holds anything back."""


REVIEW = {("suspension", "suspend"): Does("suspension"), ("suspension", "keep_open"): Does("served")}
PROCESSING = {
    ("verification", "withdraw"): Does("withdrawal", upheld=True),
    ("verification", "restore"): Does("served", upheld=False),
    ("verification", "process"): Does("suspension", verified=True),
    ("processing", "reopen"): Does("served", upheld=True),
    ("processing", "withdraw"): Does("withdrawal", upheld=True),
}
DOES: Mapping[str, Mapping[tuple[str, str], Does]] = {
    "nanning": {**REVIEW, **PROCESSING},
    "yulin": {**REVIEW, **PROCESSING},
    "guangzhou": {
        **REVIEW,
        ("suspension", "leak_found"): Does("suspension"),
        ("leak_remedy", "remedied"): Does("suspension"),
        ("leak_remedy_found", "remedied"): Does("suspension"),
        ("verification", "withdraw"): Does("withdrawal", upheld=True),
        ("verification", "process_and_reopen"): Does("served", upheld=True),
        ("verification", "keep_open"): Does("served", upheld=False),
        ("verification", "other_measure"): Does("served", upheld=True),
        ("verification", "withdraw_until_processed"): Does("withdrawal", verified=True),
        ("reopening", "reopen"): Does("served", upheld=True),
        ("reopening", "stay_withdrawn"): Does("withdrawal", upheld=True),
    },
    "lianyungang": {
        **REVIEW,
        ("forwarding", "forward"): Does(),
        ("forwarding", "leak_found"): Does(),
        ("handling", "leak_found"): Does(),
        ("handling", "correct"): Does("served", upheld=True),
        ("handling", "not_correct"): Does("served", upheld=False),
        ("handling", "withdraw"): Does("withdrawal", upheld=True),
        ("provider_withdrawal", "withdraw"): Does("suspension", whole=True),
        ("provider_withdrawal", "no_leak"): Does(),
        ("authority_withdrawal", "withdraw"): Does("suspension", whole=True),
        ("authority_withdrawal", "no_leak"): Does(),
        ("telling", "tell"): Does("served", upheld=False),
        ("joint_assessment", "withdraw"): Does("withdrawal", whole=True),
        ("joint_assessment", "no_leak"): Does("served", upheld=False),
        ("tracing", "traced"): Does(),
        ("authority_tracing", "traced"): Does(),
        ("assessment", "reopen"): Does(),
        ("assessment", "stay_withdrawn"): Does("withdrawal", whole=True, upheld=True),
        ("agreement", "agree"): Does("served", upheld=True),
        ("agreement", "disagree"): Does("withdrawal", whole=True, upheld=True),
    },
    "nanjing": {
        **REVIEW,
        ("marking", "mark"): Does(),
        ("forwarding", "forward"): Does(),
        ("forwarding", "own_scope"): Does(),
        ("own_decision", "forward"): Does(),
        ("own_decision", "correct"): Does(verified=True),
        ("own_correction", "correct"): Does("served", upheld=True),
        ("own_decision", "not_correct"): Does("served", upheld=False),
        ("own_decision", "withdraw"): Does("withdrawal", upheld=True),
        ("department_review", "correct"): Does(verified=True),
        ("department_review", "not_correct"): Does("served", verified=True),
        ("department_review", "withdraw"): Does("withdrawal", verified=True),
        ("telling_correction", "tell"): Does(),
        ("correction", "correct"): Does("served", upheld=True),
        ("telling_refusal", "tell"): Does("served", upheld=False),
        ("telling_withdrawal", "tell"): Does("withdrawal", upheld=True),
    },
}
"""City to what each decision on an objection does, as one reads it in the regulations and the choices beside them."""
TOGETHER = {"provider_withdrawal", "authority_withdrawal"}
"""When both have spoken, the facts are verified; have both withdrawn, the dataset is withdrawn as a whole (Lianyungang
26)."""


class Kept(NamedTuple):
    """What a case keeps from being served."""

    kind: str
    items: Items

    def touches(self, items: Items) -> bool:
        return not self.items or not items or bool(self.items & items)

    def replaced_by(self, other: Kept) -> bool:
        """Whether the other keeps back more, or more strongly."""
        covers = not self.items or (bool(other.items) and other.items <= self.items)
        return not (covers and STRENGTH.index(self.kind) >= STRENGTH.index(other.kind))


@dataclass(frozen=True)
class Objection:
    """An objection and what it keeps back; `upheld` is None while it is open."""

    case_id: str
    city: str
    dataset: str
    party: str
    ground: str
    items: Items
    evidence: bool
    leak: bool = False
    """A leak was reported with it, which holds data back as a ground does (Guangzhou)."""
    kept: Kept | None = None
    upheld: bool | None = None
    verified: bool = False
    spoke: frozenset[tuple[str, str]] = frozenset()
    """Who of those that withdraw together has said what."""

    @property
    def is_open(self) -> bool:
        return self.upheld is None


class Key(NamedTuple):
    """A key that was asked for, and the act that asks."""

    act: str
    key: str


@dataclass(frozen=True)
class Request:
    """A request, and its grant once `told` is `granted`."""

    case_id: str
    city: str
    dataset: str
    items: Items
    terms: Items
    """What is granted of them."""
    left: Items
    """Stages that have not agreed or signed yet."""
    valid_until_shift: int | None
    """Days by which time may move before the grant has expired; None: more than any test moves it."""
    past: bool = False
    """Was filed so long ago that its grant may have expired at once."""
    told: str = "open"
    keys: tuple[Key, ...] = ()
    """The last is the one that counts."""
    doubtful: frozenset[str] = frozenset()
    """Acts that ask for a key and have not been answered yet."""
    ended: str | None = None
    is_told_ended: bool = False

    @property
    def can_be_granted(self) -> bool:
        return self.told in ("open", "waiting")


class Probe(NamedTuple):
    """What a gateway asks; `request` and `key` say whose key it sends."""

    dataset: str
    items: Items
    request: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class World:
    """One way in which everything may have come to be as callers were told."""

    openness: Mapping[str, str] = field(default_factory=dict)
    objections: Mapping[str, Objection] = field(default_factory=dict)
    requests: Mapping[str, Request] = field(default_factory=dict)
    shift: int = 0

    def kept(self, dataset: str) -> list[Kept]:
        return [o.kept for o in self.objections.values() if o.dataset == dataset and o.kept]

    def opened(self, dataset: str, openness: str) -> World:
        return replace(self, openness={**self.openness, dataset: openness})

    def filed(self, objection: Objection) -> World:
        return self._with(self._held(objection) if objection.evidence else objection)

    def given_evidence(self, case_id: str) -> World:
        objection = self.objections[case_id]
        if objection.evidence:
            return self
        return self._with(self._held(replace(objection, evidence=True)))

    def _held(self, it: Objection) -> Objection:
        """With the hold that evidence brings about, if it does."""
        others = [o for o in self.objections.values() if o.party == it.party and o.case_id != it.case_id]
        rejected = any(o.upheld is False and (o.dataset, o.ground) == (it.dataset, it.ground) for o in others)
        holds = sum(1 for o in others if o.kept and o.kept.kind == "hold")
        can_hold = (it.ground in HOLDING or it.leak) and not it.verified
        if not can_hold or it.kept or rejected or holds >= MOST_HOLDS:
            return it
        return replace(it, kept=Kept("hold", it.items))

    def decided(self, case_id: str, stage: str, outcome: str, items: Items | None) -> World:
        it = self.objections[case_id]
        does = DOES[it.city][stage, outcome]
        it = moved(it, does.data, WHOLE if does.whole else items)
        it = replace(it, verified=it.verified or does.verified)
        if stage in TOGETHER:
            it = replace(it, spoke=it.spoke | {(stage, outcome)})
            it = replace(it, verified=len(it.spoke) == len(TOGETHER))
            if it.verified and all(said == "withdraw" for _, said in it.spoke):
                it = moved(it, "withdrawal", WHOLE)
        if does.upheld is not None:
            stays = it.kept if it.kept and it.kept.kind == "withdrawal" else None
            it = replace(it, upheld=does.upheld, kept=stays)
        return self._with(it)

    def asked(self, request: Request) -> World:
        return replace(self, requests={**self.requests, request.case_id: request})._followed()

    def _with(self, objection: Objection) -> World:
        return replace(self, objections={**self.objections, objection.case_id: objection})._followed()

    def _followed(self) -> World:
        """What becomes of requests and grants by what is kept back now."""
        return replace(self, requests={case_id: self._follows(it) for case_id, it in self.requests.items()})

    def _follows(self, it: Request) -> Request:
        if it.can_be_granted and self.is_gone(it.dataset, it.items):
            return replace(it, told="data_withdrawn")
        if it.can_be_granted and not it.left:
            if self.is_gone(it.dataset, it.terms):
                return replace(it, told="data_withdrawn")
            if any(kept.kind != "withdrawal" and kept.touches(it.terms) for kept in self.kept(it.dataset)):
                return replace(it, told="waiting")
            it = replace(it, told="granted")
        if it.told == "granted" and not it.ended and self.is_gone(it.dataset, it.terms):
            return replace(it, ended="data_withdrawn")
        return it

    def is_gone(self, dataset: str, items: Items) -> bool:
        """Whether all of these items were withdrawn."""
        gone = [kept.items for kept in self.kept(dataset) if kept.kind == "withdrawal"]
        return any(not each for each in gone) or (bool(items) and items <= frozenset().union(*gone))

    def verdict(self, probe: Probe) -> set[Reason]:
        """What the gate may answer, by reason."""
        openness = self.openness[probe.dataset]
        if openness == "closed":
            return {Reason.CLOSED}
        if kinds := {kept.kind for kept in self.kept(probe.dataset) if kept.touches(probe.items)}:
            return {WITHHELD[max(kinds, key=STRENGTH.index)]}
        if openness == "unconditional":
            return {Reason.UNCONDITIONAL}
        if probe.key is None or probe.request is None:
            return {Reason.KEY_MISSING}
        return self._under(self.requests[probe.request], probe)

    def _under(self, it: Request, probe: Probe) -> set[Reason]:
        wider = bool(it.terms) and not (probe.items and probe.items <= it.terms)
        yes = Reason.ITEM_NOT_GRANTED if wider else Reason.GRANTED
        if it.dataset != probe.dataset:
            yes = Reason.GRANT_OF_ANOTHER_DATASET
        elif it.is_told_ended:
            yes = Reason.GRANT_ENDED
        elif it.valid_until_shift is not None and self.shift > it.valid_until_shift:
            yes = Reason.GRANT_EXPIRED
        may = {yes}
        if it.past:
            may |= {Reason.GRANT_EXPIRED, Reason.GRANT_ENDED}
        elif it.ended and yes is not Reason.GRANT_OF_ANOTHER_DATASET:
            may |= {Reason.GRANT_ENDED}
        if it.doubtful:
            return may | {Reason.KEY_UNKNOWN}
        return may if it.keys and probe.key == it.keys[-1].key else {Reason.KEY_UNKNOWN}


def moved(it: Objection, data: str | None, items: Items | None) -> Objection:
    """With what it keeps back after a decision; items None: what it keeps back already, or what it was filed for.

    A suspension adds to one before it.
    """
    if data is None:
        return it
    if data == "served":
        return replace(it, kept=None)
    wanted = Kept(data, (it.kept.items if it.kept else it.items) if items is None else items)
    if it.kept and it.kept.kind == wanted.kind == "suspension":
        both = it.kept.items and wanted.items
        wanted = Kept("suspension", it.kept.items | wanted.items if both else WHOLE)
    return replace(it, kept=wanted) if it.kept is None or it.kept.replaced_by(wanted) else it


def distinct(worlds: Iterable[World]) -> list[World]:
    found: list[World] = []
    for world in worlds:
        if world not in found:
            found.append(world)
    return found
