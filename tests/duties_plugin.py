"""Keeps the register of duties honest: a duty counts as met only if its tests ran, name it, and passed.

Where the tests run in several processes, each says which tests name which duties, and the first process judges. Where
tests are only collected, as by `make check`, a claim is refuted if no test of that name names the duty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from rules.duties import Duty, read_register, unproven

NAMED = "duties_named"
HAVE_RUN = ({"passed"}, {"failed"}, {"passed", "failed"})
UNPROVEN = 6
"""The exit status of a run, the first that is none of pytest's, where a claim is lost for want of a test."""
NARROWING_OPTIONS = ("keyword", "markexpr", "lf", "deselect", "ignore", "ignore_glob")


def pytest_configure(config: pytest.Config) -> None:
    duties = [duty for of_city in read_register().values() for duty in of_city]
    config.pluginmanager.register(DutiesRecorder(config, duties), "duties")


class DutiesRecorder:
    """Records which tests name which duties and how they ended, and fails a full run that does not bear out a claim."""

    def __init__(self, config: pytest.Config, duties: Iterable[Duty]) -> None:
        self._config = config
        self._duties = tuple(duties)
        self._named: dict[str, set[str]] = {}
        self._ended: dict[str, set[str]] = {}
        self.claims: list[str] = []

    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        known = {duty.id for duty in self._duties}
        for item in items:
            for id_ in (id_ for mark in item.iter_markers("duty") for id_ in mark.args):
                if id_ not in known:
                    raise pytest.UsageError(f"{item.nodeid} names the duty {id_}, which is not in the register")
                self._named.setdefault(id_, set()).add(_test_of(item.nodeid))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """What one of several processes has found is known here too; one that crashed has found nothing."""
        for id_, tests in getattr(node, "workeroutput", {}).get(NAMED, {}).items():
            self._named.setdefault(id_, set()).update(tests)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self._ended.setdefault(_test_of(report.nodeid), set()).add(report.outcome)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if (output := getattr(self._config, "workeroutput", None)) is not None:
            output[NAMED] = {id_: sorted(tests) for id_, tests in self._named.items()}
            return
        if not self._is_full(session):
            return
        only_collected = self._config.getoption("collectonly")
        self.claims = self._unproven(lambda ended: ended == {"passed"} or only_collected)
        # What failed says so itself, and may hold when it is run again; a duty without its test does not.
        if self._unproven(lambda ended: ended in HAVE_RUN or only_collected):
            session.exitstatus = UNPROVEN

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.claims:
            terminalreporter.section("duties that are not met as the register says", red=True)
            for claim in self.claims:
                terminalreporter.write_line(claim)

    def _unproven(self, shown_by: Callable[[set[str]], bool]) -> list[str]:
        """The claims that are left where a test shows its duty met if it ended in one of these ways."""
        shown = {
            id_: {test: shown_by(self._ended.get(test, set())) for test in tests} for id_, tests in self._named.items()
        }
        return unproven(self._duties, shown)

    def _is_full(self, session: pytest.Session) -> bool:
        """Whether every test was asked for; a narrower run can bear out no claim and refute none."""
        config = self._config
        root = config.rootpath
        asked = {(root / arg).resolve() for arg in config.args}
        whole = {(root / path).resolve() for path in config.getini("testpaths")} or {Path(root).resolve()}
        narrowed = any(config.getoption(name, default=None) for name in NARROWING_OPTIONS)
        return asked == whole and not narrowed and not session.shouldstop and not session.shouldfail


def _test_of(nodeid: str) -> str:
    """The test without its parameters."""
    return nodeid.partition("[")[0]
