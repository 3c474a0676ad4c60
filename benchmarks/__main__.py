"""`python -m benchmarks [NAME …] [--quick] [--json FILE]`: every figure that we claim, one table and one JSON file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from benchmarks import (
    cases,
    catalogue,
    deadlines,
    gate,
    lists,
    notices,
    objections,
    pages,
    recovery,
    start_up,
    supervision,
    updates,
)
from benchmarks.figures import Figure, machine, table, write

REPORT = Path("var/bench.json")

FULL: dict[str, Callable[[], list[Figure]]] = {
    deadlines.BENCH: lambda: deadlines.run(deadlines.FULL),
    cases.BENCH: lambda: cases.run(cases.FULL),
    lists.BENCH: lambda: lists.run(lists.FULL),
    catalogue.BENCH: lambda: catalogue.run(catalogue.FULL),
    updates.BENCH: lambda: updates.run(updates.FULL),
    gate.BENCH: lambda: gate.run(gate.FULL),
    objections.BENCH: lambda: objections.run(objections.FULL),
    notices.BENCH: lambda: notices.run(notices.FULL),
    supervision.BENCH: lambda: supervision.run(supervision.FULL),
    pages.BENCH: lambda: pages.run(pages.FULL),
    recovery.BENCH: lambda: recovery.run(recovery.FULL),
    start_up.BENCH: lambda: start_up.run(start_up.FULL),
}
QUICK: dict[str, Callable[[], list[Figure]]] = {
    deadlines.BENCH: lambda: deadlines.run(deadlines.QUICK),
    cases.BENCH: lambda: cases.run(cases.QUICK),
    lists.BENCH: lambda: lists.run(lists.QUICK),
    catalogue.BENCH: lambda: catalogue.run(catalogue.QUICK),
    updates.BENCH: lambda: updates.run(updates.QUICK),
    gate.BENCH: lambda: gate.run(gate.QUICK),
    objections.BENCH: lambda: objections.run(objections.QUICK),
    notices.BENCH: lambda: notices.run(notices.QUICK),
    supervision.BENCH: lambda: supervision.run(supervision.QUICK),
    pages.BENCH: lambda: pages.run(pages.QUICK),
    recovery.BENCH: lambda: recovery.run(recovery.QUICK),
    start_up.BENCH: lambda: start_up.run(start_up.QUICK),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the figures that we claim.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {' '.join(FULL)}; all, where none is named")
    parser.add_argument("--quick", action="store_true", help="smaller and rougher, in a minute")
    parser.add_argument("--open", type=int, metavar="N", help="how many open cases a notice comes to (10000)")
    parser.add_argument("--json", type=Path, default=REPORT, metavar="FILE", help=f"the report (default {REPORT})")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.names if name not in FULL]:
        parser.error(f"no such benchmark: {' '.join(unknown)}; there are {' '.join(FULL)}")
    facts = machine() | {"quick": chosen.quick}
    benches = QUICK if chosen.quick else FULL
    if chosen.open is not None:
        benches = benches | {notices.BENCH: lambda: notices.run(notices.with_open(chosen.open))}
        facts |= {"open": chosen.open}
    console = Console(width=200, soft_wrap=True)
    figures: list[Figure] = []
    before = deadlines.yardstick()
    for name in chosen.names or benches:
        console.print(f"measuring {name} …", style="dim")
        figures += benches[name]()
    console.print(table(figures))
    after = deadlines.yardstick()
    console.print(f"{before:.3g} µs before and {after:.3g} µs after for a deadline by numpy: how fast the machine was")
    write(chosen.json, figures, facts | {"yardstick_us": [before, after]})
    console.print(f"methods and machine: {chosen.json}")


if __name__ == "__main__":
    main()
