"""Adding a city touches no test: with a sixth in its place, what speaks of every city passes as it stands.

Here it is the tests of rules and law that speak of every city, once for the sixth, a walk of each of its procedures to
the end over HTTP, and the public pages: in two runs side by side, one of them with servers, each started once.
KAIFANG_LONG=1 runs everything, as continuous integration does on one day in seven.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.sixth_city.placing import CITY, place

LONG = bool(os.environ.get("KAIFANG_LONG"))
SPEAKS_OF_EVERY_CITY = re.compile(r"\b(cities|datasets|bodies|accounts|posts|read_register)\(\)|\bEVERY_CITY\b")
LAW = ("rules", "models")
WALK = "tests/api/test_demo_walk.py"
WALKED = "test_the_demonstration_walks_each_procedure_of_a_city_to_its_end"
PAGES = "tests/pages/test_public.py"
EACH_PAGE = ("test_every_public_page", "test_the_law_of_every_procedure")
BREACH = "tests/rules/test_breach.py"
COUNTED = "test_there_are_five"
A_COUNT_OF_FIVE = f"from rules.loading import cities\n\ndef {COUNTED}():\n    assert len(cities()) == 5\n"
ONCE_FOR_THE_SIXTH = ("-k", f"{CITY} or not [")
WALK_AND_PAGES = ("-k", " or ".join((f"({WALKED} and {CITY})", *EACH_PAGE)))
WITHOUT_WHAT_IS_SLOW_TO_LOAD = ("-p", "no:schemathesis", "-p", "no:xdist")
EVERYTHING = ("--numprocesses", "3", "--dist", "worksteal")


@dataclass(frozen=True)
class Told:
    """How each test of a run has ended, by its file and its name, and what the run has said."""

    passed: Mapping[tuple[str, str], bool]
    said: str

    def of(self, file: str) -> dict[str, bool]:
        """Each test of that file or folder, and whether it passed."""
        return {name: passed for (of_file, name), passed in self.passed.items() if of_file.startswith(file)}


def read_from(record: Path, said: str) -> Told:
    """What a run has recorded. A run that was broken off has recorded nothing, and has said why."""
    assert record.exists(), said
    passed = {}
    for case in ElementTree.parse(record).iter("testcase"):  # noqa: S314 - pytest wrote it here and now
        file = case.get("classname", "").replace(".", "/") + ".py"
        passed[file, case.get("name", "")] = not {each.tag for each in case} & {"failure", "error"}
    return Told(passed, said)


class Copy:
    """A copy of the tree in which the sixth city is in its place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environment = place(folder)
        self._environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST_")}

    def pytest(self, *arguments: str) -> subprocess.Popen[str]:
        """A run that has begun."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        return subprocess.Popen(
            command, cwd=self.folder, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def told(self, *runs: tuple[str, ...]) -> list[Told]:
        """What so many runs side by side have to say, each of which runs to its end."""
        records = [self.folder / f"told-{number}.xml" for number in range(len(runs))]
        begun = [
            self.pytest(*WITHOUT_WHAT_IS_SLOW_TO_LOAD, f"--junitxml={record}", *arguments)
            for record, arguments in zip(records, runs, strict=True)
        ]
        said = [run.communicate()[0] for run in begun]
        return [read_from(record, each) for record, each in zip(records, said, strict=True)]

    def speaking_of_every_city(self) -> list[str]:
        """The files of the tests of rules and law in which something is said of every city."""
        files = (file for room in LAW for file in (self.folder / "tests" / room).glob("test_*.py"))
        return sorted(str(file) for file in files if SPEAKS_OF_EVERY_CITY.search(file.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("sixth") / "kaifang")


@pytest.fixture(scope="module")
def told(copy: Copy) -> tuple[Told, Told]:
    """What is said of the sixth by the tests of rules and law that speak of every city, beside one that counts five;
    and by those that need servers."""
    files = copy.speaking_of_every_city()
    breach = copy.folder / BREACH
    breach.write_text(A_COUNT_OF_FIVE, encoding="utf-8")
    try:
        of_law, served = copy.told((*files, str(breach), *ONCE_FOR_THE_SIXTH), (WALK, PAGES, *WALK_AND_PAGES))
    finally:
        breach.unlink()
    return of_law, served


@pytest.fixture(scope="module")
def of_law(told: tuple[Told, Told]) -> Told:
    return told[0]


@pytest.fixture(scope="module")
def served(told: tuple[Told, Told]) -> Told:
    return told[1]


@pytest.mark.timeout(0 if LONG else 600)
def test_what_is_said_of_every_city_holds_of_a_sixth(copy: Copy, of_law: Told) -> None:
    assert all(of_law.of(f"tests/{room}/") for room in LAW)
    assert [case for case, passed in of_law.passed.items() if not passed] == [(BREACH, COUNTED)], of_law.said
    if LONG:
        everything = copy.pytest(*EVERYTHING)
        said, _ = everything.communicate()
        assert everything.returncode == pytest.ExitCode.OK, said


@pytest.mark.timeout(600)
def test_each_procedure_of_a_sixth_city_is_walked_to_its_end_over_http(served: Told) -> None:
    assert served.of(WALK) == {f"{WALKED}[{CITY}]": True}, served.said


@pytest.mark.timeout(600)
def test_a_sixth_city_has_its_pages_the_moment_its_pack_is_there(served: Told) -> None:
    pages = served.of(PAGES)
    assert all(pages.values()), served.said
    assert all(any(name.startswith(page) for name in pages) for page in EACH_PAGE)


@pytest.mark.timeout(600)
def test_a_test_that_counts_five_cities_fails_where_there_is_a_sixth(of_law: Told) -> None:
    assert of_law.of(BREACH) == {COUNTED: False}
