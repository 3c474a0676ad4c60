"""The page on capacity says what its program computes, from costs that are near those that were measured last."""

from __future__ import annotations

import re

import pytest

from api.runtime import CONNECTIONS
from benchmarks.capacity import BUSY, CASE_SECONDS, CITIES, GATE_SECONDS, PAGE_SECONDS, QUIET, Load, Need, rows
from tests.stack.running import ROOT

PAGE = (ROOT / "docs" / "capacity.md").read_text()
MEASURED = (ROOT / "docs" / "figures.md").read_text()


@pytest.mark.parametrize("load", [QUIET, BUSY], ids=["quiet", "busy"])
def test_the_tables_of_the_page_are_what_the_program_prints(load: Load) -> None:
    assert "\n".join(rows(load)) in PAGE, "python -m benchmarks.capacity prints them anew"


def test_the_costs_are_near_the_figures_that_were_measured_last() -> None:
    decisions = re.search(
        r"^\| gate: decisions of one core, 100,000 grants, log on \| ([\d,]+)/s", MEASURED, re.MULTILINE
    )
    pages = re.search(r"^\| work list of a body, 50 of 12,500 \| (\d+) ms", MEASURED, re.MULTILINE)
    cases = re.search(r"\| granted requests at 16, each task claimed first +\| ([\d.]+) cases/s", MEASURED)
    assert decisions and pages and cases
    assert 0.5 < GATE_SECONDS["API"] * int(decisions[1].replace(",", "")) < 2
    assert 0.5 < PAGE_SECONDS["pages"] * 1000 / int(pages[1]) < 2
    # Two cores that did nothing else bore as many cases as the seconds of all processes let them.
    assert 0.5 < sum(CASE_SECONDS.values()) * float(cases[1]) / 2 < 2


def test_more_cities_never_need_less_and_each_cell_can_lose_a_host() -> None:
    for load in (QUIET, BUSY):
        needs = [Need(cities, load) for cities in CITIES]
        for role in needs[0].hosts:
            counts = [need.hosts[role] for need in needs]
            assert counts == sorted(counts)
            assert all(need.hosts[role] >= 2 * need.cells for need in needs)


def test_the_connections_of_the_page_are_those_of_the_programs() -> None:
    assert f"| an API | {2 * CONNECTIONS + 3} |" in PAGE
    assert f"| pages | {2 * CONNECTIONS} |" in PAGE
