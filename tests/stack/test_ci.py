"""In which surroundings continuous integration runs the tests: one after another, each with a name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.stack.running import ROOT

CLOCKS = ("2026-12-30T23:30+08:00", "2027-02-10T12:00+08:00", "2028-02-29T00:00+08:00")
ZONES = {"Pacific/Kiritimati": 14, "America/Los_Angeles": -8}
MAKE = f"""#!{sys.executable}
import json, os, sys, time
import psutil

around = psutil.Process(os.getppid()).children(recursive=True)
busy = [each.pid for each in around if "while :" in str(each.cmdline())]
clock, hours = os.environ.get("KAIFANG_TEST_CLOCK"), -time.timezone // 3600
sixth = [found for found in sys.path if os.path.isfile(found + "/rules/packs/haicheng.yaml")]
assert not sixth or os.getcwd() in sixth
made = {{"targets": sys.argv[1:], "clock": clock, "hours": hours, "busy": busy, "sixth": bool(sixth)}}
print("made:", json.dumps(made))
"""
DATE = """#!/bin/sh
[ "$*" = "-u +%j" ] && echo "$DAY" || exec /bin/date "$@"
"""


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A run in which `make` only says what it was asked for, and in which surroundings."""
    for name, text in (("make", MAKE), ("date", DATE)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    path = {"PATH": f"{folder}:{os.environ['PATH']}"}
    unset = {name: value for name, value in os.environ.items() if not name.startswith("KAIFANG_") and name != "TZ"}
    return subprocess.run(
        [ROOT / ".ci" / "test"], env={**unset, **path, **environment}, capture_output=True, text=True, check=False
    )


def made(told: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """What `make` was asked for each time, and what it found around it."""
    return [json.loads(line.removeprefix("made: ")) for line in told.stdout.splitlines() if line.startswith("made: ")]


@pytest.mark.parametrize("zone", ZONES)
def test_in_another_zone_all_tests_run_in_that_zone(tmp_path: Path, zone: str) -> None:
    (all_tests,) = made(run(tmp_path, KAIFANG_TEST_VARIATION=zone))
    assert all_tests == {"targets": ["test"], "clock": None, "hours": ZONES[zone], "busy": [], "sixth": False}


@pytest.mark.parametrize("clock", CLOCKS)
def test_at_another_instant_the_five_cities_run_before_all_tests_run_as_they_are(tmp_path: Path, clock: str) -> None:
    cities, all_tests = made(run(tmp_path, KAIFANG_TEST_VARIATION=clock))
    assert cities["clock"] == clock
    files = cities["targets"][1].removeprefix("TESTS=").split()
    assert {"tests/api/test_five_cities.py", "tests/api/test_objections_five_cities.py"} <= set(files)
    assert all((ROOT / file).is_file() for file in files)
    assert (all_tests["targets"], all_tests["clock"]) == (["test"], None)


def test_beside_busy_processes_all_tests_run_and_nothing_is_left_busy(tmp_path: Path) -> None:
    (all_tests,) = made(run(tmp_path, KAIFANG_TEST_VARIATION="busy"))
    assert (all_tests["targets"], all_tests["clock"], len(all_tests["busy"]) >= 2) == (["test"], None, True)
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in all_tests["busy"])


def test_with_a_sixth_city_all_tests_run_in_a_copy_in_which_it_is_in_its_place(tmp_path: Path) -> None:
    (all_tests,) = made(run(tmp_path, KAIFANG_TEST_VARIATION="sixth-city", TMPDIR=str(tmp_path)))
    assert (all_tests["targets"], all_tests["clock"], all_tests["sixth"]) == (["test"], None, True)
    assert not list(tmp_path.glob("tmp.*")), "the copy is gone"


def test_each_day_has_the_next_variation_and_the_output_names_it(tmp_path: Path) -> None:
    named = [
        run(tmp_path, DAY=f"{day:03}").stdout.splitlines()[0].split()[4] for day in (1, 8, 9, 88, 89, 90, 335, 336)
    ]
    known = [*ZONES, *CLOCKS, "busy", "sixth-city"]
    assert named == [known[day % len(known)] for day in (1, 8, 9, 88, 89, 90, 335, 336)]


def test_a_variation_that_there_is_not_is_refused(tmp_path: Path) -> None:
    told = run(tmp_path, KAIFANG_TEST_VARIATION="moon")
    assert (told.returncode, made(told)) == (2, [])
    assert "there is no variation moon" in told.stderr
