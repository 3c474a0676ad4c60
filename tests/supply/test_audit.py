"""What the audit of packages says, and that no answer is never taken for a good one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.supply.lock import ROOT

WELL = {"dependencies": [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "version": "2", "vulns": []}]}
ILL = {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}, {"id": "CVE-2"}]}]}


def audited(folder: Path, script: str | None) -> subprocess.CompletedProcess[str]:
    """What `make audit` runs, with this as pip-audit."""
    if script is not None:
        program = folder / "pip-audit"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    return subprocess.run(
        [sys.executable, "-m", "deploy.supply.audit", "requirements.lock"],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{folder}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        (f"echo '{json.dumps(WELL)}'", 0, "2 packages, and no known vulnerability in any"),
        (f"echo '{json.dumps(ILL)}'; exit 1", 1, "a 1: CVE-1\na 1: CVE-2"),
    ],
)
def test_what_is_known_of_packages_is_printed_line_by_line(tmp_path: Path, script: str, code: int, said: str) -> None:
    done = audited(tmp_path, script)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (code, said, "")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (
            "echo 'Traceback' >&2; echo 'ConnectionError: no route to the service' >&2; exit 1",
            "no route to the service",
        ),
        ("echo 'ERROR: a: Dependency not found, and could not be audited' >&2; exit 1", "could not be audited"),
        (f"echo '{json.dumps(WELL)}'; exit 1", "ended with 1"),
        ("exit 0", "ended with 0 and said nothing"),
        (None, "pip install pip-audit"),
    ],
)
def test_where_nobody_could_be_asked_it_says_so_and_fails(tmp_path: Path, script: str | None, why: str) -> None:
    done = audited(tmp_path, script)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: the packages were not audited, so nothing is known of them")
    assert why in line
