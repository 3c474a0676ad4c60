"""What others wrote is pinned, under licences that we take, and every exception from a rule says why."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from deploy.supply import go_licences, licences
from deploy.supply.lock import DEVELOPS, ROOT, RUNS, LockUnreadable, Pinned, read_lock
from tests.rooms import EXECUTED

EXCEPTION = re.compile(r"#\s*noqa:\s*S\d{3}(?P<reason>.*)")
LOOKED_AT = (*EXECUTED, "deploy")


def test_each_licence_is_on_the_list_or_taken_for_a_reason() -> None:
    pinned = [*read_lock(DEVELOPS), *read_lock(RUNS)]
    assert licences.objections(pinned) == []
    names = {each.name for each in pinned}
    assert names >= licences.TAKEN.keys(), "an exception for what is pinned no more"
    assert names >= licences.STATED.keys()
    assert all(each.reason for each in licences.TAKEN.values())


def test_nothing_that_ships_binds_what_we_write_ourselves() -> None:
    ships = {each.name: licences.licence_of(each.name) or "" for each in read_lock(RUNS)}
    assert not [name for name, licence in ships.items() if re.search(r"\bA?L?GPL|SSPL|BUSL|EUPL", licence)]


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("MIT AND PSF-2.0", True),
        ("GPL-2.0-only OR MIT", True),
        ("GPL-2.0-only AND MIT", False),
        ("AGPL-3.0-only", False),
        ("(MIT AND GPL-3.0-only) OR (BSD-3-Clause AND ISC)", True),
    ],
)
def test_an_expression_is_allowed_if_what_is_allowed_satisfies_it(expression: str, allowed: bool) -> None:
    assert licences.is_allowed(expression) is allowed


def test_the_engine_of_the_tests_is_made_of_modules_under_licences_that_we_take() -> None:
    assert go_licences.objections(go_licences.ENGINE) == []
    listed = go_licences.listed(go_licences.ENGINE)
    assert {"server", "grpc"} <= {each.name for each in listed}
    assert go_licences.TAKEN.keys() <= set(listed.values()), "an exception for what is there no more"
    assert go_licences.READ.items() <= {each.name: licence for each, licence in listed.items()}.items()


def test_what_checks_the_chart_is_made_of_modules_under_licences_that_we_take() -> None:
    assert go_licences.objections(go_licences.CHART) == []
    assert {"helm/v3", "client-go"} <= {each.name for each in go_licences.listed(go_licences.CHART)}


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("Apache License Version 2.0", "Apache-2.0"),
        (
            "Redistributions in binary form must reproduce … to endorse or promote\nproducts derived from",
            "BSD-3-Clause",
        ),
        ("GNU AFFERO GENERAL PUBLIC LICENSE", None),
        ("Permission is hereby granted, free of charge … GNU General Public License", None),
        ("All rights reserved", None),
    ],
)
def test_the_licence_of_a_module_is_told_by_its_words(text: str, licence: str | None) -> None:
    assert go_licences.licence_in(text) == licence


def test_a_package_of_another_licence_or_none_is_objected_to() -> None:
    def pinned(name: str) -> Pinned:
        return Pinned(name, "1", None, [], [])

    assert licences.objections([pinned("no-such-package")]) == [
        "no-such-package names no licence that SPDX knows: read it, and name it in STATED"
    ]
    assert "lunardate" in licences.TAKEN
    assert licences.licence_of("lunardate") == "GPL-3.0-or-later"
    assert not licences.is_allowed("GPL-3.0-or-later")


def test_each_package_is_pinned_by_the_hashes_of_its_files_and_by_nothing_else(tmp_path: Path) -> None:
    """As `pip-audit -r requirements.lock --require-hashes` and `pip install --require-hashes` want it."""
    for lock in (RUNS, DEVELOPS):
        assert all(each.hashes and each.asked_by for each in read_lock(lock))
        assert not re.search(r"https?://|^-|--index", lock.read_text(), re.MULTILINE)
    other = tmp_path / "other.lock"
    for line in ("requests>=2", "git+https://example.org/x", "--index-url https://example.org"):
        other.write_text(f"{line}\n")
        with pytest.raises(LockUnreadable):
            read_lock(other)


def test_the_lock_that_ships_is_part_of_the_one_that_is_tested() -> None:
    developed = {each.name: (each.version, each.hashes) for each in read_lock(DEVELOPS)}
    assert {each.name: (each.version, each.hashes) for each in read_lock(RUNS)}.items() <= developed.items()


def test_the_rules_of_bandit_are_on_and_each_exception_in_place_says_why() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    unexplained = []
    for file in (file for folder in LOOKED_AT for file in (ROOT / folder).rglob("*.py")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if (found := EXCEPTION.search(line)) and not re.search(r"\w{2}", found["reason"]):
                unexplained.append(f"{file.relative_to(ROOT)}:{number}")
    assert unexplained == []
