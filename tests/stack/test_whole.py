"""A run of all tests: what fails beside others is tried again alone, and is named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.duties_plugin import UNPROVEN
from tests.whole import MOST

ROOT = Path(__file__).parents[2]
UNSTEADY = """
from pathlib import Path
def test_that_meets_a_bound():
    met = Path("met")
    first = not met.exists()
    met.touch()
    assert not first
"""
HOLDS = "def test_that_holds(): pass\n"
FAILS = "def test_that_fails(): assert False\n"


def whole(folder: Path, tests: str, conftest: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "test_of_a_run.py").write_text(tests)
    (folder / "conftest.py").write_text(conftest)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p xdist\n")
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{RUN}"],
        cwd=folder,
        env=os.environ | ONLY_WHAT_IS_NAMED,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


RUN = "from tests.whole import run\nsys.exit(run(['--numprocesses', '2']))"
ONLY_WHAT_IS_NAMED = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""The runs within these tests load what they need, in each of their processes, and not what all our tests need."""


def test_a_test_that_holds_alone_fails_no_run_and_is_named_at_its_end(tmp_path: Path) -> None:
    ended = whole(tmp_path, HOLDS + UNSTEADY)
    assert ended.returncode == pytest.ExitCode.OK, ended.stdout + ended.stderr
    *_, told, name = ended.stdout.splitlines()
    assert told == "unsteady, failed beside others and held alone:"
    assert name.strip() == "test_of_a_run.py::test_that_meets_a_bound"


def test_a_test_that_fails_twice_fails_the_run(tmp_path: Path) -> None:
    ended = whole(tmp_path, HOLDS + UNSTEADY + FAILS)
    assert ended.returncode == pytest.ExitCode.TESTS_FAILED
    assert "unsteady" not in ended.stdout


def test_more_than_a_few_that_fail_are_not_tried_again(tmp_path: Path) -> None:
    several = "".join(UNSTEADY.replace("bound", f"bound_{n}").replace('"met"', f'"met {n}"') for n in range(MOST + 1))
    ended = whole(tmp_path, several)
    assert ended.returncode == pytest.ExitCode.TESTS_FAILED
    assert "once more" not in ended.stdout


def test_what_is_no_failed_test_is_not_tried_again(tmp_path: Path) -> None:
    unproven = f"def pytest_sessionfinish(session): session.exitstatus = {UNPROVEN}\n"
    ended = whole(tmp_path, HOLDS + UNSTEADY, conftest=unproven)
    assert ended.returncode == UNPROVEN
    assert "once more" not in ended.stdout


def test_what_is_compiled_is_kept_although_the_environment_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    assert whole(tmp_path, HOLDS).returncode == pytest.ExitCode.OK
    assert list((tmp_path / "__pycache__").glob("test_of_a_run.*.pyc"))
