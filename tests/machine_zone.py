"""Nothing takes a day from the machine's zone: `make check` looks through every file of ours.

A machine in Kiritimati or Los Angeles has another day than Shanghai for most of its hours, and so has one that runs by
UTC from 16:00 on. ruff refuses the days that `datetime` and `date` take from the machine (DTZ); it does not know that
`astimezone()` takes the machine's zone where none is given, nor `time`, nor SQL. Of an instant whose zone nobody sees,
the product takes a day by `to_shanghai` alone.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

from tests.rooms import ROOMS, ROOT

BESIDE = ("tests", "benchmarks")
NAME_WHAT_IS_REFUSED = (ROOT / "tests/machine_zone.py", ROOT / "tests/test_machine_zone.py")
OF_THE_MACHINE = frozenset({"localtime", "mktime", "ctime", "asctime", "tzset", "strftime"})
"""Functions of `time` that go by the machine's zone."""
IN_SQL = re.compile(
    r"\b(current_date|current_time|localtime|localtimestamp)\b|now\(\)\s*::\s*date|\bdate\(now\(\)\)", re.I
)
SQL_OF_SQLALCHEMY = frozenset({"current_date", "current_time", "localtime", "localtimestamp"})
SAID_ZONE = frozenset({"to_shanghai", "astimezone", "fromtimestamp"})
"""Calls after which everybody sees of which zone a day is."""


class Found(NamedTuple):
    line: int
    why: str


def zones_of_the_machine(source: str, *, of_the_product: bool) -> Iterator[Found]:
    """Every place of a module that takes a day from the machine's zone, or in the product from one that nobody sees."""
    tree = ast.parse(source)
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="astimezone"), args=args, keywords=keywords) if not _is_said(
                [*args, *(each.value for each in keywords)]
            ):
                yield Found(node.lineno, "astimezone() takes the machine's zone: name one, such as SHANGHAI")
            case ast.Attribute(value=ast.Name("time"), attr=name) if name in OF_THE_MACHINE:
                yield Found(node.lineno, f"time.{name} goes by the machine's zone: use a datetime with a zone")
            case ast.Attribute(value=ast.Name("func"), attr=name) if name in SQL_OF_SQLALCHEMY:
                yield Found(node.lineno, f"{name} goes by the session's zone")
            case ast.ImportFrom(module="time", names=names) if found := OF_THE_MACHINE & {each.name for each in names}:
                yield Found(node.lineno, f"{', '.join(sorted(found))} goes by the machine's zone")
            case ast.Constant(str() as text) if id(node) not in texts and (in_sql := IN_SQL.search(text)):
                yield Found(node.lineno, f"{in_sql[0]} goes by the session's zone: say `at time zone 'Asia/Shanghai'`")
            case ast.Call(func=ast.Attribute(value=value, attr="date"), args=[], keywords=[]) if (
                of_the_product and not _says_its_zone(value)
            ):
                yield Found(node.lineno, "a day of which zone? to_shanghai(…).date() says it")


def _is_said(zone: list[ast.expr]) -> bool:
    return any(not (isinstance(each, ast.Constant) and each.value is None) for each in zone)


def _says_its_zone(instant: ast.expr) -> bool:
    match instant:
        case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name)):
            return name in SAID_ZONE
        case ast.BinOp(left=left):
            return _says_its_zone(left)
        case _:
            return False


def main() -> None:
    """Tells of each place with its file, its line and the reason; ends with 1 if there is one."""
    found = [
        f"{file.relative_to(ROOT)}:{line}: {why}"
        for room in (*ROOMS, *BESIDE, "worker.py")
        for file in ([ROOT / room] if room.endswith(".py") else sorted((ROOT / room).rglob("*.py")))
        if file not in NAME_WHAT_IS_REFUSED
        for line, why in zones_of_the_machine(file.read_text(), of_the_product=room not in BESIDE)
    ]
    sys.exit("\n".join(found) or None)


if __name__ == "__main__":
    main()
