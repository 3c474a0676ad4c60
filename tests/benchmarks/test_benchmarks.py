"""The benches run, in a tiny form, and say what an aim was and whether it was met. No figure is asserted here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import cases, catalogue, deadlines, lists, objections, recovery, updates
from benchmarks.figures import Aim, Figure, table, write
from rules.loading import cities


@pytest.fixture(autouse=True)
def data_folder(services_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Benches start their servers beside the data folder, which is not the real one here."""
    monkeypatch.setenv("KAIFANG_HOME", str(services_home))


def names(figures: list[Figure]) -> set[str]:
    assert all(figure.value > 0 and figure.method for figure in figures)
    return {figure.name for figure in figures}


def test_deadlines_are_measured_beside_three_libraries_that_get_the_same_receipts() -> None:
    beside = {"kaifang", "numpy.busday_offset", "holidays", "chinesecalendar"}
    assert names(deadlines.run(1)) == {f"20 working days, {name}" for name in beside}


def test_requests_are_granted_on_all_sides_and_each_figure_has_one_beside_it() -> None:
    figures = cases.run(cases.TINY)
    measured = {(figure.bench, figure.name) for figure in figures}
    assert {(bench, "granted requests at 16, each task claimed first") for bench in ("cases", "peer")} <= measured
    assert names(figures) >= {
        "history events of a granted request, each task claimed first",
        "granted requests at 1, each task claimed first",
        "act, median, at 16, each task claimed first",
        "a granted request, rows and indexes in PostgreSQL",
        "a granted request, processor time of the worker",
    }
    assert all(figure.beside for figure in figures if not figure.name.startswith("a granted request,"))


def test_lists_and_one_case_are_read_over_http_from_copied_cases() -> None:
    figures = lists.run(lists.TINY)
    assert names(figures) >= {"task list of a body, median", "one case, p99"}
    assert all(f"{lists.TINY.tasks} tasks (6 open) of 4 cases" in figure.method for figure in figures)


def test_objections_are_filed_over_http_and_measured_until_the_gate_refuses() -> None:
    after, *times = objections.run(objections.TINY)
    assert after.name == "accesses after the 201"
    assert names(times) == {
        f"{what}, {which}"
        for what in ("from the commit to the first refusal", "filing of an objection")
        for which in ("median", "p99")
    }
    assert all(figure.beside for figure in times)


def test_the_catalogue_is_searched_beside_the_bare_alternative_and_harvested() -> None:
    figures = catalogue.run(catalogue.TINY)
    assert names(figures) >= {
        "search for two characters, p99",
        "search over HTTP, p99",
        "DCAT page of 100 over HTTP, p99",
    }
    assert all(figure.beside for figure in figures if figure.name.startswith("search for"))


def test_updates_of_every_city_are_measured_beside_the_bare_alternative() -> None:
    figures = updates.run(updates.TINY)
    assert names(figures) == {
        f"{what}, {city}"
        for what in ("history events of a published update", "publication, median")
        for city in cities()
    }
    assert all(figure.beside for figure in figures if figure.unit == "events")


@pytest.mark.parametrize(
    ("aim", "value", "verdict"),
    [
        (Aim(2), 2, "met"),
        (Aim(2), 3, "missed by 50%"),
        (Aim(0.8, at_least=True), 0.9, "met"),
        (Aim(0.8, at_least=True), 0.6, "missed by 25%"),
        (Aim(0), 0, "met"),
        (Aim(0), 2, "missed by 2"),
    ],
)
def test_a_missed_aim_says_by_how_much(aim: Aim, value: float, verdict: str) -> None:
    assert aim.verdict(value) == verdict


def test_the_report_judges_the_ratio_where_there_is_one(tmp_path: Path) -> None:
    figure = Figure("cases", "granted", 6, "cases/s", "counted", beside=10, ratio=0.6, aim=Aim(0.7, at_least=True))
    write(tmp_path / "bench.json", [figure], {"cores": 2})
    report = json.loads((tmp_path / "bench.json").read_text())
    assert report["figures"][0]["aim"] == {"said": "≥ 0.7 ×", "met": False}
    assert report["machine"] == {"cores": 2}
    assert table([figure]).row_count == 1


def test_cases_come_back_to_an_engine_that_lost_them_and_agree_with_it() -> None:
    assert names(recovery.run(recovery.TINY)) >= {
        "cases restored to an engine that had lost them",
        "a case compared in log, read model and engine, processor time of the command",
    }
