"""The bench of the gate runs, in a tiny form, and finds every decision in the log. No figure is asserted here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import gate


def test_the_gate_is_measured_beside_an_endpoint_that_decides_nothing(
    services_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIFANG_HOME", str(services_home))
    figures = gate.run(gate.TINY)
    assert {figure.name for figure in figures} >= {"decisions of one core", "decision, p99, 200/s"}
    assert all(figure.value > 0 and "log on" in figure.method for figure in figures)
