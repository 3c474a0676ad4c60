"""The bench of notices runs, in a tiny form, and finds that each case moved once and to the right day."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import notices


@pytest.fixture(autouse=True)
def data_folder(services_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIFANG_HOME", str(services_home))


def test_a_notice_is_measured_until_every_case_that_it_moves_has_moved() -> None:
    wrong, *figures = notices.run(notices.TINY)
    assert (wrong.value, wrong.unit) == (0, "cases")
    assert all(figure.value > 0 and figure.method for figure in figures)
    assert {figure.name for figure in figures if figure.beside} == {
        "publication",
        "cases moved",
        "filing meanwhile, longest",
        "decision of a person meanwhile, median",
    }
