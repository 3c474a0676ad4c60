"""Requests for sharing between departments: by class, by determination, and for other units (Nanjing 22)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import chinese_calendar
import pytest

from models import acts as a
from models.conflicts import has_a_side
from models.procedures.sharing_request import SHARING_REQUEST
from models.refusals import AsksItself, DecidesOnSharing, RoleRequired
from models.sharing import Shared, class_of, who_asks, why_not_shared
from models.telling import told
from models.tellings import Account, Officers
from rules.admissibility import DatasetAtReceipt, admissible
from rules.deadlines import SHANGHAI
from rules.loading import cities, load_pack
from rules.pinned import APPLICANT, Basis
from tests.models.bench import MONDAY, PARTY, Bench, accessed, begun, law

REQUESTER, PROVIDER = "nanjing.health", "nanjing.transport"
BODIES = {
    "operator": "nanjing.operator",
    "authority": "nanjing.authority",
    "government": "nanjing.government",
    "provider": PROVIDER,
    "requester": REQUESTER,
}
FILER = a.Actor(account="acc_health_1", body=REQUESTER)
COLLEAGUE = a.Actor(account="acc_health_2", body=REQUESTER)
FILED = {"purpose": "Ambulances find their way", "access_mode": "api"}
BY_DEPARTMENT = {"asked_by": "department", "sharing_class": "conditional", "access_mode": "api"}
BY_UNIT = {"asked_by": "other_unit", "sharing_class": "conditional", "access_mode": "api"}
IN_FAVOUR = [("operator_opinion", "in_favour"), ("provider_opinion", "in_favour")]
IN_FAVOUR_OF_UNIT = [("authority_opinion", "in_favour"), ("provider_opinion_on_unit", "in_favour")]


def by_department(at: datetime = MONDAY, **choices: str) -> Bench:
    return begun(
        law("nanjing", "sharing_request"),
        SHARING_REQUEST,
        at=at,
        party=FILER.account,
        for_body=REQUESTER,
        bodies=BODIES,
        data_items=("name", "address"),
        choices={**BY_DEPARTMENT, **choices},
        given=frozenset({"purpose", "access_mode"}),
    )


def by_unit(**choices: str) -> Bench:
    return begun(
        law("nanjing", "sharing_request"),
        SHARING_REQUEST,
        bodies={role: body for role, body in BODIES.items() if role != "requester"},
        data_items=("name", "address"),
        choices={**BY_UNIT, **choices},
        given=frozenset({"purpose", "access_mode", "scenario", "safeguards"}),
    )


@pytest.mark.duty("NJ-22a")
@pytest.mark.parametrize(
    ("choices", "is_given_at_once"),
    [
        ({"sharing_class": "unconditional"}, True),
        ({"sharing_class": "unconditional", "access_mode": "download"}, False),
        ({"sharing_class": "unconditional", "access_mode": "algorithm"}, False),
        ({"sharing_class": "conditional"}, False),
        ({"sharing_class": "unstated"}, False),
    ],
)
def test_what_all_departments_share_is_given_at_once(choices: dict[str, str], is_given_at_once: bool) -> None:
    bench = by_department(MONDAY, **choices)
    assert (bench.state.closed == "granted") is is_given_at_once
    if is_given_at_once:
        assert bench.types() == ["Filed", "Granted", "Closed"], "nobody decides and nobody signs"
        assert bench.state.granted
        assert bench.state.granted.shared is Shared.BY_CLASS
    else:
        assert bench.open_stages == {"operator_opinion", "provider_opinion"}


@pytest.mark.duty("NJ-22a")
def test_another_unit_never_has_access_without_a_decision() -> None:
    assert by_unit(sharing_class="unconditional").open_stages == {"authority_opinion", "provider_opinion_on_unit"}


def fifteen_working_days_after(day: date) -> date:
    """By the calendar of another package."""
    left = 15
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    return day


@pytest.mark.duty("NJ-22b")
@pytest.mark.parametrize("received", [datetime(2026, 9, 21, 16, 30, tzinfo=SHANGHAI), MONDAY])
def test_both_opinions_have_fifteen_working_days_from_receipt(received: datetime) -> None:
    bench = by_department(received)
    last = fifteen_working_days_after(received.date())
    for stage, body in (("operator_opinion", "nanjing.operator"), ("provider_opinion", PROVIDER)):
        task, rule = bench.task(stage), bench.rules.stage(stage)
        assert rule
        assert (task.body, rule.citation.article, rule.citation.basis) == (body, "22.2", Basis.LAW)
        assert task.clock.due_at == datetime(last.year, last.month, last.day, tzinfo=SHANGHAI) + timedelta(days=1)


@pytest.mark.duty("NJ-22b")
def test_a_department_gets_access_when_authority_has_determined_and_both_have_signed() -> None:
    bench = by_department()
    assert bench.decide("operator_opinion", "in_favour", ()) == "accepted"
    assert bench.open_stages == {"provider_opinion"}, "one opinion alone determines nothing"
    assert bench.decide("provider_opinion", "against", ()) == "RequirementMissing"
    assert bench.decide("provider_opinion", "against", {"reason"}) == "accepted"
    assert bench.open_stages == {"determination"}, "an opinion against it is an opinion"
    determination = bench.task("determination")
    assert (determination.body, determination.clock.period) == ("nanjing.authority", None)
    assert bench.decide("determination", "share", ()) == "accepted"
    assert {task.stage: task.body for task in bench.state.open_tasks()} == {
        "operator_signature": "nanjing.operator",
        "requester_signature": REQUESTER,
    }
    assert bench.task("operator_signature").clock.promptly
    assert bench.decide("requester_signature", "sign", {"conditions"}) == "AgreementNotStated", "not the asker's to set"
    assert bench.decide("operator_signature", "sign", {"conditions"}) == "accepted"
    assert bench.decide("requester_signature", "sign", (), by=COLLEAGUE) == "accepted"
    assert bench.state.closed == "granted"
    assert bench.state.granted
    assert bench.state.granted.shared is Shared.BY_DETERMINATION


@pytest.mark.duty("NJ-22b", "NJ-22c")
@pytest.mark.parametrize(("begun_by", "opinions"), [("department", IN_FAVOUR), ("unit", IN_FAVOUR_OF_UNIT)])
def test_an_opinion_after_the_fifteenth_day_is_late_and_time_decides_nothing(
    begun_by: str, opinions: list[tuple[str, str]]
) -> None:
    bench = (by_department() if begun_by == "department" else by_unit()).passes(days=60)
    assert bench.open_stages == {stage for stage, _ in opinions}
    assert all(bench.task(stage).passed for stage, _ in opinions)
    assert (bench.state.granted, bench.state.closed) == (None, None)
    bench.all_decide(opinions)
    assert all(bench.task(stage).late for stage, _ in opinions)


@pytest.mark.duty("NJ-22b", "NJ-22c")
@pytest.mark.parametrize(("outcome", "kind"), [("share", "stage_begun"), ("do_not_share", "case_closed")])
def test_whoever_asked_is_told_what_was_determined(outcome: str, kind: str) -> None:
    """The department by whoever serves it, and not by an officer who has left it."""
    for bench, opinions, stage, to in (
        (by_department(), IN_FAVOUR, "determination", Officers(REQUESTER, FILER.account)),
        (by_unit(), IN_FAVOUR_OF_UNIT, "determination_on_unit", Account(PARTY.account)),
    ):
        bench.all_decide(opinions)
        before, length = bench.state, len(bench.log)
        assert bench.decide(stage, outcome, {"reason"}) == "accepted"
        said = [each for each in told(before, bench.state, bench.log[length:]) if each.kind == kind]
        assert to in [each.to for each in said]
        assert kind != "case_closed" or [each.facts["outcome"] for each in said] == [bench.state.closed]


@pytest.mark.duty("NJ-22b")
def test_the_authority_determines_against_sharing_with_a_reason() -> None:
    bench = by_department().all_decide(IN_FAVOUR)
    assert bench.decide("determination", "do_not_share", ()) == "RequirementMissing"
    assert bench.decide("determination", "do_not_share", {"reason"}) == "accepted"
    assert (bench.state.closed, bench.state.granted) == ("not_shared", None)
    assert bench.rules.remedies_against("not_shared") == (), "inside the administration"


@pytest.mark.duty("NJ-22c")
@pytest.mark.parametrize("lacking", ["purpose", "access_mode", "scenario", "safeguards"])
def test_another_unit_states_scenario_and_safeguards_besides(lacking: str) -> None:
    rules, dataset = law("nanjing", "sharing_request"), DatasetAtReceipt("x", "closed", frozenset())
    whole = {**FILED, "scenario": "Dispatch", "safeguards": "A closed network", "asked_by": "other_unit"}
    assert admissible(rules, whole, dataset) == []
    stated = {name: value for name, value in whole.items() if name != lacking}
    (found,) = admissible(rules, stated, dataset)
    assert (found.field, found.code) == (lacking, "field_required")
    of_department = admissible(rules, {**stated, "asked_by": "department"}, dataset)
    assert [each.field for each in of_department] == ([lacking] if lacking in FILED else [])


@pytest.mark.duty("NJ-22c")
def test_authority_and_department_opine_on_a_unit_and_the_government_determines() -> None:
    bench = by_unit()
    last = fifteen_working_days_after(MONDAY.date())
    for stage, body in (("authority_opinion", "nanjing.authority"), ("provider_opinion_on_unit", PROVIDER)):
        task, rule = bench.task(stage), bench.rules.stage(stage)
        assert rule
        assert (task.body, rule.citation.article, rule.citation.basis) == (body, "22.3", Basis.LAW)
        assert task.clock.due_at == datetime(last.year, last.month, last.day, tzinfo=SHANGHAI) + timedelta(days=1)
    bench.all_decide(IN_FAVOUR_OF_UNIT)
    assert (bench.open_stages, bench.task("determination_on_unit").body) == (
        {"determination_on_unit"},
        "nanjing.government",
    )
    assert bench.decide("determination_on_unit", "share", ()) == "accepted"
    assert bench.task("requester_signature").body == APPLICANT
    assert not bench.task("operator_signature").clock.promptly, "22.3 sets no time for it"
    assert bench.decide("operator_signature", "sign", {"conditions"}) == "accepted"
    assert bench.decide("requester_signature", "sign", ()) == "accepted"
    assert bench.state.closed == "granted"


@pytest.mark.duty("NJ-22c")
def test_a_unit_that_is_refused_learns_the_reason_and_where_to_go() -> None:
    bench = by_unit().all_decide(IN_FAVOUR_OF_UNIT)
    assert bench.decide("determination_on_unit", "do_not_share", ()) == "RequirementMissing"
    assert bench.decide("determination_on_unit", "do_not_share", {"reason"}) == "accepted"
    assert bench.state.closed == "refused"
    assert bench.rules.remedies_against("refused")


def test_what_is_shared_with_none_no_department_asks_for_and_another_unit_may() -> None:
    rules = law("nanjing", "sharing_request")
    assert class_of({}) == "unstated", "an entry that names no class is handled with a decision"
    for sharing_class in ("unconditional", "conditional", "unstated"):
        assert why_not_shared(rules, "department", sharing_class, {}) is None
    assert why_not_shared(rules, "other_unit", "none", {}) is None
    refused = why_not_shared(rules, "department", class_of({"sharing_class": "none"}), {"reason": "r", "basis": "b"})
    assert refused
    assert refused.citation
    assert (refused.code, refused.citation.article, refused.params) == (
        "not_shared",
        "21.2(3)",
        {"reason": "r", "basis": "b"},
    )


def test_who_asks_is_another_department_or_a_unit_by_its_own_account() -> None:
    rules = law("nanjing", "sharing_request")
    assert who_asks(rules, {"reviewer"}, REQUESTER, "provider", PROVIDER) == "department"
    assert who_asks(rules, {"applicant"}, None, None, PROVIDER) == "other_unit"
    with pytest.raises(AsksItself):
        who_asks(rules, {"reviewer", "applicant"}, PROVIDER, "provider", PROVIDER)
    assert who_asks(rules, {"reviewer"}, "nanjing.jiangning", "district_authority", PROVIDER) == "department"
    for role in ("operator", "authority", "government"):
        with pytest.raises(DecidesOnSharing):
            who_asks(rules, {"reviewer"}, f"nanjing.{role}", role, PROVIDER)
    for roles in ({"supervisor"}, {"reviewer"}):
        with pytest.raises(RoleRequired):
            who_asks(rules, roles, None, None, PROVIDER)


def test_whoever_filed_for_a_department_acts_for_no_other_body_in_it() -> None:
    bench = by_department()
    moved = a.Actor(account=FILER.account, body="nanjing.authority")
    bench.all_decide(IN_FAVOUR)
    assert bench.decide("determination", "share", (), by=moved) == "PartyToTheCase"
    assert bench.decide("determination", "share", (), by=COLLEAGUE) == "NotYourTask"
    assert not has_a_side(bench.state, SHARING_REQUEST.is_the_partys_own(bench.state), COLLEAGUE.account, REQUESTER)


def test_a_unit_is_the_party_of_its_own_request() -> None:
    bench = by_unit()
    both = a.Actor(account=PARTY.account, body="nanjing.authority")
    assert bench.decide("authority_opinion", "in_favour", (), by=both) == "PartyToTheCase"


def test_the_body_that_asked_takes_its_request_back_by_any_of_its_officers() -> None:
    bench = by_department()
    assert bench.by_party(a.Withdraw, by=a.Actor(account=FILER.account, body="nanjing.water")) == "NotYourCase"
    assert bench.by_party(a.Withdraw, by=COLLEAGUE) == "accepted"
    assert bench.state.closed == "withdrawn"


def test_the_access_is_the_departments_and_how_far_data_is_open_is_nothing_to_it() -> None:
    request = by_department(sharing_class="unconditional")
    access = accessed(request)
    assert access.state.grant
    assert (access.state.grant.shared, access.state.for_body) == (Shared.BY_CLASS, REQUESTER)
    assert access.by_party(a.IssueKey, by=PARTY, key_digest="k") == "NotYourCase"
    assert access.by_party(a.IssueKey, by=COLLEAGUE, key_digest="k") == "accepted"
    closed = {"by_case": "u", "openness": "closed", "data_items": ("name", "address")}
    assert access.by_party(a.ChangeEntry, by=a.Actor(account="case:u"), **closed) == "accepted"
    assert access.state.closed is None
    gone = {"by_case": "u", "openness": "closed", "data_items": ("height",)}
    assert access.by_party(a.ChangeEntry, by=a.Actor(account="case:u"), **gone) == "accepted"
    assert access.state.closed == "items_removed"


def test_the_centre_ends_what_is_shared_with_a_reason() -> None:
    access = accessed(by_department(sharing_class="unconditional"))
    for body in ("nanjing.authority", PROVIDER):
        by = a.Actor(account="acc_1", body=body)
        assert access.by_party(a.Revoke, by=by, given=frozenset({"reason"})) == "NotYourTask"
    centre = a.Actor(account="acc_1", body="nanjing.operator")
    assert access.by_party(a.Revoke, by=centre) == "RequirementMissing"
    assert access.by_party(a.Revoke, by=centre, given=frozenset({"reason"})) == "accepted"
    assert access.state.closed == "revoked"


def test_nanjing_alone_has_departments_ask_each_other() -> None:
    assert [city for city in cities() if "sharing_request" in load_pack(city).procedures] == ["nanjing"]
