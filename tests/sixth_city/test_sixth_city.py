"""Adding a city touches no test: with a sixth in its place, what speaks of every city passes as it stands.

Here it is the tests of rules and law that speak of every city, once for the sixth, and a walk of each of its procedures
to the end over HTTP. KAIFANG_LONG=1 runs everything, as continuous integration does on one day in seven.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sixth_city.placing import CITY, place

LONG = bool(os.environ.get("KAIFANG_LONG"))
SPEAKS_OF_EVERY_CITY = re.compile(r"\b(cities|datasets|bodies|accounts|posts|read_register)\(\)|\bEVERY_CITY\b")
WALK = "tests/api/test_demo_walk.py::test_the_demonstration_walks_each_procedure_of_a_city_to_its_end"
PAGES = ("tests/pages/test_public.py", "-k", "every_public_page or every_procedure")
ONCE_FOR_THE_SIXTH = ("-k", f"{CITY} or not [")
EVERYTHING = ("--numprocesses", "3", "--dist", "worksteal")
A_COUNT_OF_FIVE = "from rules.loading import cities\n\ndef test_there_are_five():\n    assert len(cities()) == 5\n"


class Copy:
    """A copy of the tree in which the sixth city is in its place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environment = place(folder)
        self._environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST_")}

    def pytest(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False
        )

    def speaking_of_every_city(self) -> list[str]:
        """The files of the tests of rules and law in which something is said of every city."""
        files = (file for room in ("rules", "models") for file in (self.folder / "tests" / room).glob("test_*.py"))
        return sorted(str(file) for file in files if SPEAKS_OF_EVERY_CITY.search(file.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("sixth") / "kaifang")


@pytest.mark.timeout(0 if LONG else 600)
def test_what_is_said_of_every_city_holds_of_a_sixth(copy: Copy) -> None:
    files = copy.speaking_of_every_city()
    assert files
    told = copy.pytest(*EVERYTHING) if LONG else copy.pytest(*files, *ONCE_FOR_THE_SIXTH)
    assert told.returncode == pytest.ExitCode.OK, told.stdout


@pytest.mark.timeout(600)
def test_each_procedure_of_a_sixth_city_is_walked_to_its_end_over_http(copy: Copy) -> None:
    told = copy.pytest(f"{WALK}[{CITY}]")
    assert told.returncode == pytest.ExitCode.OK, told.stdout


@pytest.mark.timeout(600)
def test_a_sixth_city_has_its_pages_the_moment_its_pack_is_there(copy: Copy) -> None:
    told = copy.pytest(*PAGES)
    assert told.returncode == pytest.ExitCode.OK, told.stdout


def test_a_test_that_counts_five_cities_fails_where_there_is_a_sixth(copy: Copy) -> None:
    breach = copy.folder / "tests" / "rules" / "test_breach.py"
    breach.write_text(A_COUNT_OF_FIVE, encoding="utf-8")
    try:
        told = copy.pytest(str(breach))
    finally:
        breach.unlink()
    assert told.returncode == pytest.ExitCode.TESTS_FAILED, told.stdout
