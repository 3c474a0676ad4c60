"""A pack is refused whose urging, reminders or posts could not work."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from rules.loading import PackRefused, load_pack, load_text
from rules.pinned import Basis
from rules.posts import posts_on
from rules.resolving import resolve
from tests.models.bench import CITIES

TEXT = files("rules").joinpath("packs").joinpath("nanning.yaml").read_text(encoding="utf-8")
ON = date(2026, 11, 21)
REMINDERS = 'value: {before: [1wd, 3h], overdue_every: [2wd, 12h], at_once_every: 24h, opens: "09:00", closes: "17:00"}'


def broken(before: str, after: str) -> set[tuple[str, str]]:
    """The path and the rule of every problem that the change makes."""
    assert TEXT.count(before) == 1, before
    with pytest.raises(PackRefused) as refused:
        load_text(TEXT.replace(before, after), "nanning.yaml")
    return {(problem.path, problem.rule) for problem in refused.value.problems}


def test_the_pack_itself_is_fit() -> None:
    assert load_text(TEXT, "nanning.yaml").city == "nanning"


@pytest.mark.parametrize(
    ("change", "path", "rule"),
    [
        ((', closes: "17:00"', ', closes: "09:00"'), "reminders[0]", "empty_interval"),
        (("overdue_every: [2wd, 12h]", "overdue_every: [2wd, 3wd]"), "reminders[0].overdue_every", "ambiguous"),
        (("at_once_every: 24h", "at_once_every: 1wd"), "reminders[0].at_once_every", "not_in_hours"),
    ],
)
def test_reminders_have_hours_to_leave_in_and_one_interval_for_each_unit(
    change: tuple[str, str], path: str, rule: str
) -> None:
    before, after = change
    assert broken(REMINDERS, REMINDERS.replace(before, after)) == {(path, rule)}


def test_who_urges_is_a_body_of_the_city() -> None:
    urging = "urging:\n  authority:"
    assert broken(urging, urging.replace("authority", "court")) == {("urging.court", "no_responsible_body")}


def test_who_fills_a_post_is_a_body_of_the_city() -> None:
    leader = "en: Leader in charge}\n    versions: [{in_force_from: 2020-12-23, value: {required_of: ["
    found = broken(f"{leader}operator", f"{leader}court")
    assert found == {("posts.leader.versions[0]", "no_responsible_body")}


@pytest.mark.parametrize("hour", ["9:00", "24:00", "0900"])
def test_an_hour_of_the_day_is_written_with_two_digits_and_a_colon(hour: str) -> None:
    found = broken(REMINDERS, REMINDERS.replace("09:00", hour))
    assert ("reminders[0].value.opens", "wrong_value") in found


@pytest.mark.parametrize("city", CITIES)
def test_urging_and_reminders_are_part_of_every_procedures_rules(city: str) -> None:
    pack = load_pack(city)
    for procedure in pack.procedures:
        rules = resolve(pack, procedure, ON)
        assert {rule.body for rule in rules.urging} >= {"authority"}
        assert all(rule.citation.basis is Basis.LAW for rule in rules.urging)
        assert rules.reminders


REQUIRED_OF = {
    "nanning": {("operator", "provider", "authority", "county_authority")},
    "guangzhou": {("provider",)},
    "lianyungang": {("provider",)},
}


@pytest.mark.duty("NN-32", "GZ-5", "LYG-35")
@pytest.mark.parametrize(
    ("city", "required"),
    [
        ("nanning", {"leader": "32", "data_officer": "32", "technical_officer": "32"}),
        ("guangzhou", {"data_officer": "5.5"}),
        ("lianyungang", {"data_officer": "35.1"}),
        ("yulin", {}),
        ("nanjing", {}),
    ],
)
def test_a_provider_has_to_name_whom_the_law_of_its_city_names(city: str, required: dict[str, str]) -> None:
    rules = posts_on(load_pack(city), ON)
    assert {rule.post for rule in rules} == {"leader", "data_officer", "technical_officer"}
    assert {rule.post: rule.citation.article for rule in rules if rule.required_of} == required
    assert {rule.required_of for rule in rules if rule.required_of} == REQUIRED_OF.get(city, set())
    assert all(rule.citation.basis is Basis.SERVICE for rule in rules if not rule.required_of)
