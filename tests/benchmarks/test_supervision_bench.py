"""The bench of supervision runs, in a tiny form, and counts what is overdue. No figure is asserted here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import supervision


def test_pages_and_counts_are_measured_in_the_database_and_over_http(
    services_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIFANG_HOME", str(services_home))
    figures = supervision.run(supervision.TINY)
    assert {figure.name for figure in figures} >= {
        "overdue page of a body in the database, p99",
        "overdue page of a city in the database, p99",
        "counts of the busiest city in the database, p99",
        "counts of a city over HTTP, p99",
        "board of the busiest city, p99",
        "cases that a provider knows of in the database, p99",
        "cases that the operator knows of in the database, p99",
    }
    assert all(figure.value > 0 and "1,000 open and 5,000 closed tasks" in figure.method for figure in figures)
