"""What the last line of a run says of tests that were skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
LACKING = """
import pytest

pytestmark = pytest.mark.skipif(True, reason="nginx is not installed")


@pytest.mark.parametrize("n", range(3))
def test_a(n):
    raise AssertionError
"""
WHOLE_FILE = """
import pytest

pytest.skip("no such machine", allow_module_level=True)
"""
PASSING = """
def test_a():
    assert True
"""


def last_lines(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *options: str, **files: str
) -> tuple[str, str]:
    """The last two lines of a run of these tests."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makeconftest('pytest_plugins = ["tests.skips_plugin"]')
    pytester.makepyfile(**files)
    lines = [line for line in pytester.runpytest_subprocess(*options).outlines if line.strip()]
    return lines[-2], lines[-1]


@pytest.mark.parametrize("options", [(), ("-q",), ("--numprocesses", "2")])
def test_the_last_line_says_how_many_tests_of_which_file_were_skipped_and_why(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    summary, last = last_lines(pytester, monkeypatch, *options, test_gate=LACKING, test_more=PASSING)
    assert "1 passed, 3 skipped in " in summary, "pytest's own summary stands before it, unchanged"
    assert last == "NOT TESTED: 3 skipped: 3 of test_gate.py (nginx is not installed)"


def test_a_file_that_skips_itself_is_told_too(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    _, last = last_lines(pytester, monkeypatch, test_gate=LACKING, test_more=PASSING, test_whole=WHOLE_FILE)
    told = "3 of test_gate.py (nginx is not installed); 1 of test_whole.py as a whole (no such machine)"
    assert last == f"NOT TESTED: 4 skipped: {told}"


def test_where_nothing_is_skipped_the_summary_is_the_last_line(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, last = last_lines(pytester, monkeypatch, test_more=PASSING)
    assert "1 passed in " in last
