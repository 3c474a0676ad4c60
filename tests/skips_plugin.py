"""The last line of a run says what was skipped and why, so that nobody takes a skip for a pass.

It comes after pytest's own summary, and only where something was skipped.
"""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(LastWord(config), "skips")


class LastWord:
    """Counts what is skipped, by file and reason; of several processes the first, which hears of all."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._skipped: Counter[tuple[str, str]] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._skipped[report.nodeid.partition("::")[0], reason(report.longrepr)] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._skipped[f"{report.nodeid} as a whole", reason(report.longrepr)] += 1

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal and self._skipped:
            told = "; ".join(f"{times} of {file} ({why})" for (file, why), times in sorted(self._skipped.items()))
            terminal.write_line(f"NOT TESTED: {self._skipped.total()} skipped: {told}", yellow=True, bold=True)


def reason(longrepr: object) -> str:
    """Why pytest says that something was skipped."""
    said = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return str(said).removeprefix("Skipped: ")
