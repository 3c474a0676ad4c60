"""What a lock file pins: each package with its version, the hashes of its files, and who asks for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNS, DEVELOPS = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
PINNED = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9.-]*)(?:\[[^]]+\])?==(?P<version>[^ \\;]+)(?: ; (?P<only_where>[^\\]+?))? \\$"
)
HASHED = re.compile(r"^ +--hash=sha256:(?P<hash>[0-9a-f]{64})(?: \\)?$")
ASKED = re.compile(r"^    #(?: via)?(?: +(?:-c [^ ]+|(?P<by>[^ ]+)(?: \(pyproject\.toml\))?))?$")


@dataclass
class Pinned:
    """A package as it is pinned. `asked_by` are the packages that want it, `kaifang` where we do."""

    name: str
    version: str
    only_where: str | None
    """A marker of environments; None: everywhere."""
    hashes: list[str]
    asked_by: list[str]


class LockUnreadable(Exception):
    """A line of the lock file is none that its maker writes; the message has it."""


def read_lock(file: Path) -> list[Pinned]:
    """What is pinned, in the order of the file. Raises LockUnreadable, OSError."""
    found: list[Pinned] = []
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        if pinned := PINNED.match(line):
            found.append(Pinned(pinned["name"], pinned["version"], pinned["only_where"], [], []))
        elif found and (hashed := HASHED.match(line)):
            found[-1].hashes.append(hashed["hash"])
        elif found and (asked := ASKED.match(line)):
            found[-1].asked_by += [asked["by"].partition("[")[0]] if asked["by"] else []
        else:
            raise LockUnreadable(line)
    return found
