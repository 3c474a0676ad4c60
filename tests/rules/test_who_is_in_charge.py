"""Who announces, has officers on file, keeps entries and gets feedback is the pack's, and no list in the code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import rules
import tests
from activities.tables.directory import BodyRow
from activities.tables.feedback import FeedbackRow
from models.refusals import OperatorAnnounces, RoleRequired
from reading.catalogue.sight import importer_of, keeps_every_entry
from reading.directory.sight import may_name_officers
from reading.feedback.sight import may_answer, sees_for_a_body
from reading.maintenance.sight import operator_of
from reading.sight import Caller
from rules.loading import PackRefused, load_file, load_pack, load_text
from rules.sight import IN_CHARGE, in_charge
from tests.five_cities import FIVE_CITIES

CITY = "heyang"
HEYANG = load_file(Path(tests.__file__).parent / "seventh_city" / f"{CITY}.yaml")
LIANYUNGANG = (Path(rules.__file__).parent / "packs" / "lianyungang.yaml").read_text(encoding="utf-8")


def officer(city: str, role: str, of: str = "reviewer") -> Caller:
    return Caller("acc", "acc", city, f"{city}.{role}", role, frozenset({of}))


def feedback(city: str) -> FeedbackRow:
    return FeedbackRow(
        feedback_id="f",
        city=city,
        provider=f"{city}.provider",
        kind="need",
        account_id="acc_user",
        text="",
        request_digest="",
        key_id="",
    )


@pytest.fixture
def heyang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.sight.cities", lambda: [CITY])
    monkeypatch.setattr("rules.sight.load_pack", {CITY: HEYANG}.__getitem__)


@pytest.mark.usefixtures("heyang")
def test_another_city_has_others_in_charge_from_data_alone() -> None:
    body = BodyRow(body=f"{CITY}.provider", city=CITY, role="provider", name={}, entered_on=date(2026, 1, 1))
    named = {role for role in HEYANG.bodies if may_name_officers(officer(CITY, role, "supervisor"), body)}
    assert named == {"audit_office", "provider"}, "each body its own, and whoever has them on file"
    assert not may_name_officers(officer(CITY, "audit_office"), body), "a reviewer keeps no file"
    assert {role for role in HEYANG.bodies if keeps_every_entry(officer(CITY, role))} == {"operator", "authority"}
    assert importer_of(officer(CITY, "operator"), CITY).provider is None
    assert importer_of(officer(CITY, "provider"), CITY).provider == f"{CITY}.provider"
    with pytest.raises(RoleRequired) as refused:
        importer_of(officer(CITY, "audit_office"), CITY)
    assert refused.value.details()["roles"] == "authority|operator|provider"


@pytest.mark.usefixtures("heyang")
def test_what_a_pack_does_not_say_is_as_it_always_was() -> None:
    assert in_charge(CITY, "interruptions") == IN_CHARGE["interruptions"]
    assert operator_of(officer(CITY, "operator")).body == f"{CITY}.operator"
    for role in ("authority", "provider"):
        with pytest.raises(OperatorAnnounces):
            operator_of(officer(CITY, role))


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_each_city_says_who_is_in_charge_and_by_which_rule(city: str) -> None:
    assert set(load_pack(city).in_charge) == set(IN_CHARGE)
    assert {of: in_charge(city, of) for of in IN_CHARGE} == IN_CHARGE


def test_nobody_is_in_charge_of_a_city_without_rules() -> None:
    assert in_charge("atlantis", "entries") == in_charge(None, "officers") == frozenset()


def test_whoever_is_in_charge_is_a_body_of_the_city() -> None:
    old = "  entries: {by: [authority],"
    assert LIANYUNGANG.count(old) == 1
    with pytest.raises(PackRefused) as refusal:
        load_text(LIANYUNGANG.replace(old, old.replace("authority", "harbour")), "lianyungang.yaml")
    assert ("in_charge.entries.by", "no_responsible_body") in [
        (each.path, each.rule) for each in refusal.value.problems
    ]


@pytest.mark.parametrize("reaches", ["operator, provider", "authority", "provider"])
def test_feedback_is_seen_and_answered_by_whom_it_reaches(monkeypatch: pytest.MonkeyPatch, reaches: str) -> None:
    old = "reaches: [operator, provider]"
    assert LIANYUNGANG.count(old) == 1
    pack = load_text(LIANYUNGANG.replace(old, f"reaches: [{reaches}]"), "lianyungang.yaml")
    monkeypatch.setattr("rules.sight.load_pack", {"lianyungang": pack}.__getitem__)
    row, wanted = feedback("lianyungang"), set(reaches.split(", "))
    assert {role for role in pack.bodies if sees_for_a_body(officer("lianyungang", role))} == wanted
    assert {role for role in pack.bodies if may_answer(officer("lianyungang", role), row)} == wanted
    row.provider = "lianyungang.another"
    assert {role for role in pack.bodies if may_answer(officer("lianyungang", role), row)} == wanted - {"provider"}
    assert not any(may_answer(officer("lianyungang", role), feedback("guangzhou")) for role in wanted)
