"""The units for one machine: systemd understands them, they are confined, and run the embedded stack's programs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from activities.settings import Settings
from cli.main import MODULES
from stack.programs import API, MIGRATION, PAGES
from tests.stack.running import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
CONFINED = UNITS / "kaifang-.service.d" / "confined.conf"
ANALYZE = shutil.which("systemd-analyze")
MOST_EXPOSED = "20"
"""Tenths, of systemd's own measure from 0 to 10: `OK` ends at 4.9."""

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed (Debian: systemd)")


class Unit(ConfigParser):
    """A unit file, whose keys may come several times: the last value counts, but for `Environment…`, which add up."""

    def __init__(self, file: Path) -> None:
        super().__init__(strict=False, interpolation=None)
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.text = file.read_text()
        self.read_string(self.text)


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units where their programs are found."""
    folder = tmp_path_factory.mktemp("units")
    shutil.copytree(UNITS, folder, dirs_exist_ok=True)
    for unit in folder.glob("*.service"):
        scripts = Path(sys.executable).parent
        unit.write_text(unit.read_text().replace("/opt/kaifang/bin", str(scripts)))
    return folder


@needs_systemd
def test_systemd_understands_every_unit(placed: Path) -> None:
    units = sorted(each for each in placed.iterdir() if each.suffix in (".service", ".timer", ".target"))
    assert ANALYZE is not None
    done = subprocess.run([ANALYZE, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "kaifang" in line]
    assert ours == []


@needs_systemd
@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_every_service_is_confined(placed: Path, service: Path) -> None:
    assert ANALYZE is not None
    done = subprocess.run(
        [ANALYZE, "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", "--no-pager", placed / service.name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_services_run_the_programs_of_the_embedded_stack() -> None:
    commands = {each.stem: Unit(each)["Service"]["ExecStart"].split()[1:] for each in SERVICES}
    assert commands == {
        "kaifang-api": [*API, "--host", "127.0.0.1", "--port", "8000"],
        "kaifang-pages": [*PAGES, "--host", "127.0.0.1", "--port", "8080"],
        "kaifang-worker": ["-m", "worker"],  # the wheel has the module; the tree has the file
        "kaifang-migrate": [*MIGRATION],
        "kaifang-verify": ["verify"],
        "kaifang-reconcile": ["reconcile"],
    }
    assert {"verify", "reconcile"} <= MODULES.keys()


def test_the_units_and_their_description_name_settings_that_are_read() -> None:
    read = {f"KAIFANG_{field.upper()}" for field in Settings.model_fields}
    texts = [each.read_text() for each in (*SERVICES, CONFINED, UNITS / "README.md")]
    assert {name for text in texts for name in re.findall(r"KAIFANG_[A-Z_]+", text)} <= read


def test_the_migration_alone_knows_the_owner_and_the_target_starts_the_rest() -> None:
    with_owner = [each.stem for each in SERVICES if "owner.env" in each.read_text()]
    assert with_owner == ["kaifang-migrate"]
    wanted = Unit(UNITS / "kaifang.target")["Unit"]["Wants"].split()
    assert all((UNITS / name).exists() for name in wanted)
    started = {each.name for each in SERVICES if Unit(each)["Service"].get("Restart") == "always"}
    assert started == {name for name in wanted if name.endswith(".service")}


def test_verifying_by_night_knows_folder_keys_and_roots_as_the_worker_does() -> None:
    verifying, worker = (Unit(UNITS / f"kaifang-{name}.service")["Service"] for name in ("verify", "worker"))
    for each in ("Environment", "EnvironmentFile"):
        assert verifying[each] == worker[each]


def test_every_service_has_a_bound_of_memory_that_no_later_file_replaces() -> None:
    assert all(Unit(each)["Service"]["MemoryMax"] for each in SERVICES)
    assert "MemoryMax" not in Unit(CONFINED)["Service"]
