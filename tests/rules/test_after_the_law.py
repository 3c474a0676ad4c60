"""What is still received when a city's law has ended, by the pack: remedies, and nothing that opens."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest
from typer.testing import CliRunner

from activities.record.opening import law_at, law_of
from cli.main import app
from models.state import CaseState
from rules.admissibility import admissible
from rules.deadlines import midnight
from rules.duties import read_register
from rules.loading import PackRefused, cities, load_pack, load_text
from rules.pinned import Basis
from rules.resolving import NotInForce, as_last_in_force, governing, resolve

LAST_DAY, THE_DAY_AFTER = date(2027, 6, 30), date(2027, 7, 1)
MUCH_LATER = date(2031, 1, 1)
REMEDIES = {"objection", "leak", "rectification", "catalogue_update", "misuse", "misuse_appeal"}
GUANGZHOU = load_pack("guangzhou")
pytestmark = pytest.mark.duty("GZ-37")


@pytest.mark.parametrize("procedure", sorted(GUANGZHOU.procedures))
def test_on_the_last_day_every_procedure_is_governed_by_the_law_itself(procedure: str) -> None:
    rules = governing(GUANGZHOU, procedure, LAST_DAY)
    assert rules == resolve(GUANGZHOU, procedure, LAST_DAY)
    assert rules.after_the_law is None


def test_the_reason_for_what_is_received_after_the_law_names_each_procedure_that_is() -> None:
    received = {name: each for name, each in GUANGZHOU.procedures.items() if each.after_the_law}
    assert set(received) == REMEDIES
    reason = GUANGZHOU.service_rules["after_the_law"]
    assert {name for name, each in received.items() if each.label.zh not in reason.zh} == set()
    (duty,) = [each for each in read_register()["guangzhou"] if each.id == "GZ-37"]
    assert set(duty.rules) == {f"procedures.{name}.after_the_law" for name in received}


@pytest.mark.parametrize("on", [THE_DAY_AFTER, MUCH_LATER])
@pytest.mark.parametrize("procedure", sorted(GUANGZHOU.procedures))
def test_after_the_law_only_remedies_are_governed_by_that_of_its_last_day(procedure: str, on: date) -> None:
    with pytest.raises(NotInForce):
        resolve(GUANGZHOU, procedure, on)
    if procedure not in REMEDIES:
        with pytest.raises(NotInForce):
            governing(GUANGZHOU, procedure, on)
        return
    rules = governing(GUANGZHOU, procedure, on)
    assert rules.after_the_law
    assert (rules.after_the_law.citation.basis, rules.after_the_law.citation.article) == (
        Basis.SERVICE,
        "after_the_law",
    )
    assert rules.model_copy(update={"after_the_law": None}) == resolve(GUANGZHOU, procedure, LAST_DAY)


def test_of_catalogue_updates_only_those_that_close_or_correct_are_remedies() -> None:
    rules = governing(GUANGZHOU, "catalogue_update", THE_DAY_AFTER)
    assert rules.after_the_law
    assert rules.after_the_law.only == {"trigger": ("processing", "other"), "change": ("same", "narrower")}
    found = {
        trigger: [each.code for each in admissible(rules, {"trigger": trigger}, None)]
        for trigger in ("other", "fit_once_masked", "public_interest", "reopening")
    }
    assert found == {
        "other": [],
        **{each: ["no_remedy_after_the_law"] for each in ("fit_once_masked", "public_interest", "reopening")},
    }


@pytest.mark.parametrize("city", [city for city in cities() if load_pack(city).in_force_until is None])
def test_a_law_of_which_no_end_is_known_governs_as_it_stands(city: str) -> None:
    pack = load_pack(city)
    for procedure in pack.procedures:
        assert governing(pack, procedure, MUCH_LATER) == resolve(pack, procedure, MUCH_LATER)


def test_the_words_of_a_law_outlast_it_and_do_not_come_before_it() -> None:
    last = resolve(GUANGZHOU, "access_request", LAST_DAY)
    assert as_last_in_force(GUANGZHOU, "access_request", MUCH_LATER) == last
    with pytest.raises(NotInForce):
        as_last_in_force(GUANGZHOU, "access_request", date(2022, 6, 30))
    with pytest.raises(NotInForce):
        governing(GUANGZHOU, "objection", date(2022, 6, 30))


@pytest.mark.parametrize(
    ("received_on", "ordered_on", "is_free"),
    [
        (LAST_DAY, LAST_DAY, True),
        # A case that the law governs to its end may still open what it has found fit for opening.
        (LAST_DAY, THE_DAY_AFTER, True),
        (THE_DAY_AFTER, MUCH_LATER, False),
    ],
)
def test_an_update_that_a_case_orders_may_do_what_the_law_of_that_case_may(
    received_on: date, ordered_on: date, is_free: bool
) -> None:
    cause = CaseState(city="guangzhou", received_at=midnight(received_on))
    rules = law_at(law_of, cause, midnight(ordered_on))
    assert (rules.after_the_law is None) == is_free


TEXT = files("rules.packs").joinpath("guangzhou.yaml").read_text(encoding="utf-8")
UPDATES = "{only: {trigger: [processing, other], change: [same, narrower]}}"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (UPDATES, "{only: {trigger: [whim]}}", "unknown_choice"),
        (UPDATES, "{only: {mood: [good]}}", "unknown_choice"),
        ("    in_force_until: 2027-07-01\n", "", "law_does_not_end"),
    ],
)
def test_a_pack_keeps_open_after_its_law_what_that_law_knows_and_only_if_it_ends(old: str, new: str, rule: str) -> None:
    assert old in TEXT
    with pytest.raises(PackRefused) as refusal:
        load_text(TEXT.replace(old, new), "guangzhou.yaml")
    assert rule in {each.rule for each in refusal.value.problems}


def test_the_command_shows_what_is_kept_open_and_no_law_for_the_rest() -> None:
    shown = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["rules", "show", "guangzhou", "--on", "2027-07-02"])
    assert shown.exit_code == 0
    assert "guangzhou: no law for access_request on 2027-07-02" in shown.output
    assert shown.output.count("the law has ended; received as a remedy") == len(REMEDIES)
