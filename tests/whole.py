"""`python -m tests.whole` runs pytest with the arguments given, and tries what failed once more, alone.

Among thousands of tests on a busy machine one may meet a bound that was never its subject. What then holds alone is no
failure of the product, and no secret either: the last lines name it, and whoever reads a name twice has found a fault.
More than `MOST` are a failure, and so is everything but a failed test: one that cannot be collected, a duty unproven.

What is compiled is kept beside what it comes of, also where the environment says otherwise: each process of a run reads
every test, and most programs of ours are started many times.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pytest import ExitCode

MOST = 3
"""Tests that are tried again in one run."""
COMPILES_ANEW = "PYTHONDONTWRITEBYTECODE"


def run(arguments: Sequence[str]) -> int:
    """The exit status of pytest, or zero where each of the few that failed held alone."""
    with TemporaryDirectory(prefix="kaifang-tests-") as cache:
        pytest = [sys.executable, "-m", "pytest", "-o", f"cache_dir={cache}"]
        environment = {name: value for name, value in os.environ.items() if name != COMPILES_ANEW}
        # Interrupted, both end, this one last.
        status = subprocess.run([*pytest, *arguments], env=environment, check=False).returncode
        failed = _failed(Path(cache))
        if status != ExitCode.TESTS_FAILED or not 0 < len(failed) <= MOST:
            return status
        print(f"\n{len(failed)} failed: once more, alone", flush=True)  # noqa: T201  # what a run says
        again = [*pytest, "--last-failed", "--numprocesses", "0"]
        status = subprocess.run(again, env=environment, check=False).returncode
    if status == ExitCode.OK:
        print("\nunsteady, failed beside others and held alone:", *failed, sep="\n  ")  # noqa: T201  # what a run says
    return status


def _failed(cache: Path) -> list[str]:
    kept = cache / "v" / "cache" / "lastfailed"
    return sorted(json.loads(kept.read_text(encoding="utf-8"))) if kept.exists() else []


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
