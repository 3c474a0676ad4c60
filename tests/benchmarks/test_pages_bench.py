"""The bench of the pages runs, in a tiny form, and finds what it looks for. No figure is asserted here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import pages


def test_pages_are_measured_beside_routes_and_the_gate_beside_pages(
    services_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIFANG_HOME", str(services_home))
    figures = pages.run(pages.TINY)
    assert {figure.name for figure in figures} >= {
        "work list of a body, p95",
        "one case, p95",
        "one task, with the one before and the one after, p95",
        "board of five cities, p95",
        "gate alone, p99",
        "gate beside pages, p99",
        "gate on one loop with pages, p99",
    }
    assert all(figure.value > 0 and figure.beside and figure.method for figure in figures)
