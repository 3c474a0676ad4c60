"""What is read at a glance: a condition chooses between two, and what has a name is not passed by its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.rooms import EXECUTED, ROOT


def found_in(source: str) -> Iterator[str]:
    """Conditional expressions of three ways, which `match` or `if` say better, and records made of `vars`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.IfExp) and any(isinstance(each, ast.IfExp) for each in (node.body, node.orelse)):
            yield f"{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.keyword) and node.arg is None and "vars(" in ast.unparse(node.value):
            yield f"{node.value.lineno}: **{ast.unparse(node.value)}"


def test_a_condition_chooses_between_two_and_records_are_made_by_name() -> None:
    files = [file for room in EXECUTED for file in sorted((ROOT / room).rglob("*.py"))]
    found = {str(file.relative_to(ROOT)): [*found_in(file.read_text(encoding="utf-8"))] for file in files}
    assert {file: of_file for file, of_file in found.items() if of_file} == {}


@pytest.mark.parametrize(
    "breach",
    [
        "a = 1 if x else 2 if y else 3",
        "a = (1 if y else 2) if x else 3",
        "Item(**vars(a))",
        "Item(**{**vars(a), 'b': 1})",
    ],
)
def test_a_third_way_and_a_record_made_of_vars_are_found(breach: str) -> None:
    assert [*found_in(breach)]
