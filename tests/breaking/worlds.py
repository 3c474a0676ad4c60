"""What ought to be so: plain bookkeeping over what callers were told, with no log, no fold and no rule pack.

Acts that were done at the same time may have come in any order, and a publication that was received comes whenever the
machine does; so there may be several worlds at once. A world in which somebody would have been told something else
never was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from models.gate import Reason
from tests.breaking.decisions import DOES, TOGETHER

Items = frozenset[str]
"""None named: the whole dataset."""
WHOLE: Items = frozenset()
HOLDING = ("privacy", "trade_secret")
MOST_HOLDS = 3
STRENGTH = ("hold", "suspension", "withdrawal_until_processed", "withdrawal")
WITHHELD = {"hold": Reason.HELD, "suspension": Reason.SUSPENDED, "withdrawal": Reason.WITHDRAWN} | {
    "withdrawal_until_processed": Reason.WITHDRAWN
}
PUBLISHING = {"publish", "settle_and_publish"}
NOTHING_TO_ASK_FOR = {"closed": "data_closed", "unconditional": "data_unconditional"}
"""How a request ends when its data gets into another class."""
ABOUT_THE_CLASS = ("ClassIsSettled", "ClassNotSettled", "NoOtherClass")
"""A class in dispute is nothing that others can know of: who is told so has changed nothing."""
TOO_LATE = {"CaseClosed", "TaskAlreadyDecided", "TaskCancelled"}
"""What one is told who comes after another one, or after the data has been withdrawn."""


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


class Entry(NamedTuple):
    """An entry of the catalogue, as far as anybody's access depends on it; all its items are named."""

    openness: str
    items: Items


class Version(NamedTuple):
    """An entry, and the update that made it; the first had none."""

    case_id: str | None
    entry: Entry


class Draft(NamedTuple):
    """What an update would make of the entry, and which questions of the law were answered with *applies*."""

    entry: Entry
    applies: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Update:
    """A catalogue update. It is *coming* from the receipt of its publication until it is in the catalogue."""

    case_id: str
    city: str
    dataset: str
    reopens: bool = False
    """Was filed to open again what closed objections have withdrawn."""
    caused_by: str | None = None
    draft: Draft | None = None
    decided: frozenset[str] = frozenset()
    """Tasks that somebody was the first to decide."""
    stands: Literal["open", "coming", "published", "abandoned"] = "open"
    is_told: bool = False
    """Somebody was told that it is published."""
    restores: frozenset[tuple[str, Kept]] = frozenset()
    """What stood withdrawn, and by which objections, when its draft was submitted and still when its publication was
    received: what was withdrawn in between, nobody has reviewed."""


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

    catalogue: Mapping[str, tuple[Version, ...]]
    """Dataset to the versions of its entry; the last is in force."""
    objections: Mapping[str, Objection] = field(default_factory=dict)
    requests: Mapping[str, Request] = field(default_factory=dict)
    updates: Mapping[str, Update] = field(default_factory=dict)
    shift: int = 0

    def entry(self, dataset: str) -> Entry:
        """As it is in force."""
        return self.catalogue[dataset][-1].entry

    def kept(self, dataset: str) -> list[Kept]:
        return [o.kept for o in self.objections.values() if o.dataset == dataset and o.kept]

    # Updates

    def updated(self, update: Update) -> World:
        return replace(self, updates={**self.updates, update.case_id: update})

    def update_decided(
        self, case_id: str, task_id: str, outcome: str, answer: str, draft: Draft | None = None
    ) -> World | None:
        """After a decision on an update, by its answer; None: nobody could have been told so."""
        it = self.updates[case_id]
        is_late = it.stands != "open" or task_id in it.decided
        publishes = outcome in PUBLISHING and not is_late
        is_kept_from_it = publishes and self._keeps_back(it)
        if answer in TOO_LATE:
            return self if is_late or answer == "TaskCancelled" else None
        if answer == "DataIsRestricted":
            return self if is_kept_from_it else None
        if it.city == "guangzhou" and answer in ABOUT_THE_CLASS:
            return self
        assert answer in ("accepted", "received"), answer
        if is_late or is_kept_from_it:
            return self if answer == "received" else None
        it = replace(it, decided=it.decided | {task_id})
        if draft:
            it = replace(it, draft=draft, restores=self._withdrawn(it))
        if outcome in ("abandon", "end"):
            it = replace(it, stands="abandoned")
        if publishes:
            it = replace(it, stands="coming", is_told=answer == "accepted", restores=it.restores & self._withdrawn(it))
        return self.updated(it)

    def _keeps_back(self, it: Update) -> bool:
        """Whether an objection keeps an update from being published: the data is not open, or an item that is kept back
        would leave the entry."""
        assert it.draft
        kept = {o.case_id: o.kept for o in self.objections.values() if o.dataset == it.dataset and o.kept}
        stops = any(not each.kind.startswith("withdrawal") and by != it.caused_by for by, each in kept.items())
        return stops or any(not each.items <= it.draft.entry.items for each in kept.values())

    def _withdrawn(self, it: Update) -> frozenset[tuple[str, Kept]]:
        on_it = [(o.case_id, o.kept) for o in self.objections.values() if o.dataset == it.dataset and o.kept]
        return frozenset((by, kept) for by, kept in on_it if it.reopens and kept.kind == "withdrawal")

    def later(self) -> list[World]:
        """This world, and those that it has become if what was coming is in the catalogue by now."""
        worlds: list[World] = [self]
        for it in self.updates.values():
            if it.stands == "coming":
                worlds += [world.published(it.case_id) for world in worlds]
        return worlds

    def told(self, *, of_all: bool = False) -> World:
        """With all in the catalogue that somebody was told is there; or all that was received, once that is settled."""
        world = self
        for it in self.updates.values():
            if it.stands == "coming" and (it.is_told or of_all):
                world = world.published(it.case_id)
        return world

    def published(self, case_id: str) -> World:
        it = self.updates[case_id]
        assert it.draft
        line = (*self.catalogue[it.dataset], Version(case_id, it.draft.entry))
        objections = dict(self.objections)
        for by, kept in it.restores:
            if not objections[by].is_open and objections[by].kept == kept:
                objections[by] = replace(objections[by], kept=None)
        updates = {**self.updates, case_id: replace(it, stands="published")}
        catalogue = {**self.catalogue, it.dataset: line}
        world = replace(self, catalogue=catalogue, objections=objections, updates=updates)
        requests = {r.case_id: world._changed(r) if r.dataset == it.dataset else r for r in self.requests.values()}
        return replace(world, requests=requests)._followed()

    def _changed(self, it: Request) -> Request:
        """What becomes of a request, or of its grant, once the entry is as it is."""
        openness = self.entry(it.dataset).openness
        if it.can_be_granted:
            told = NOTHING_TO_ASK_FOR.get(openness) or ("items_removed" if self._lacks(it.dataset, it.items) else None)
            return replace(it, told=told or it.told)
        if it.told == "granted" and not it.ended:
            lost = "items_removed" if self._lacks(it.dataset, it.terms) else None
            return replace(it, ended="data_closed" if openness == "closed" else lost)
        return it

    def _lacks(self, dataset: str, items: Items) -> bool:
        """Whether the entry has none of these items."""
        return bool(items) and items.isdisjoint(self.entry(dataset).items)

    # Objections

    def why_no_objection(self, it: Objection) -> str | None:
        """Why it is not received."""
        openness, items = self.entry(it.dataset)
        if openness == "closed":
            return "OpennessHasChanged"
        return None if it.items <= items else "ItemsAreGone"

    def filed(self, objection: Objection) -> World:
        return self._with(self._held(objection) if objection.evidence or objection.leak else objection)

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

    def decided(self, case_id: str, stage: str, outcome: str, items: Items | None, *, orders: bool = False) -> World:
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
        ordered = Update(f"{case_id}-entry", it.city, it.dataset, caused_by=case_id)
        return (self.updated(ordered) if orders else self)._with(it)

    # Requests and grants

    def why_no_request(self, it: Request) -> str | None:
        """Why it is not received."""
        openness, items = self.entry(it.dataset)
        if openness != "conditional":
            return "OpennessHasChanged"
        if not it.items <= items:
            return "ItemsAreGone"
        return "DataIsWithdrawn" if self.is_gone(it.dataset, it.items or items) else None

    def as_received(self, request: Request) -> Request:
        """One that names no item is for all that the entry has now."""
        every = self.entry(request.dataset).items
        return replace(request, items=request.items or every, terms=request.terms or every)

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
            if it.items and self._lacks(it.dataset, it.terms):
                return replace(it, told="items_removed")
            if self.is_gone(it.dataset, it.terms & self.entry(it.dataset).items if it.items else it.terms):
                return replace(it, told="data_withdrawn")
            if any(kept.kind != "withdrawal" and kept.touches(it.terms) for kept in self.kept(it.dataset)):
                return replace(it, told="waiting")
            it = self._changed(replace(it, told="granted"))
        if it.told == "granted" and not it.ended and self.is_gone(it.dataset, it.terms):
            return replace(it, ended="data_withdrawn")
        return it

    def is_gone(self, dataset: str, items: Items) -> bool:
        """Whether all of these items were withdrawn."""
        gone = [kept.items for kept in self.kept(dataset) if kept.kind == "withdrawal"]
        return any(not each for each in gone) or (bool(items) and items <= frozenset().union(*gone))

    # The gate

    def verdict(self, probe: Probe) -> set[Reason]:
        """What the gate may answer, by reason."""
        openness, known = self.entry(probe.dataset)
        if openness == "closed":
            return {Reason.CLOSED}
        if not probe.items <= known:
            return {Reason.UNKNOWN_ITEM}
        if kinds := {kept.kind for kept in self.kept(probe.dataset) if kept.touches(probe.items)}:
            return {WITHHELD[max(kinds, key=STRENGTH.index)]}
        if openness == "unconditional":
            return {Reason.UNCONDITIONAL}
        if probe.key is None or probe.request is None:
            return {Reason.KEY_MISSING}
        return self._under(self.requests[probe.request], probe)

    def _under(self, it: Request, probe: Probe) -> set[Reason]:
        wanted = probe.items or self.entry(probe.dataset).items
        wider = bool(it.terms) and not (wanted and wanted <= it.terms)
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
    """With what it keeps back after a decision, which is about all that it was filed for and keeps back, and about
    these items too."""
    if data is None:
        return it
    if data == "served":
        return replace(it, kept=None)
    sets = [it.items, *([it.kept.items] if it.kept else []), *([] if items is None else [items])]
    wanted = Kept(data, frozenset().union(*sets) if all(sets) else WHOLE)
    return replace(it, kept=wanted) if it.kept is None or it.kept.replaced_by(wanted) else it


def distinct(worlds: Iterable[World]) -> list[World]:
    found: list[World] = []
    for world in worlds:
        if world not in found:
            found.append(world)
    return found
