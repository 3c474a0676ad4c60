"""The name of a test is a sentence that names one rule, and short enough to be read at one glance."""

from __future__ import annotations

import ast
from pathlib import Path

HERE = Path(__file__).parent
LONGEST = 80
"""Characters, `test_` included."""


def too_long(text: str) -> list[str]:
    """The tests in a text whose names are longer."""
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [each.name for each in functions if each.name.startswith("test_") and len(each.name) > LONGEST]


def test_no_test_has_a_name_of_more_than_80_characters() -> None:
    found = {str(file.relative_to(HERE)): too_long(file.read_text(encoding="utf-8")) for file in HERE.rglob("*.py")}
    assert {file: names for file, names in found.items() if names} == {}


def test_a_name_of_81_characters_is_found() -> None:
    name = "test_" + "a" * 76
    assert too_long(f"async def {name}():\n    pass\n") == [name]
    assert too_long(f"def {name[:-1]}():\n    pass\n") == []
