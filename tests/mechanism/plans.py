"""Three calls each, where the mechanism matters most: a race for one task, a grant beside an objection, data that is
held and released while it is fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from models import acts as a
from models.act_contents import Standing
from tests.mechanism.law import Filing, Plan
from tests.models.bench import PARTY, Bench, accessed, filed, objected, until_signing

ITEMS = ("name", "address")
EVIDENCE = ("file-1",)
KEY = "the digest of a key"


def decision(bench: Bench, stage: str, outcome: str, name: str = "1", **more: object) -> a.Act:
    """A decision on the latest task of a stage, by an officer of its body."""
    given = frozenset({"reason", "basis", "answer", "need"})
    task = bench.task(stage).task_id
    return bench.act(a.Decide, bench.officer(stage, name), task_id=task, outcome=outcome, given=given, **more)


def named(act: a.Act, name: str) -> a.Act:
    return act.model_copy(update={"id": name})


def act_on(bench: Bench, stage: str, kind: type[a.TaskAct], name: str, officer: str = "1") -> a.Act:
    return named(bench.act(kind, bench.officer(stage, officer), task_id=bench.task(stage).task_id), name)


@cache
def race_for_one_task() -> Plan:
    """Two officers decide one task, and the applicant withdraws."""
    request = filed("nanning", case_id="request", items=ITEMS).all_decide([("formal_review", "pass")])
    agrees = named(decision(request, "provider_review", "agree"), "agree")
    refuses = named(decision(request, "provider_review", "refuse", "2"), "refuse")
    withdraws = named(request.act(a.Withdraw, PARTY), "withdraw")
    return Plan("a race for one task", (request,), (agrees, refuses, withdraws))


@cache
def released_and_decided() -> Plan:
    """An officer gives up a claim, a colleague decides, and a note is added: acts that a receipt judges alone, unless
    others wait, beside one that the engine judges."""
    request = filed("nanning", case_id="request", items=ITEMS)
    assert request.judged(act_on(request, "formal_review", a.Claim, "claim", "2")) == "accepted"
    releases = act_on(request, "formal_review", a.Release, "release", "2")
    passes = named(decision(request, "formal_review", "pass"), "pass")
    notes = named(request.act(a.Note, PARTY), "note")
    return Plan("released and decided", (request,), (releases, passes, notes))


@cache
def grant_beside_an_objection() -> Plan:
    """The last signature grants the data, somebody objects to it, and the provider suspends it."""
    request = until_signing("nanning", case_id="request", items=ITEMS).all_decide([("provider_signature", "sign")])
    signs = named(decision(request, "applicant_signature", "sign"), "sign")
    objection = objected("nanning", "privacy", case_id="objection", items=ITEMS[:1], evidence=EVIDENCE)
    suspends = named(decision(objection, "suspension", "suspend"), "suspend")
    return Plan("a grant beside an objection", (request,), (signs, Filing(objection), suspends))


def held(name: str, third: Callable[[Bench], a.Act]) -> Plan:
    """Evidence holds data to which somebody has access, and the provider releases it; a third call comes too."""
    request = until_signing("nanning", case_id="request", items=ITEMS)
    access = accessed(request.all_decide([("provider_signature", "sign"), ("applicant_signature", "sign")]))
    objection, asked = (objected("nanning", "privacy", case_id="objection", items=ITEMS[:1]) for _ in range(2))
    proves = named(objection.act(a.SubmitEvidence, PARTY, evidence=EVIDENCE, standing=Standing()), "prove")
    asked.by_party(a.SubmitEvidence, evidence=EVIDENCE, standing=Standing())
    releases = named(decision(asked, "suspension", "keep_open"), "release")
    return Plan(name, (request, access, objection), (proves, releases, third(access)))


@cache
def held_while_fetched() -> Plan:
    """Data is held and released while whoever has access to it is given a key."""
    return held("held while it is fetched", lambda access: named(access.act(a.IssueKey, PARTY, key_digest=KEY), "key"))


@cache
def held_while_revoked() -> Plan:
    """Data is held and released while the grant on it is revoked."""

    def revokes(access: Bench) -> a.Act:
        provider = a.Actor(account="acc_provider", body=access.state.bodies["provider"])
        return named(access.act(a.Revoke, provider, given=frozenset({"reason"})), "revoke")

    return held("held while access is revoked", revokes)


PLANS: Mapping[str, Callable[[], Plan]] = {
    "a race for one task": race_for_one_task,
    "released and decided": released_and_decided,
    "a grant beside an objection": grant_beside_an_objection,
    "held while it is fetched": held_while_fetched,
    "held while access is revoked": held_while_revoked,
}


class Bound(NamedTuple):
    """How far a plan is explored: with so many crashes, and so many who hand over one case at the same time."""

    plan: str
    crashes: int
    carriers: int

    def __str__(self) -> str:
        return f"{self.plan}-{self.crashes}-{self.carriers}".replace(" ", "-")


RACE, RELEASED, GRANT, FETCHED, REVOKED = PLANS
SHORT = (
    Bound(RACE, 2, 1),
    Bound(RACE, 0, 2),
    Bound(RELEASED, 2, 1),
    Bound(GRANT, 0, 1),
    Bound(FETCHED, 0, 1),
    Bound(REVOKED, 0, 1),
)
LONG = (
    *(Bound(plan, 2, 1) for plan in PLANS),
    Bound(RACE, 2, 2),
    Bound(RELEASED, 2, 2),
    Bound(GRANT, 0, 2),
    Bound(FETCHED, 0, 2),
    Bound(REVOKED, 0, 2),
)
