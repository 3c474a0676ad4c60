"""Two revisions side by side: `python -m benchmarks.compare REV` (`make bench-compare REV=…`).

Each has servers, a worker and a caller of its own, and they take turns in changing order, so that what else the machine
does strikes both. The other revision lies in a work tree of git below the data folder, which is gone afterwards; both
run with the packages that are installed here.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import IO, cast

from benchmarks.pairs import ratio
from benchmarks.turns import Order, Turn
from stack.programs import ROOT

TURNS = Path(__file__).with_name("turns.py")
LATENCIES = ("filing", "act")


class Revision:
    """One of the two, in a process of its own."""

    def __init__(self, tree: Path, home: Path) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
        self._process = subprocess.Popen(
            [sys.executable, "-P", TURNS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=tree,
            env={**inherited, "PYTHONPATH": str(tree), "KAIFANG_HOME": str(home)},
            text=True,
        )

    def await_ready(self) -> None:
        """Raises RuntimeError where it does not begin."""
        self._answer()

    def take(self, order: Order) -> Turn:
        """One turn. Raises RuntimeError where it ends instead."""
        stdin = cast("IO[str]", self._process.stdin)
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        return cast("Turn", self._answer())

    def _answer(self) -> object:
        line = cast("IO[str]", self._process.stdout).readline()
        if not line:
            raise RuntimeError(f"a revision ended in the middle (exit {self._process.wait()})")
        return json.loads(line)

    def stop(self) -> None:
        """It stops its servers when nobody can order any more."""
        cast("IO[str]", self._process.stdin).close()
        self._process.wait()


@contextmanager
def begun(tree: Path, home: Path) -> Iterator[Revision]:
    """The revision of that tree at work, until the end of the block."""
    revision = Revision(tree, home)
    try:
        revision.await_ready()
        yield revision
    finally:
        revision.stop()


@contextmanager
def tree_of(revision: str, home: Path) -> Iterator[Path]:
    """A work tree of that revision below the data folder."""
    commit = _git("rev-parse", "--verify", f"{revision}^{{commit}}")
    tree = home / "compare" / commit[:12]
    _git("worktree", "add", "--quiet", "--force", "--detach", str(tree), commit)
    try:
        yield tree
    finally:
        _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        raise RuntimeError("git is needed to lay out another revision")
    return subprocess.run([git, *arguments], cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


def in_turn(then: Revision, now: Revision, order: Order, pairs: int) -> list[tuple[Turn, Turn]]:
    """So many pairs of turns of the two, whose order changes from pair to pair."""
    taken = []
    for n in range(pairs):
        first, second = (then, now) if n % 2 == 0 else (now, then)
        turns = {first: first.take(order), second: second.take(order)}
        taken.append((turns[then], turns[now]))
    return taken


def figures(turns: Iterable[Turn]) -> dict[str, list[float]]:
    """Name by name the values of the turns: costs, and the median of each latency."""
    found: dict[str, list[float]] = {}
    for each in turns:
        for name, value in each["costs"].items():
            found.setdefault(name, []).append(value)
        for name in LATENCIES:
            found.setdefault(f"{name}, median, ms", []).append(median(each["milliseconds"][name]))
    return found


def rows(
    then: Mapping[str, Sequence[float]], now: Mapping[str, Sequence[float]], headings: tuple[str, str]
) -> Iterator[str]:
    """The table, line by line: what both count, and what can be claimed of the ratio of the second to the first."""
    yield f"| of one case | {headings[0]} | {headings[1]} | ratio | |"
    yield "| --- | ---: | ---: | --- | --- |"
    for name in then:
        if name not in now:
            continue
        of_both = f"| {name} | {median(then[name]):.1f} | {median(now[name]):.1f} |"
        if not all(then[name]):
            yield f"{of_both} | |"
            continue
        found = ratio(now[name], then[name])
        yield f"{of_both} {found.shown} | {found.says} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description="Two revisions side by side.")
    parser.add_argument(
        "revision", metavar="REV", help="what this work tree is compared with: a commit, a tag, a branch"
    )
    parser.add_argument("--pairs", type=int, default=8, help="fewer than six claim nothing with 95 %%")
    parser.add_argument("--cases", type=int, default=10, help="of one turn")
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--claims", action="store_true", help="each task is claimed first")
    chosen = parser.parse_args()
    home = Path(os.environ.get("KAIFANG_HOME") or ROOT / "var").resolve()
    order = Order(cases=chosen.cases, at_once=chosen.at_once, claims=chosen.claims)
    with ExitStack() as stack:
        tree = stack.enter_context(tree_of(chosen.revision, home))
        then, now = (stack.enter_context(begun(each, home)) for each in (tree, ROOT))
        taken = in_turn(then, now, order, chosen.pairs)
    of_both = figures(pair[0] for pair in taken), figures(pair[1] for pair in taken)
    print("\n".join(rows(*of_both, (chosen.revision, "now"))))


if __name__ == "__main__":
    main()
