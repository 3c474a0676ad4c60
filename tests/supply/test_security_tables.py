"""What docs/security.md calls met is shown by a test that is there, and what it calls open says why."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

import pytest

from deploy.supply.lock import ROOT

DOCUMENT = (ROOT / "docs" / "security.md").read_text("utf-8")
STATES = ("met", "part", "open", "not applicable")
NAMED = re.compile(r"`(test_\w+)`")


class Row(NamedTuple):
    """What is asked, how it stands, what meets it, and what shows that or why not."""

    asked: str
    state: str
    met_by: str
    shown: str


def rows(heading: str) -> list[Row]:
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines if not line.startswith("| ---")]
    return [Row(" ".join(row[:-3]), *row[-3:]) for row in cells[1:]]


ASVS, DENGBAO = rows("OWASP ASVS 5"), rows("等保三级")


@pytest.fixture(scope="module")
def tests() -> frozenset[str]:
    """The name of every test."""
    trees = (ast.parse(file.read_text("utf-8")) for file in (ROOT / "tests").rglob("test_*.py"))
    functions = (
        node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


def test_every_chapter_of_asvs_has_a_row() -> None:
    assert {re.match(r"V\d+", row.asked).group() for row in ASVS} == {f"V{number}" for number in range(1, 18)}  # type: ignore[union-attr]
    assert len(DENGBAO) > 10


@pytest.mark.parametrize("row", [*ASVS, *DENGBAO], ids=lambda row: row.asked[:60])
def test_what_is_met_names_its_tests_and_what_is_open_its_reason(row: Row, tests: frozenset[str]) -> None:
    assert row.state in STATES
    named = NAMED.findall(row.shown)
    assert set(named) <= tests
    if row.state in ("met", "part"):
        assert named
        assert row.met_by
    else:
        assert not named
        assert len(row.shown) > 10
    assert ("*open*" in row.shown) is (row.state == "part")
