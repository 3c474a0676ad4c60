"""docs/adding-a-city.md lists every rule by which a pack can be refused, and none besides."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[a-z]+(_[a-z]+)*")
TABLE = (ROOT / "docs" / "adding-a-city.md").read_text(encoding="utf-8").partition("## What the checker looks for")[2]
NOT_OF_PACKS = "notice_checking.py"
RULE_AT = {"Finding": 1, "WrongShape": 1, "PackProblem": 2, "_problem": 3}
"""Who makes a finding, to the place of the rule among what it is made of."""


def sources() -> Iterator[Path]:
    rooms = ROOT / "rules"
    yield from (file for file in rooms.glob("*checking.py") if file.name != NOT_OF_PACKS)
    yield from (rooms / "loading.py", rooms / "wrong_shapes.py")


def constants(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
            yield node.value


def rules_in(tree: ast.AST) -> Iterator[str]:
    """The names of the rules that are told: of a finding the rule stands last but one, before the fact."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) in (2, 3):
            yield from constants(node.value.elts[-2:-1])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RULE_AT:
            yield from constants(node.args[RULE_AT[node.func.id] :][:1])
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "RULES_OF_KEYS":
            assert isinstance(node.value, ast.Dict)
            yield from constants(node.value.values)


def told() -> set[str]:
    shapes = {"missing_key", "wrong_value", "period_syntax", "citation_syntax"}
    return shapes.union(*(rules_in(ast.parse(file.read_text(encoding="utf-8"))) for file in sources()))


def test_every_rule_by_which_a_pack_is_refused_stands_in_the_table() -> None:
    assert told() - set(re.findall(r"`([a-z_]+)`", TABLE)) == set()


def test_no_rule_stands_in_the_table_that_nothing_is_refused_by() -> None:
    rows = (line for line in TABLE.splitlines() if line.startswith("|"))
    of_the_table = re.sub(r"\([^)]*\)", "", "\n".join(rows))
    assert set(re.findall(r"`([a-z_]+)`", of_the_table)) - told() == set()
