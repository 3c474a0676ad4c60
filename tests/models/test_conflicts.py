"""Conflict of interest (回避): whoever has a side in a case acts for no body in it, and somebody else does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from models import acts as a
from models import events as e
from models.conflicts import concerned_by_cause, has_a_side
from models.procedures.access import revoking_bodies
from models.procedures.catalogue_update import CATALOGUE_UPDATE
from models.procedures.rectification import RECTIFICATION
from models.telling import told
from models.tellings import Account, Officers, Posts, Supervisors
from rules.procedure_rules import ProcedureRules
from tests.models.bench import (
    BOTH_SIGN,
    CITIES,
    MONDAY,
    PARTY,
    Bench,
    accessed,
    begun,
    filed,
    law,
    objected,
    reported,
    until_signing,
)

BODIES = {"operator": "nanning.operator", "authority": "nanning.authority", "government": "nanning.government"}
DIRECTORY = a.Actor(account="directory")


def alone(city: str, body: str, *others: str, also: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, Any]:
    """The directory, where the party is the only officer of a body, and every other body has one of its own."""
    bodies = {role: f"{city}.{role}" for role in ("operator", "authority", "government")}
    serving = {each: (f"acc_{each}_1",) for each in bodies.values()}
    return {"bodies": bodies, "serving": {**serving, body: (PARTY.account, *others), **(also or {})}}


def entrusted(bench: Bench, stage: str, **directory: Any) -> str:
    return bench.on(stage, a.Entrust, by=DIRECTORY, **directory)


CASES: Mapping[str, Callable[[str], Bench]] = {
    "a request": filed,
    "an objection": lambda city: objected(city, "privacy", evidence=("file-1",)),
}


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("city", CITIES)
def test_a_task_is_given_to_no_officer_who_is_the_party(city: str, kind: str) -> None:
    bench = CASES[kind](city)
    for task in bench.state.open_tasks():
        colleague = a.Actor(account="acc_colleague", body=task.body)
        to = {"to": PARTY.account, "to_body": task.body}
        assert bench.on(task.stage, a.Reassign, by=colleague, **to) == "OfficerIsParty"
        assert bench.on(task.stage, a.Reassign, by=colleague, supervises=True, **to) == "OfficerIsParty"
        assert bench.on(task.stage, a.Claim, by=colleague) == "accepted"
        handing_over = {"officer": colleague.account, "supervises": True, **to}
        assert bench.on(task.stage, a.HandOver, by=DIRECTORY, **handing_over) in ("NotYourTask", "OfficerIsParty")
        supervisor = a.Actor(account="acc_supervisor", body=task.body)
        assert bench.on(task.stage, a.HandOver, by=supervisor, **handing_over) == "OfficerIsParty"


def test_a_party_stands_in_for_no_absent_colleague() -> None:
    bench = filed("nanning")
    bench.on("formal_review", a.Claim)
    party = a.Actor(account=PARTY.account, body="nanning.operator")
    in_place_of = bench.task("formal_review").claimed_by
    assert bench.decide("formal_review", "pass", by=party, in_place_of=in_place_of) == "PartyToTheCase"


@pytest.mark.parametrize("rules", [law("nanning", "catalogue_update"), law("yulin", "catalogue_update")])
def test_who_filed_for_a_body_acts_for_no_other_when_it_serves_that(rules: ProcedureRules) -> None:
    bench = begun(
        rules, CATALOGUE_UPDATE, party="acc_moved", for_body=f"{rules.city}.health", choices={"trigger": "other"}
    )
    task = bench.state.open_tasks()[0]
    moved, colleague = (a.Actor(account=each, body=task.body) for each in ("acc_moved", "acc_colleague"))
    assert bench.on(task.stage, a.Claim, by=moved) == "PartyToTheCase"
    assert bench.on(task.stage, a.Reassign, by=colleague, to="acc_moved", to_body=task.body) == "OfficerIsParty"
    assert not has_a_side(bench.state, False, "acc_moved", f"{rules.city}.health")


def test_whose_case_gave_cause_for_a_rectification_decides_nothing_in_it() -> None:
    request = filed("lianyungang")
    concerned = concerned_by_cause(request.state, is_the_partys_own=True)
    assert concerned == (PARTY.account,)
    rules = law("lianyungang", "rectification")
    bench = begun(rules, RECTIFICATION, party="acc_supervisor", concerned=concerned, caused_by="case")
    for task in bench.state.open_tasks():
        party = a.Actor(account=PARTY.account, body=task.body)
        assert bench.on(task.stage, a.Claim, by=party) == "PartyToTheCase"


def test_a_case_from_before_sides_were_told_is_judged_as_it_was() -> None:
    rules = law("nanning", "catalogue_update")
    bench = begun(rules, CATALOGUE_UPDATE, party="acc_moved", choices={"trigger": "other"})
    task = bench.state.open_tasks()[0]
    assert bench.on(task.stage, a.Claim, by=a.Actor(account="acc_moved", body=task.body)) == "accepted"


@pytest.mark.parametrize("city", CITIES)
def test_a_task_of_whose_body_nobody_is_impartial_goes_to_the_authority(city: str) -> None:
    bench = filed(city)
    for stage in sorted(bench.open_stages):
        task, authority = bench.task(stage), f"{city}.authority"
        if task.body == authority:
            continue
        clock = task.clock
        assert entrusted(bench, stage, **alone(city, task.body)) == "accepted"
        moved = bench.task(stage)
        assert (moved.body, moved.entrusted_by, moved.clock) == (authority, task.body, clock)
        assert bench.on(stage, a.Claim, by=a.Actor(account="acc_colleague", body=task.body)) == "NotYourTask"
        assert bench.on(stage, a.Claim, by=a.Actor(account="acc_authority", body=authority)) == "accepted"


@pytest.mark.parametrize("city", CITIES)
def test_where_the_authority_has_nobody_impartial_either_the_government_decides(city: str) -> None:
    bench = filed(city)
    task = bench.state.open_tasks()[0]
    also = {f"{city}.authority": (PARTY.account,)}
    assert entrusted(bench, task.stage, **alone(city, task.body, also=also)) == "accepted"
    assert bench.task(task.stage).body == f"{city}.government"


def test_a_body_with_one_impartial_officer_keeps_its_task() -> None:
    bench = filed("nanning")
    assert entrusted(bench, "formal_review", **alone("nanning", "nanning.operator", "acc_other")) == "BodyCanAct"
    nobody = {"bodies": BODIES, "serving": {}}
    assert entrusted(bench, "formal_review", **nobody) == "BodyCanAct", "who serves nobody yet has no side in it"


def test_a_task_stays_where_nobody_anywhere_is_impartial() -> None:
    bench = filed("nanning")
    also = {"nanning.authority": (PARTY.account,), "nanning.government": ()}
    assert entrusted(bench, "formal_review", **alone("nanning", "nanning.operator", also=also)) == "NobodyIsImpartial"


def test_a_decided_task_goes_nowhere() -> None:
    bench = filed("nanning").all_decide([("formal_review", "pass")])
    assert entrusted(bench, "formal_review", **alone("nanning", "nanning.operator")) == "TaskAlreadyDecided"


def test_rules_from_before_recusal_go_by_those_in_force_at_the_receipt() -> None:
    rules = law("nanning")
    bench = filed("nanning", rules=rules.model_copy(update={"recusal": None}))
    directory = alone("nanning", "nanning.operator")
    assert entrusted(bench, "formal_review", **directory) == "NobodyIsImpartial"
    assert entrusted(bench, "formal_review", **directory, in_force=rules.recusal) == "accepted"


def test_the_case_goes_on_as_if_the_body_itself_had_decided() -> None:
    bench = filed("nanning")
    entrusted(bench, "formal_review", **alone("nanning", "nanning.operator"))
    authority = a.Actor(account="acc_authority", body="nanning.authority")
    assert bench.decide("formal_review", "pass", by=authority) == "accepted"
    assert bench.open_stages == {"provider_review"}
    assert bench.task("provider_review").body == "nanning.provider", "what comes after lies where the law puts it"


def test_who_decides_instead_who_supervises_and_whoever_waits_are_told() -> None:
    bench = filed("nanning")
    before, length = bench.state, len(bench.log)
    entrusted(bench, "formal_review", **alone("nanning", "nanning.operator"))
    tellings = told(before, bench.state, bench.log[length:])
    assert {telling.kind for telling in tellings} == {"task_entrusted"}
    assert [telling.to for telling in tellings] == [
        Officers("nanning.authority"),
        Supervisors("nanning"),
        Posts("nanning.operator"),
        Account(PARTY.account),
    ]
    assert all(telling.sides == {PARTY.account: None} for telling in tellings)


def test_an_entrusted_task_cites_the_service_rule_of_its_pack() -> None:
    bench = filed("nanning")
    entrusted(bench, "formal_review", **alone("nanning", "nanning.operator"))
    event = bench.log[-1]
    assert isinstance(event, e.TaskEntrusted)
    assert (event.source, event.article, event.basis) == ("service", "recusal", "service")
    assert event.at == MONDAY


def test_who_reports_a_leak_of_data_has_a_side_and_who_does_for_the_platform_none() -> None:
    bench = reported("guangzhou")
    assert has_a_side(bench.state, True, PARTY.account, "guangzhou.provider")
    assert not has_a_side(bench.state, False, PARTY.account, "guangzhou.operator")


@pytest.mark.parametrize("city", CITIES)
def test_an_officer_with_access_to_the_data_has_a_side_in_a_strangers_objection(city: str) -> None:
    bench = objected(city, "privacy", evidence=("file-1",), concerned=("acc_grantee",))
    for task in bench.state.open_tasks():
        grantee = a.Actor(account="acc_grantee", body=task.body)
        assert bench.on(task.stage, a.Claim, by=grantee) == "PartyToTheCase"
        assert bench.on(task.stage, a.Claim) == "accepted", "a colleague without access decides"


def test_who_is_entrusted_with_the_suspension_takes_it_up_again() -> None:
    bench = objected("nanning", "privacy", evidence=("file-1",))
    assert bench.rules.hold
    review = bench.rules.hold.reviewed_by
    provider = bench.task(review).body
    assert entrusted(bench, review, **alone("nanning", provider)) == "accepted"
    authority = a.Actor(account="acc_authority", body="nanning.authority")
    assert bench.decide(review, "keep_open", by=authority) == "accepted"
    again = bench.judged(bench.act(a.ReviewSuspension, authority))
    assert again == "accepted"
    assert review in bench.open_stages
    elsewhere = a.Actor(account="acc_government", body="nanning.government")
    assert bench.judged(bench.act(a.ReviewSuspension, elsewhere)) == "NotYourTask"


@pytest.mark.parametrize("city", [city for city in CITIES if city != "guangzhou"])
def test_a_grant_is_revoked_in_the_place_of_bodies_of_which_nobody_is_impartial(city: str) -> None:
    bench = accessed(until_signing(city).all_decide(BOTH_SIGN))
    revoking = sorted(revoking_bodies(bench.rules, bench.state))
    authority, also = f"{city}.authority", dict.fromkeys(revoking, (PARTY.account,))
    directory = alone(city, revoking[0], also=also)

    def revoked_by(body: str, found: dict[str, Any]) -> str:
        act = bench.act(a.Revoke, a.Actor(account="acc_x", body=body), given=frozenset({"reason"}), **found)
        return bench.judged(act)

    assert revoked_by(authority, {}) == "NotYourTask", "whom the directory was not asked about"
    one_can = {**directory, "serving": {**directory["serving"], revoking[-1]: (PARTY.account, "acc_other")}}
    assert revoked_by(authority, one_can) == "NotYourTask"
    assert revoked_by(f"{city}.establishment", directory) == "NotYourTask", "not the first that the rule names"
    assert revoked_by(authority, directory) == "accepted"
    assert bench.state.closed == "revoked"
