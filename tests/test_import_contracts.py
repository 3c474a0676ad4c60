"""Each import contract is tried with a deliberate breach."""

from __future__ import annotations

import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.rooms import ROOMS, ROOT

ONLY_FOR_TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {}"
LINT = Path(sys.executable).with_name("lint-imports")
BREACHES = [
    ("models/course.py", "import activities.record.log", "Imports go one way"),
    ("rules/deadlines.py", "import models.state", "Imports go one way"),
    ("models/judging.py", "import activities.tables.cases", "Workflows and what they load reach neither database"),
    ("workflows/access.py", "import asyncpg", "Workflows and what they load reach neither database"),
    ("rules/calendar.py", "import pathlib", "The arithmetic and the pinned law read no file"),
    ("models/judging.py", "import rules.loading", "The arithmetic and the pinned law read no file"),
    ("api/routers/tasks.py", "import activities.tables.cases", "Routers know neither tables nor SQL"),
    ("api/routers/grants.py", "from sqlmodel import select", "Routers know neither tables nor SQL"),
    ("reading/sight.py", "import starlette", "Whoever reads knows no HTTP"),
    ("reading/sight.py", "import api.gate", "Imports go one way"),
    ("reading/grants/questions.py", "import activities.tables.directory", "What is known of bodies and accounts"),
    ("api/http/problems.py", "import worker", "Nobody imports the worker or the stack"),
    ("activities/record/inbox.py", "import stack.up", "Nobody imports the worker or the stack"),
    ("rules/vocabulary.py", "import rules.strict_yaml", "The arithmetic and the pinned law read no file"),
    ("rules/procedure_map.py", "import pathlib", "The arithmetic and the pinned law read no file"),
    ("activities/record/claims.py", "import activities.record.inbox", "No room has a circle inside it"),
    ("cli/demo_parties.py", ONLY_FOR_TYPES.format("cli.demo"), "No room has a circle inside it"),
    ("models/procedures/leak.py", "import temporalio", "The law, and whoever judges at receipt by it"),
    ("activities/record/inbox.py", "import workflows.procedures", "The law, and whoever judges at receipt by it"),
    (
        "activities/record/opening.py",
        "import activities.engine.handing_over",
        "The law, and whoever judges at receipt by it",
    ),
    ("models/procedures/access.py", "import rules.loading", "The arithmetic and the pinned law read no file"),
    ("api/http/vocabularies.py", "import workflows.procedures", "What people use takes procedures from the law"),
    ("models/demanding.py", "import rules.loading", "The arithmetic and the pinned law read no file"),
    ("models/drafting.py", "import pathlib", "The arithmetic and the pinned law read no file"),
    ("pages/routes/desk.py", "import activities.tables.cases", "Nobody imports the pages"),
    ("pages/routes/desk.py", "import api.routers.tasks", "Nobody imports the pages"),
    ("api/routers/tasks.py", "import models.acts", "Routers and pages act by one call"),
    ("pages/routes/desk.py", "from models import acts", "Routers and pages act by one call"),
    ("activities/database.py", "import psycopg", "What stands beside ours in a bench"),
]
"""A module, what it imports there, and how the contract begins that forbids it."""


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


@pytest.mark.parametrize(("module", "breach", "contract"), BREACHES)
def test_a_breach_of_a_contract_is_found(copy: Path, module: str, breach: str, contract: str) -> None:
    file = copy / module
    file.write_text(file.read_text() + f"\n{breach}\n")
    broken = [line for line in lint(copy).splitlines() if " BROKEN" in line]
    assert any(line.startswith(contract) for line in broken), broken


def test_each_contract_is_tried_with_a_breach() -> None:
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    names = [contracts[section]["name"] for section in contracts.sections() if ":contract:" in section]
    assert [name for name in names if not any(name.startswith(contract) for _, _, contract in BREACHES)] == []


def test_every_package_is_a_room_or_stands_beside_the_product() -> None:
    packages = {each.parent.name for each in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "benchmarks", "deploy"} == set(ROOMS)


def test_every_room_is_looked_at_for_circles() -> None:
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    looked_at = contracts["importlinter:contract:no-circles"]["ancestors"].split()
    assert looked_at == contracts["importlinter"]["root_packages"].split()


def test_a_receipt_is_judged_without_loading_the_library_of_the_engine() -> None:
    loaded = (
        "import sys, activities.record.inbox; print('temporalio' in sys.modules, 'models.procedures' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "True"]
