"""Each import contract is tried with a deliberate breach."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("rules", "models", "workflows", "activities", "api", "stack", "simulation", "cli", "migrations")
LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("*.yaml", "__pycache__"))
    shutil.copy(ROOT / "worker.py", tmp_path)
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def lint(folder: Path) -> str:
    told = subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    return told.stdout


def test_the_rooms_as_they_stand_keep_every_contract(copy: Path) -> None:
    assert " 0 broken" in lint(copy)


@pytest.mark.parametrize(
    ("module", "breach", "contract"),
    [
        ("models/course.py", "import activities.log", "Imports go one way"),
        ("rules/deadlines.py", "import models.state", "Imports go one way"),
        ("models/judging.py", "import models.tables", "Workflows and what they load reach neither database"),
        ("workflows/access.py", "import asyncpg", "Workflows and what they load reach neither database"),
        ("rules/calendar.py", "import pathlib", "The arithmetic and the pinned law read no file"),
        ("models/judging.py", "import rules.loading", "The arithmetic and the pinned law read no file"),
        ("models/demanding.py", "import rules.loading", "The arithmetic and the pinned law read no file"),
        ("models/drafting.py", "import pathlib", "The arithmetic and the pinned law read no file"),
        ("api/problems.py", "import worker", "Nobody imports the worker or the stack"),
        ("activities/inbox.py", "import stack.up", "Nobody imports the worker or the stack"),
    ],
)
def test_a_breach_of_a_contract_is_found(copy: Path, module: str, breach: str, contract: str) -> None:
    file = copy / module
    file.write_text(file.read_text() + f"\n{breach}\n")
    broken = [line for line in lint(copy).splitlines() if line.endswith("BROKEN")]
    assert any(line.startswith(contract) for line in broken), broken
