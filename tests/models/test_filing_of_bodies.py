"""Accounts and contacts: a body asks or tells, the competent body answers in its time, and the directory has it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from activities.calendar.record import wanted_until
from activities.record.rows import filed_of_body
from models import acts as a
from models.filing_day import day_in_the_future
from models.procedures.account_change import ACCOUNT_CHANGE
from models.procedures.contact_change import CONTACT_CHANGE
from rules.deadlines import SHANGHAI
from rules.loading import load_pack
from tests.five_cities import FIVE_CITIES
from tests.models.bench import MONDAY, Bench, begun, law, notices

DECIDES = {"nanning": ("authority", "2wd", "12.1"), "yulin": ("operator", "5wd", "21")}
ACTIONS = ("open", "modify", "cancel")


def asked(city: str, action: str = "open") -> Bench:
    """A provider asks for something of an account."""
    rules = law(city, "account_change")
    bodies = {role: f"{city}.{role}" for role in ("provider", "operator", "authority")}
    return begun(
        rules,
        ACCOUNT_CHANGE,
        party="acc_clerk",
        for_body=f"{city}.provider",
        bodies=rules.with_a_part(bodies),
        choices={"account_action": action},
        given=frozenset({"account_action", "account_user"}),
    )


@pytest.mark.duty("NN-12a", "YL-21")
@pytest.mark.parametrize("city", DECIDES)
@pytest.mark.parametrize("action", ACTIONS)
def test_an_application_lies_before_the_body_of_the_law_for_its_period(city: str, action: str) -> None:
    role, period, article = DECIDES[city]
    (task,) = asked(city, action).state.open_tasks()
    assert (task.body, task.clock.period, task.clock.article, task.clock.basis) == (
        f"{city}.{role}", period, article, "law"
    )  # fmt: skip
    assert task.clock.due_at == notices().calendar(law(city).calendar).deadline(MONDAY, period).due_at


@pytest.mark.duty("NN-12a", "YL-21")
@pytest.mark.parametrize("city", DECIDES)
def test_an_application_answered_late_is_late_on_record(city: str) -> None:
    in_time, late = asked(city), asked(city)
    late.passes(days=10)
    for bench in (in_time, late):
        assert bench.decide("account_answer", "agree") == "accepted"
        assert bench.state.closed == "account_done"
    assert [bench.task("account_answer").late for bench in (in_time, late)] == [False, True]


@pytest.mark.parametrize("city", DECIDES)
def test_what_is_agreed_to_stands_in_the_directory_and_what_is_refused_does_not(city: str) -> None:
    agreed, refused = asked(city, "cancel"), asked(city)
    assert filed_of_body(agreed.rules, agreed.state) is None
    assert agreed.decide("account_answer", "agree") == "accepted"
    assert refused.decide("account_answer", "decline", frozenset()) == "RequirementMissing"
    assert refused.decide("account_answer", "decline") == "accepted"
    kept = filed_of_body(agreed.rules, agreed.state)
    assert kept
    assert (kept.body, kept.action, kept.procedure) == (f"{city}.provider", "cancel", "account_change")
    assert filed_of_body(refused.rules, refused.state) is None


@pytest.mark.parametrize("city", DECIDES)
def test_who_asks_for_a_body_decides_nothing_for_the_one_that_answers(city: str) -> None:
    bench = asked(city)
    (task,) = bench.state.open_tasks()
    assert bench.decide("account_answer", "agree", by=a.Actor(account="acc_clerk", body=task.body)) == "PartyToTheCase"


@pytest.mark.duty("NN-12b")
@pytest.mark.parametrize(("filing", "until"), [("change", datetime(2026, 11, 26, tzinfo=SHANGHAI)), ("first", None)])
def test_a_change_of_contact_is_wanted_within_two_working_days(filing: str, until: datetime | None) -> None:
    rules = law("nanning", "contact_change")
    assert wanted_until(rules, date(2026, 11, 23), notices(), {"contact_filing": filing}) == until
    assert rules.filed_within
    assert (rules.filed_within.period, rules.filed_within.citation.article) == ("2wd", "12.2")


@pytest.mark.duty("NN-12b", "NN-12c")
@pytest.mark.parametrize("late", [False, True])
def test_a_contact_is_taken_on_file_whether_or_not_it_comes_late(late: bool) -> None:
    rules = law("nanning", "contact_change")
    assert {rule.field: rule.citation.article for rule in rules.fields if rule.required} == {
        "contact": "12.2", "reached_at": "12.2", "discovered_on": "contact_on_file"
    }  # fmt: skip
    bodies = {"provider": "nanning.provider", "authority": "nanning.authority"}
    bench = begun(
        rules,
        CONTACT_CHANGE,
        party="acc_clerk",
        for_body="nanning.provider",
        bodies=bodies,
        given=frozenset({"contact", "reached_at", "discovered_on"}),
        late=late,
    )
    assert bench.decide("contact_record", "keep") == "accepted"
    kept = filed_of_body(rules, bench.state)
    assert kept
    assert (kept.body, bench.state.filed_late) == ("nanning.provider", late)


def test_nothing_has_changed_tomorrow() -> None:
    rules = law("nanning", "contact_change")
    today = MONDAY.date()
    assert day_in_the_future(rules, {"discovered_on": str(today)}, MONDAY) == []
    (found,) = day_in_the_future(rules, {"discovered_on": str(today + timedelta(days=1))}, MONDAY)
    assert (found.field, found.code) == ("discovered_on", "day_in_the_future")
    assert found.citation and found.citation.article == "12.2"


def test_only_the_two_cities_whose_law_has_them_know_accounts() -> None:
    packs = {city: load_pack(city).procedures for city in FIVE_CITIES}
    assert {city for city in packs if "account_change" in packs[city]} == set(DECIDES)
    assert {city for city in packs if "contact_change" in packs[city]} == {"nanning"}
