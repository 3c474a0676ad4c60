"""Asks for known vulnerabilities in what is pinned: `python -m deploy.supply.audit LOCK` (`make audit`).

0: nothing is known. 1: something is, each in a line. 2: nobody was asked, and why; that is no answer.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = "pip-audit"
HOW = ("--require-hashes", "--disable-pip", "--strict", "--format", "json", "--progress-spinner", "off")
NOTHING_KNOWN, FOUND, NOT_ASKED = 0, 1, 2


def audit(lock: Path) -> int:
    """The answer as an exit code; what it is about is printed."""
    program = shutil.which(PROGRAM)
    if program is None:
        return not_asked(f"{PROGRAM} is needed for this alone: pip install {PROGRAM}")
    done = subprocess.run([program, "--requirement", lock, *HOW], capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        # A service that cannot be reached, or that does not know a package, leaves no list.
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        return not_asked(lines[-1] if lines else f"{PROGRAM} ended with {done.returncode} and said nothing")
    found = [f"{each['name']} {each['version']}: {fault['id']}" for each in packages for fault in each.get("vulns", ())]
    if not found and done.returncode:
        return not_asked(f"{PROGRAM} ended with {done.returncode}")
    print("\n".join(found) or f"{len(packages)} packages, and no known vulnerability in any")
    return FOUND if found else NOTHING_KNOWN


def not_asked(why: str) -> int:
    """Says that there is no answer, which must not be taken for a good one."""
    print(f"error: the packages were not audited, so nothing is known of them: {why}", file=sys.stderr)
    return NOT_ASKED


if __name__ == "__main__":
    sys.exit(audit(Path(sys.argv[1])))
