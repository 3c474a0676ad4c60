"""The watchdog: a run that hangs ends and says where, whatever pytest itself believes."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
CONFTEST = """
import tests.watchdog

tests.watchdog.A_WHILE = 1
pytest_plugins = ["tests.watchdog"]
"""
HANGING_WHEN_TAKEN_DOWN = """
import asyncio

import pytest


@pytest.fixture
async def never_released():
    yield
    await asyncio.Event().wait()


async def test_a(never_released):
    left_over = asyncio.create_task(asyncio.sleep(60), name="left over")
    assert not left_over
"""
CATCHING_EVERYTHING = """
import time


def test_a():
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass
"""


def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, test: str, *options: str) -> pytest.RunResult:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    pytester.makeini(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
        "timeout = 5\nfilterwarnings = ignore::pytest.PytestAssertRewriteWarning\n"
    )
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_a=test, test_b="def test_b():\n    pass\n")
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *options, timeout=60)


def test_a_test_that_failed_is_reported_at_once_and_may_not_hang_afterwards(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(pytester, monkeypatch, HANGING_WHEN_TAKEN_DOWN)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["test_a.py::test_a failed in its call:*"])
    result.stderr.fnmatch_lines(
        ["*test_a.py::test_a has not ended within 6 s*", "*in never_released", "*in Event.wait", "task left over"]
    )


def test_a_test_that_catches_whatever_is_raised_ends_all_the_same(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(pytester, monkeypatch, CATCHING_EVERYTHING)
    assert result.ret == 1
    result.stderr.fnmatch_lines(["*test_a.py::test_a has not ended within 6 s*", "thread MainThread", "*in test_a"])


def test_in_several_processes_the_others_do_the_rest(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(pytester, monkeypatch, CATCHING_EVERYTHING, "-n", "2")
    assert result.parseoutcomes() == {"passed": 1, "failed": 1}
