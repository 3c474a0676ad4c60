"""Names: a test's is a sentence that names one rule at one glance; a variable's says what it holds."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.rooms import EXECUTED, ROOT

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


def called_told(text: str) -> list[int]:
    """The lines of a text on which a variable or a parameter is called `told` (docs/glossary.md, five verbs)."""
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    nodes = [node for function in functions for node in ast.walk(function)]
    names = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    found = {node.lineno for node in names if node.id == "told"}
    return sorted(found | {node.lineno for node in nodes if isinstance(node, ast.arg) and node.arg == "told"})


def test_no_variable_is_called_told() -> None:
    files = [file for room in EXECUTED for file in (ROOT / room).rglob("*.py")]
    found = {str(file.relative_to(ROOT)): called_told(file.read_text(encoding="utf-8")) for file in files}
    assert len(found) > 300
    assert {file: lines for file, lines in found.items() if lines} == {}


def test_a_variable_called_told_is_found_in_a_function_alone() -> None:
    assert called_told("def found(told):\n    told = 1\n    return [told for told in ()]\n") == [1, 2, 3]
    assert called_told("class Said:\n    told: str\n") == []
